package io.candela.nn;

import io.candela.tensor.Tensor;

/** Margin between labels, several per row, and other classes; see {@link F#multilabelMarginLoss(Tensor, Tensor, Reduction)}. */
public final class MultiLabelMarginLoss extends Loss {
    private final Reduction reduction;

    /** With the mean. */
    public MultiLabelMarginLoss() {
        this(Reduction.MEAN);
    }

    /** With a reduction. */
    public MultiLabelMarginLoss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.multilabelMarginLoss(input, target, reduction);
    }
}
