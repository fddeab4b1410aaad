package io.candela.nn;

import io.candela.tensor.Tensor;

/** Asks that vectors point the same way, or not; see {@link F#cosineEmbeddingLoss(Tensor, Tensor, Tensor, double, Reduction)}. */
public final class CosineEmbeddingLoss extends Module {
    private final double margin;
    private final Reduction reduction;

    /** With a margin of 0 and the mean. */
    public CosineEmbeddingLoss() {
        this(0, Reduction.MEAN);
    }

    /** With all options. */
    public CosineEmbeddingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** Computes the loss; targets are 1 where vectors should point the same way, −1 where not. */
    public Tensor forward(Tensor input1, Tensor input2, Tensor target) {
        return F.cosineEmbeddingLoss(input1, input2, target, margin, reduction);
    }
}
