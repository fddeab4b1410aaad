package io.candela.nn;

import io.candela.tensor.Tensor;

/** Asks that the first of two inputs be larger, or the second; see {@link F#marginRankingLoss(Tensor, Tensor, Tensor, double, Reduction)}. */
public final class MarginRankingLoss extends Module {
    private final double margin;
    private final Reduction reduction;

    /** With a margin of 0 and the mean. */
    public MarginRankingLoss() {
        this(0, Reduction.MEAN);
    }

    /** With all options. */
    public MarginRankingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** Computes the loss; targets are 1 where the first input should be larger, −1 where the second. */
    public Tensor forward(Tensor input1, Tensor input2, Tensor target) {
        return F.marginRankingLoss(input1, input2, target, margin, reduction);
    }
}
