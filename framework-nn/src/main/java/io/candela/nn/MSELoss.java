package io.candela.nn;

import io.candela.tensor.Tensor;

/** Squared difference of input and target, which have one shape; by default its mean. */
public final class MSELoss extends Loss {
    private final Reduction reduction;

    /** With the mean. */
    public MSELoss() {
        this(Reduction.MEAN);
    }

    /** With a reduction. */
    public MSELoss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.mseLoss(input, target, reduction);
    }
}
