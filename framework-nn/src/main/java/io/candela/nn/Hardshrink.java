package io.candela.nn;

import io.candela.tensor.Tensor;

/** 0 from −lambda to lambda, x elsewhere, element by element. */
public final class Hardshrink extends HookedLayer {
    private final double lambda;

    /** With a lambda of 0.5. */
    public Hardshrink() {
        this(0.5);
    }

    /** With a lambda. */
    public Hardshrink(double lambda) {
        this.lambda = lambda;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.hardshrink(x, lambda);
    }

    @Override
    protected String describe() {
        return ModulePrinter.number(lambda);
    }
}
