package io.candela.nn;

import io.candela.tensor.Tensor;

/** Squared difference near 0, absolute difference further away; see {@link F#huberLoss(Tensor, Tensor, Reduction, double)}. */
public final class HuberLoss extends Loss {
    private final double delta;
    private final Reduction reduction;

    /** With a delta of 1 and the mean. */
    public HuberLoss() {
        this(1, Reduction.MEAN);
    }

    /** With all options. */
    public HuberLoss(double delta, Reduction reduction) {
        this.delta = delta;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.huberLoss(input, target, reduction, delta);
    }
}
