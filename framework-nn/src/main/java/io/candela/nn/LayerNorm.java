package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * Brings the last dimensions to mean 0 and variance 1, then scales and shifts: (x − mean)/√(variance + eps) · weight + bias. State
 * {@code weight}, ones, and {@code bias}, zeros, both in the normalized shape.
 */
public final class LayerNorm extends HookedLayer implements Parametrizable {
    final int[] normalizedShape;
    final double eps;
    final boolean elementwiseAffine;
    private final Tensor weight; // null when built without
    private final Tensor bias; // null when built without

    /** With an eps of 1e-5, a weight and a bias, in float32. */
    public LayerNorm(int... normalizedShape) {
        this(normalizedShape, 1e-5, true, true);
    }

    /**
     * With all options, in float32.
     *
     * @param normalizedShape   the sizes of the last dimensions
     * @param eps               is added to the variance
     * @param elementwiseAffine whether there is a weight
     * @param bias              whether there is a bias besides the weight
     * @throws ShapeException if {@code normalizedShape} is empty
     */
    public LayerNorm(int[] normalizedShape, double eps, boolean elementwiseAffine, boolean bias) {
        this.normalizedShape = checked("LayerNorm", normalizedShape);
        this.eps = eps;
        this.elementwiseAffine = elementwiseAffine;
        Shape shape = Shape.of(normalizedShape);
        weight = register("weight", elementwiseAffine ? Tensor.full(shape, 1, DType.FLOAT32, Device.CPU) : null);
        this.bias = register("bias", elementwiseAffine && bias ? Tensor.zeros(shape, DType.FLOAT32, Device.CPU) : null);
    }

    static int[] checked(String who, int... normalizedShape) {
        if (normalizedShape.length == 0) {
            throw new ShapeException("%s: the normalized shape must have one dimension at least", who);
        }
        return normalizedShape.clone();
    }

    /** The dimensions to normalize, once everything fits. */
    static int[] dims(String who, Tensor x, int[] normalizedShape, Tensor weight, Tensor bias) {
        checked(who, normalizedShape);
        Shape shape = Shape.of(normalizedShape);
        int[] dims = new int[normalizedShape.length];
        boolean fits = x.dim() >= dims.length;
        for (int i = 0; i < dims.length; i++) {
            dims[i] = i - dims.length;
            fits = fits && x.size(dims[i]) == normalizedShape[i];
        }
        if (!fits) {
            throw new ShapeException("%s: input must end in the normalized shape %s, got %s", who, shape, x.shape());
        }
        if (weight != null && !weight.shape().equals(shape) || bias != null && !bias.shape().equals(shape)) {
            throw new ShapeException("%s: weight and bias must have the normalized shape %s, got %s and %s", who, shape,
                    weight == null ? "none" : weight.shape(), bias == null ? "none" : bias.shape());
        }
        return dims;
    }

    /** The scale; null when built without one. */
    public Tensor weight() {
        return current(weight);
    }

    /** The shift; null when built without one. */
    public Tensor bias() {
        return current(bias);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.layerNorm(x, normalizedShape, current(weight), current(bias), eps);
    }

    @Override
    protected String describe() {
        return ModulePrinter.tuple(normalizedShape) + ", eps=" + ModulePrinter.number(eps) + ", elementwise_affine="
                + ModulePrinter.number(elementwiseAffine) + ", bias=" + ModulePrinter.number(bias != null);
    }
}
