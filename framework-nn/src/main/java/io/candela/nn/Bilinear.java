package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * {@code x1ᵀ W x2 + b} over the last dimensions; same state and start values as {@code torch.nn.Bilinear}.
 *
 * <p>Shapes: {@code (*, in1)} and {@code (*, in2)} to {@code (*, out)}; state {@code weight (out, in1, in2)}, {@code bias (out)}, both drawn from
 * U(-1/√in1, 1/√in1).
 */
public final class Bilinear extends Module implements Parametrizable {
    private final Tensor weight;
    private final Tensor bias; // null when built without one

    /** With a bias, in float32. */
    public Bilinear(int in1Features, int in2Features, int outFeatures) {
        this(in1Features, in2Features, outFeatures, true);
    }

    /**
     * In float32.
     *
     * @throws IllegalArgumentException if {@code in1Features} is not positive
     */
    public Bilinear(int in1Features, int in2Features, int outFeatures, boolean bias) {
        if (in1Features <= 0) {
            throw new IllegalArgumentException("Bilinear: in1Features must be positive, got " + in1Features);
        }
        double bound = 1 / Math.sqrt(in1Features);
        weight = register("weight", Init.uniform(Tensor.empty(Shape.of(outFeatures, in1Features, in2Features), DType.FLOAT32, Device.CPU), -bound, bound));
        this.bias = register("bias", bias ? Init.uniform(Tensor.empty(Shape.of(outFeatures), DType.FLOAT32, Device.CPU), -bound, bound) : null);
    }

    /** {@code (out, in1, in2)}. */
    public Tensor weight() {
        return current(weight);
    }

    /** {@code (out)}; null when built without one. */
    public Tensor bias() {
        return current(bias);
    }

    /**
     * The products.
     *
     * @throws io.candela.tensor.ShapeException if sizes differ
     */
    public Tensor forward(Tensor x1, Tensor x2) {
        return F.bilinear(x1, x2, current(weight), current(bias));
    }

    @Override
    protected String describe() {
        return "in1_features=" + weight.size(1) + ", in2_features=" + weight.size(2) + ", out_features=" + weight.size(0) + ", bias="
                + ModulePrinter.number(bias != null);
    }
}
