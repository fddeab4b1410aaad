package io.candela.nn;

import io.candela.tensor.Tensor;

/** Absolute difference of input and target, which have one shape; by default its mean. */
public final class L1Loss extends Loss {
    private final Reduction reduction;

    /** With the mean. */
    public L1Loss() {
        this(Reduction.MEAN);
    }

    /** With a reduction. */
    public L1Loss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.l1Loss(input, target, reduction);
    }
}
