package io.candela.nn;

import io.candela.tensor.Tensor;

/** x where positive, a multiple of x elsewhere, element by element. */
public final class LeakyReLU extends HookedLayer {
    private final double negativeSlope;

    /** With a slope of 0.01. */
    public LeakyReLU() {
        this(0.01);
    }

    /** With a slope for what is not positive. */
    public LeakyReLU(double negativeSlope) {
        this.negativeSlope = negativeSlope;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.leakyRelu(x, negativeSlope);
    }

    @Override
    protected String describe() {
        return "negative_slope=" + ModulePrinter.number(negativeSlope);
    }
}
