package io.candela.nn;

import io.candela.ops.NllLoss;
import io.candela.tensor.Tensor;

/** What becomes of the losses of single elements or rows. */
public enum Reduction {
    /** They stay as they are. */
    NONE,
    /** Their mean; weighted where the loss has weights. PyTorch's default. */
    MEAN,
    /** Their sum. */
    SUM,
    /** Their sum divided by the size of the first dimension, which makes {@link KLDivLoss} what its name says. For that loss alone. */
    BATCHMEAN;

    /** Applies this to losses of elements. */
    Tensor of(String who, Tensor losses) {
        return switch (this) {
            case NONE -> losses;
            case MEAN -> losses.mean();
            case SUM -> losses.sum();
            case BATCHMEAN -> throw refused(who);
        };
    }

    NllLoss.Reduction ofNllLoss(String who) {
        return switch (this) {
            case NONE -> NllLoss.Reduction.NONE;
            case MEAN -> NllLoss.Reduction.MEAN;
            case SUM -> NllLoss.Reduction.SUM;
            case BATCHMEAN -> throw refused(who);
        };
    }

    /** What to throw where {@link #BATCHMEAN} makes no sense. */
    static IllegalArgumentException refused(String who) {
        return new IllegalArgumentException(who + ": BATCHMEAN is for klDiv alone; use NONE, MEAN or SUM");
    }
}
