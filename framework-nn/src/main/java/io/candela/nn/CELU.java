package io.candela.nn;

import io.candela.tensor.Tensor;

/** x where positive, alpha (e^(x/alpha) − 1) elsewhere, element by element. */
public final class CELU extends HookedLayer {
    private final double alpha;

    /** With an alpha of 1. */
    public CELU() {
        this(1);
    }

    /** With an alpha, which must not be 0. */
    public CELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.celu(x, alpha);
    }

    @Override
    protected String describe() {
        return "alpha=" + ModulePrinter.number(alpha);
    }
}
