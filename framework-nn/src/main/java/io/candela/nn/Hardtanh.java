package io.candela.nn;

import io.candela.tensor.Tensor;

/** x limited to a range, element by element; the gradient is 0 at its ends and beyond. */
public final class Hardtanh extends HookedLayer {
    private final double minVal;
    private final double maxVal;

    /** With −1 … 1. */
    public Hardtanh() {
        this(-1, 1);
    }

    /**
     * With {@code minVal} … {@code maxVal}.
     *
     * @throws IllegalArgumentException if {@code minVal} is not below {@code maxVal}
     */
    public Hardtanh(double minVal, double maxVal) {
        if (!(minVal < maxVal)) {
            throw new IllegalArgumentException("Hardtanh: minVal must be below maxVal, got %s and %s".formatted(minVal, maxVal));
        }
        this.minVal = minVal;
        this.maxVal = maxVal;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.hardtanh(x, minVal, maxVal);
    }

    @Override
    protected String describe() {
        return "min_val=" + ModulePrinter.number(minVal) + ", max_val=" + ModulePrinter.number(maxVal);
    }
}
