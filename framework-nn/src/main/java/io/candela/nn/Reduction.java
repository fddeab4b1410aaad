package io.candela.nn;

import io.candela.ops.NllLoss;

/** What becomes of the losses of single elements or rows. */
public enum Reduction {
    /** They stay as they are. */
    NONE(NllLoss.Reduction.NONE),
    /** Their mean; weighted where the loss has weights. PyTorch's default. */
    MEAN(NllLoss.Reduction.MEAN),
    /** Their sum. */
    SUM(NllLoss.Reduction.SUM);

    final NllLoss.Reduction ofNllLoss;

    Reduction(NllLoss.Reduction ofNllLoss) {
        this.ofNllLoss = ofNllLoss;
    }
}
