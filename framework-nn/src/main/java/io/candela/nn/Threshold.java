package io.candela.nn;

import io.candela.tensor.Tensor;

/** x above a threshold, a fixed value elsewhere, element by element. */
public final class Threshold extends HookedLayer {
    private final double threshold;
    private final double value;

    /** With the threshold, and the value for what is not above it. */
    public Threshold(double threshold, double value) {
        this.threshold = threshold;
        this.value = value;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.threshold(x, threshold, value);
    }

    @Override
    protected String describe() {
        return "threshold=" + ModulePrinter.number(threshold) + ", value=" + ModulePrinter.number(value);
    }
}
