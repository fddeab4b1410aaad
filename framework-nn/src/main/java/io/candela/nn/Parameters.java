package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.List;

/** What is done to all parameters of a model together, PyTorch's {@code torch.nn.utils}. */
public final class Parameters {
    private static final double EPSILON = 1e-6; // PyTorch's: added to the norm that the limit is divided by

    private Parameters() {}

    /** {@link #clipGradNorm(List, double, double, boolean)} with the Euclidean norm; a norm that is not finite is no error. */
    public static Tensor clipGradNorm(List<Tensor> parameters, double maxNorm) {
        return clipGradNorm(parameters, maxNorm, 2, false);
    }

    /**
     * Scales all gradients together, in place, so that their norm taken as one vector is at most {@code maxNorm}.
     *
     * @param normType         p of the p-norm; {@link Double#POSITIVE_INFINITY} for the largest element
     * @param errorIfNonfinite whether a norm that is not finite is an error; nothing is changed then
     * @return the norm before, 0-d; 0 if there are no gradients
     * @throws IllegalStateException if the norm is not finite and {@code errorIfNonfinite}
     */
    public static Tensor clipGradNorm(List<Tensor> parameters, double maxNorm, double normType, boolean errorIfNonfinite) {
        return Autograd.noGrad(() -> {
            List<Tensor> gradients = gradients(parameters);
            if (gradients.isEmpty()) {
                return Tensor.scalar(0.0);
            }
            Tensor total = getTotalNorm(gradients, normType, errorIfNonfinite);
            clipGradsWithNorm(parameters, maxNorm, total);
            return total;
        });
    }

    /**
     * Scales all gradients together, in place, as if their norm were {@code totalNorm}: the second half of {@link #clipGradNorm(List, double)}.
     *
     * @param totalNorm 0-d, as {@link #getTotalNorm(List)} gives it, perhaps of more tensors than these
     */
    public static void clipGradsWithNorm(List<Tensor> parameters, double maxNorm, Tensor totalNorm) {
        Autograd.noGrad(() -> {
            Tensor factor = totalNorm.add(EPSILON).rdiv(maxNorm).clamp(Double.NEGATIVE_INFINITY, 1);
            for (Tensor gradient : gradients(parameters)) {
                gradient.mulInPlace(factor.to(gradient.device()));
            }
        });
    }

    /** {@link #getTotalNorm(List, double, boolean)} with the Euclidean norm; a norm that is not finite is no error. */
    public static Tensor getTotalNorm(List<Tensor> tensors) {
        return getTotalNorm(tensors, 2, false);
    }

    /**
     * The norm of all tensors taken as one vector, 0-d; 0 if there are none.
     *
     * @param normType         p of the p-norm; {@link Double#POSITIVE_INFINITY} for the largest element
     * @param errorIfNonfinite whether a norm that is not finite is an error
     * @throws IllegalStateException if the norm is not finite and {@code errorIfNonfinite}
     */
    public static Tensor getTotalNorm(List<Tensor> tensors, double normType, boolean errorIfNonfinite) {
        if (tensors.isEmpty()) {
            return Tensor.scalar(0.0);
        }
        return Autograd.noGrad(() -> {
            Device first = tensors.get(0).device();
            Tensor[] norms = tensors.stream().map(t -> norm(t, normType).to(first)).toArray(Tensor[]::new);
            Tensor total = norm(Tensor.stack(0, norms), normType);
            if (errorIfNonfinite && !Double.isFinite(total.item())) {
                throw new IllegalStateException("clipGradNorm: the norm of the gradients is %s; pass errorIfNonfinite=false to go on anyway"
                        .formatted(total.item()));
            }
            return total;
        });
    }

    private static Tensor norm(Tensor x, double p) {
        return x.numel() == 0 ? x.sum() : Norms.of(x, p, false); // 0 for an empty one
    }

    /** Limits each element of each gradient to −{@code limit} … {@code limit}, in place. */
    public static void clipGradValue(List<Tensor> parameters, double limit) {
        Autograd.noGrad(() -> {
            for (Tensor gradient : gradients(parameters)) {
                gradient.clampInPlace(-limit, limit);
            }
        });
    }

    private static List<Tensor> gradients(List<Tensor> parameters) {
        return parameters.stream().map(Tensor::gradOrNull).filter(gradient -> gradient != null).toList();
    }

    /** All elements one after the other in a new tensor of one dimension. Differentiable. */
    public static Tensor parametersToVector(List<Tensor> parameters) {
        return Tensor.cat(0, parameters.stream().map(Tensor::flatten).toArray(Tensor[]::new));
    }

    /**
     * Copies the elements of a vector into parameters, the inverse of {@link #parametersToVector}. Unlike PyTorch's, the parameters do not share
     * the vector's memory afterwards.
     *
     * @throws ShapeException if the vector has another number of elements; nothing is changed then
     */
    public static void vectorToParameters(Tensor vector, List<Tensor> parameters) {
        long wanted = parameters.stream().mapToLong(Tensor::numel).sum();
        if (!vector.shape().equals(Shape.of(Math.toIntExact(wanted)))) {
            throw new ShapeException("vectorToParameters: the parameters have %d elements, the vector is %s", wanted, vector.shape());
        }
        Autograd.noGrad(() -> {
            int start = 0;
            for (Tensor parameter : parameters) {
                parameter.copyFrom(vector.narrow(0, start, parameter.numel()).view(parameter.shape().toArray()));
                start += parameter.numel();
            }
        });
    }
}
