package io.candela.nn;

import io.candela.tensor.Tensor;

/** {@link LeakyReLU} whose slope is drawn for each element in training, and is the middle of its bounds in evaluation; see {@link F#rrelu(Tensor, double, double, boolean)}. */
public final class RReLU extends HookedLayer {
    private final double lower;
    private final double upper;

    /** With slopes from 1/8 to 1/3. */
    public RReLU() {
        this(1.0 / 8, 1.0 / 3);
    }

    /** With bounds of the slope. */
    public RReLU(double lower, double upper) {
        this.lower = lower;
        this.upper = upper;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.rrelu(x, lower, upper, isTraining());
    }

    @Override
    protected String describe() {
        return "lower=" + ModulePrinter.number(lower) + ", upper=" + ModulePrinter.number(upper);
    }
}
