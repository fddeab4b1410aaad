package io.candela.nn;

import io.candela.tensor.Tensor;

/** x for a target of 1, max(0, margin − x) for −1; see {@link F#hingeEmbeddingLoss(Tensor, Tensor, double, Reduction)}. */
public final class HingeEmbeddingLoss extends Loss {
    private final double margin;
    private final Reduction reduction;

    /** With a margin of 1 and the mean. */
    public HingeEmbeddingLoss() {
        this(1, Reduction.MEAN);
    }

    /** With all options. */
    public HingeEmbeddingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.hingeEmbeddingLoss(input, target, margin, reduction);
    }
}
