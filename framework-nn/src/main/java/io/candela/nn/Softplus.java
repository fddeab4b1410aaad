package io.candela.nn;

import io.candela.tensor.Tensor;

/** ln(1 + e^(beta x)) / beta, element by element; x itself where beta x is above a threshold. */
public final class Softplus extends HookedLayer {
    private final double beta;
    private final double threshold;

    /** With a beta of 1 and a threshold of 20. */
    public Softplus() {
        this(1, 20);
    }

    /** With beta and threshold. */
    public Softplus(double beta, double threshold) {
        this.beta = beta;
        this.threshold = threshold;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.softplus(x, beta, threshold);
    }

    @Override
    protected String describe() {
        return "beta=" + ModulePrinter.number(beta) + ", threshold=" + ModulePrinter.number(threshold);
    }
}
