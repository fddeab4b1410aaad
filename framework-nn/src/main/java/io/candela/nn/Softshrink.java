package io.candela.nn;

import io.candela.tensor.Tensor;

/** x moved towards 0 by lambda, and 0 if it is nearer than that, element by element. */
public final class Softshrink extends HookedLayer {
    private final double lambda;

    /** With a lambda of 0.5. */
    public Softshrink() {
        this(0.5);
    }

    /** With a lambda, which must not be negative. */
    public Softshrink(double lambda) {
        this.lambda = lambda;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.softshrink(x, lambda);
    }

    @Override
    protected String describe() {
        return ModulePrinter.number(lambda);
    }
}
