package io.candela.nn;

import io.candela.tensor.Tensor;

/** Negative log likelihood under normal distributions; see {@link F#gaussianNllLoss(Tensor, Tensor, Tensor, boolean, double, Reduction)}. */
public final class GaussianNLLLoss extends Module {
    private final boolean full;
    private final double eps;
    private final Reduction reduction;

    /** With no constant term, a least variance of 1e-6 and the mean. */
    public GaussianNLLLoss() {
        this(false, 1e-6, Reduction.MEAN);
    }

    /** With all options. */
    public GaussianNLLLoss(boolean full, double eps, Reduction reduction) {
        this.full = full;
        this.eps = eps;
        this.reduction = reduction;
    }

    /** Computes the loss of expectations, targets and variances. */
    public Tensor forward(Tensor input, Tensor target, Tensor var) {
        return F.gaussianNllLoss(input, target, var, full, eps, reduction);
    }
}
