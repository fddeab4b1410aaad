package io.candela.nn;

import io.candela.tensor.Tensor;

/** ln(1 + e^(−target · input)) for targets of 1 and −1; by default its mean. */
public final class SoftMarginLoss extends Loss {
    private final Reduction reduction;

    /** With the mean. */
    public SoftMarginLoss() {
        this(Reduction.MEAN);
    }

    /** With a reduction. */
    public SoftMarginLoss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.softMarginLoss(input, target, reduction);
    }
}
