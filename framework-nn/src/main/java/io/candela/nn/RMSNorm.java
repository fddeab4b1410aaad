package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * Divides the last dimensions by their root mean square, then scales: x/√(mean of x² + eps) · weight. State {@code weight}, ones, in the
 * normalized shape.
 */
public final class RMSNorm extends HookedLayer implements Parametrizable {
    final int[] normalizedShape;
    final Double eps;
    private final Tensor weight; // null when built without

    /** With the type's own eps and a weight, in float32. */
    public RMSNorm(int... normalizedShape) {
        this(normalizedShape, null, true);
    }

    /**
     * With all options, in float32.
     *
     * @param normalizedShape   the sizes of the last dimensions
     * @param eps               is added to the mean square; null for the gap between 1 and the next number of the input's type
     * @param elementwiseAffine whether there is a weight
     * @throws ShapeException if {@code normalizedShape} is empty
     */
    public RMSNorm(int[] normalizedShape, Double eps, boolean elementwiseAffine) {
        this.normalizedShape = LayerNorm.checked("RMSNorm", normalizedShape);
        this.eps = eps;
        weight = register("weight", elementwiseAffine ? Tensor.full(Shape.of(normalizedShape), 1, DType.FLOAT32, Device.CPU) : null);
    }

    /** The scale; null when built without one. */
    public Tensor weight() {
        return current(weight);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.rmsNorm(x, normalizedShape, current(weight), eps);
    }

    @Override
    protected String describe() {
        return ModulePrinter.tuple(normalizedShape) + ", eps=" + (eps == null ? "None" : ModulePrinter.number(eps)) + ", elementwise_affine="
                + ModulePrinter.number(weight != null);
    }
}
