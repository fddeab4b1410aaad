package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.backend.MatrixKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * Affine map of the last dimension, {@code y = x Wᵀ + b}; same state and start values as {@code torch.nn.Linear}.
 *
 * <p>Shapes: {@code (*, in)} to {@code (*, out)}; state {@code weight (out, in)}, {@code bias (out)}, both drawn from U(-1/√in, 1/√in).
 */
public sealed class Linear extends HookedLayer implements Parametrizable permits LazyLinear, NonDynamicallyQuantizableLinear {
    private final Tensor weight;
    private final Tensor bias; // null when built without one

    /** With a bias, in float32. */
    public Linear(int inFeatures, int outFeatures) {
        this(inFeatures, outFeatures, true);
    }

    /** In float32. */
    public Linear(int inFeatures, int outFeatures, boolean bias) {
        this(inFeatures, outFeatures, bias, DType.FLOAT32);
    }

    /**
     * With all options.
     *
     * @param dtype of the parameters, float32 or float64
     * @throws ShapeException if a size is negative
     */
    public Linear(int inFeatures, int outFeatures, boolean bias, DType dtype) {
        Tensor w = Tensor.empty(Shape.of(outFeatures, inFeatures), dtype, Device.CPU);
        // PyTorch's way to 1/√in; with float64 the last bit of the bound depends on it
        weight = register("weight", Init.kaimingUniform(w, Math.sqrt(5), Init.FanMode.FAN_IN, Init.Nonlinearity.LEAKY_RELU));
        double bound = inFeatures == 0 ? 0 : 1 / Math.sqrt(inFeatures);
        this.bias = register("bias", bias ? Init.uniform(Tensor.empty(Shape.of(outFeatures), dtype, Device.CPU), -bound, bound) : null);
    }

    /** Whose number of inputs is decided later. */
    Linear(int outFeatures, boolean bias, DType dtype) {
        weight = register("weight", Tensor.empty(Shape.of(outFeatures, 0), dtype, Device.CPU));
        this.bias = register("bias", bias ? Tensor.empty(Shape.of(0), dtype, Device.CPU) : null);
    }

    /** Around tensors that are there already, without a draw from the generator. */
    Linear(Tensor weight, Tensor bias) {
        this.weight = register("weight", weight);
        this.bias = register("bias", bias);
    }

    /** {@code (out, in)}. */
    public final Tensor weight() {
        return current(weight);
    }

    /** {@code (out)}; null when built without one. */
    public final Tensor bias() {
        return current(bias);
    }

    @Override
    final Tensor compute(Tensor x) {
        if (x.dim() > 0 && isPending()) {
            takeTensors(new Linear(x.size(-1), weight.size(0), bias != null, weight.dtype()));
        }
        check(x);
        return F.linear(x, current(weight), current(bias));
    }

    /** This layer and the activation after it in one go; null where that is not possible. */
    final Tensor finished(Tensor x, Layer activation) {
        if (Autograd.isGradEnabled() || bias == null || isPending() || !keepsNothing() || !activation.keepsNothing()) {
            return null;
        }
        check(x);
        return io.candela.ops.Linear.applyThen(x, current(weight), current(bias),
                activation instanceof ReLU ? MatrixKernels.Activation.RELU : MatrixKernels.Activation.GELU_TANH);
    }

    /** Whether {@link #finished} knows an activation. */
    static boolean knows(Layer activation) {
        return activation instanceof ReLU || activation instanceof GELU gelu && gelu.isTanh();
    }

    private void check(Tensor x) {
        if (x.dim() == 0 || x.size(-1) != weight.size(1)) {
            throw new ShapeException("%s: last dimension must be %d, got input %s%s", this, weight.size(1), x.shape(), remedy(x));
        }
    }

    /** Suggests what is most often forgotten: to flatten images. */
    private String remedy(Tensor x) {
        return x.dim() > 2 && x.shape().numel() == (long) x.size(0) * weight.size(1) ? "; flatten(1, -1) first?" : "";
    }

    @Override
    protected final String describe() {
        return "in_features=" + weight.size(1) + ", out_features=" + weight.size(0) + ", bias=" + ModulePrinter.number(bias != null);
    }
}
