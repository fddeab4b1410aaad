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
        if (norm.numFeatures() != out && norm.numFeatures() != 1) {
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

    /**
     * A convolution, transposed or not, that computes {@code norm(conv(x))}, with the parameters as they are now. It is in evaluation mode, has a
     * bias, and none of the hooks. Transposed convolutions may have groups, which PyTorch's function refuses.
     *
     * @param norm of as many features as {@code conv} has outputs
     * @throws ShapeException if {@code norm} has another number of features
     * @throws IllegalArgumentException if one of them is in training mode, or {@code norm} has no running statistics
     */
    @SuppressWarnings("unchecked") // with() gives the same class
    public static <C extends ConvLayer> C fuseConvBnEval(C conv, BatchNorm norm) {
        check("fuseConvBnEval", conv, norm);
        if (norm.numFeatures() != conv.outChannels()) {
            throw new ShapeException("fuseConvBnEval: %s must have the %d features that %s puts out", norm, conv.outChannels(), conv);
        }
        Tensor bias = conv.bias();
        ConvLayer fused = Autograd.noGrad(() -> {
            Tensor scale = scale(norm);
            Tensor weight = conv.scaledWeight(scale);
            return conv.with(weight, shift(bias, norm, scale).to(weight.dtype()));
        });
        fused.weight().setRequiresGrad(conv.weight().requiresGrad());
        fused.bias().setRequiresGrad(bias != null && bias.requiresGrad());
        fused.eval();
        return (C) fused;
    }

    /**
     * A copy of a model in which every convolution and linear layer whose output goes to a batch normalization computes both; PyTorch's
     * {@code torch.fx.experimental.optimization.fuse}. Which ones follow each other is found by running the model on an example. Layers with hooks
     * of their own, and such that run more than once, stay as they are. What the normalizations had as state is gone from the copy, which is of use
     * in evaluation only; its state dict is not the model's.
     *
     * <pre>{@code
     * ResNet fast = Fusion.fuse(ResNet.resnet18().eval(), Tensor.zeros(1, 3, 224, 224));
     * }</pre>
     *
     * @param example an input of the size that the model takes
     * @throws IllegalArgumentException if the model is in training mode, or the copy computes something else: an output is then used
     *     by more than the normalization
     */
    public static <M extends Layer> M fuse(M model, Tensor example) {
        if (model.isTraining()) {
            throw new IllegalArgumentException("Fusion.fuse: %s must be in evaluation mode; call eval()".formatted(model.typeName()));
        }
        FusionPairs pairs = new FusionPairs(model);
        Tensor expected = pairs.trace(example);
        ModuleCopier copier = new ModuleCopier();
        pairs.each((layer, norm) -> {
            Layer fused = layer instanceof Linear linear ? fuseLinearBnEval(linear, norm) : fuseConvBnEval((ConvLayer) layer, norm);
            copier.replace(layer, fused);
            copier.replace(norm, norm.folded());
        });
        M fused = copier.copy(model);
        Tensor found = Autograd.noGrad(() -> fused.call(example));
        double error = error(expected, found);
        if (error > 0.01) {
            throw new IllegalArgumentException(("Fusion.fuse: the copy of %s differs from it on the example, by up to %.2g of its largest output; "
                    + "an output must go to its normalization alone").formatted(model.typeName(), error));
        }
        return fused;
    }

    /** The largest difference of finite numbers, beside the largest number. */
    private static double error(Tensor expected, Tensor found) {
        double[] e = expected.toDoubleArray();
        double[] f = found.toDoubleArray();
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < e.length; i++) {
            if (Double.isFinite(e[i])) {
                largest = Math.max(largest, Math.abs(e[i]));
                difference = Math.max(difference, Double.isFinite(f[i]) ? Math.abs(e[i] - f[i]) : Double.POSITIVE_INFINITY);
            }
        }
        return difference == 0 ? 0 : difference / largest;
    }

    private static void check(String who, Layer layer, BatchNorm norm) {
        if (layer.isTraining() || norm.isTraining()) {
            throw new IllegalArgumentException("%s: %s and %s must both be in evaluation mode; call eval()".formatted(who, layer, norm));
        }
        if (!norm.hasStatistics()) {
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
