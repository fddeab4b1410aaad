package io.candela.nn;

import io.candela.tensor.Tensor;

/** x where positive, alpha (eˣ − 1) elsewhere, element by element. */
public final class ELU extends HookedLayer {
    private final double alpha;

    /** With an alpha of 1. */
    public ELU() {
        this(1);
    }

    /** With an alpha. */
    public ELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.elu(x, alpha);
    }

    @Override
    protected String describe() {
        return "alpha=" + ModulePrinter.number(alpha);
    }
}
