package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Folds batch normalization in evaluation into the layer before it: the same numbers, up to rounding, for less work. */
public final class Fusion {
    private Fusion() {}

    /**
     * A layer that computes {@code norm(linear(x))}, with the parameters as they are now. It is in evaluation mode, has a bias, and none of the hooks.
     *
     * @param norm of as many features as {@code linear} has outputs, or of one
     * @throws ShapeException if {@code norm} has another number of features
     * @throws IllegalArgumentException if one of them is in training mode, or {@code norm} has no running statistics
     */
    public static Linear fuseLinearBnEval(Linear linear, BatchNorm norm) {
        check("fuseLinearBnEval", linear, norm);
        Tensor weight = linear.weight();
        int out = weight.size(0);
        if (norm.numFeatures != out && norm.numFeatures != 1) {
            throw new ShapeException("fuseLinearBnEval: %s must have the %d features that %s puts out, or 1", norm, out, linear);
        }
        Linear fused = Autograd.noGrad(() -> {
            Tensor scale = scale(norm);
            Tensor bias = shift(linear.bias(), norm, scale);
            return new Linear(weight.mul(scale.unsqueeze(-1)), bias.expand(out).clone());
        });
        fused.weight().setRequiresGrad(weight.requiresGrad());
        fused.bias().setRequiresGrad(linear.bias() != null && linear.bias().requiresGrad());
        fused.eval();
        return fused;
    }

    private static void check(String who, Layer layer, BatchNorm norm) {
        if (layer.isTraining() || norm.isTraining()) {
            throw new IllegalArgumentException("%s: %s and %s must both be in evaluation mode; call eval()".formatted(who, layer, norm));
        }
        if (norm.runningMean() == null) {
            throw new IllegalArgumentException("%s: %s has no running statistics, so it depends on the batch".formatted(who, norm));
        }
    }

    /** By which the normalization multiplies each channel. */
    private static Tensor scale(BatchNorm norm) {
        Tensor inverse = norm.runningVar().add(norm.options.eps()).rsqrt();
        return norm.weight() == null ? inverse : inverse.mul(norm.weight());
    }

    /** What it makes of the bias of the layer before it; null for none. */
    private static Tensor shift(Tensor bias, BatchNorm norm, Tensor scale) {
        Tensor centered = bias == null ? norm.runningMean().neg() : bias.sub(norm.runningMean());
        Tensor scaled = centered.mul(scale);
        return norm.bias() == null ? scaled : scaled.add(norm.bias());
    }
}
