package io.candela.nn;

import io.candela.tensor.Tensor;

/** Kullback and Leibler's divergence of log probabilities from a target; see {@link F#klDiv(Tensor, Tensor, Reduction, boolean)}. */
public final class KLDivLoss extends Loss {
    private final boolean logTarget;
    private final Reduction reduction;

    /** With a target of probabilities and the mean. */
    public KLDivLoss() {
        this(false, Reduction.MEAN);
    }

    /** With all options. */
    public KLDivLoss(boolean logTarget, Reduction reduction) {
        this.logTarget = logTarget;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.klDiv(input, target, reduction, logTarget);
    }
}
