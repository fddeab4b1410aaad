package io.candela.nn;

import io.candela.tensor.Tensor;

/** Squared difference near 0, absolute difference further away; see {@link F#smoothL1Loss(Tensor, Tensor, Reduction, double)}. */
public final class SmoothL1Loss extends Loss {
    private final double beta;
    private final Reduction reduction;

    /** With a beta of 1 and the mean. */
    public SmoothL1Loss() {
        this(1, Reduction.MEAN);
    }

    /** With all options. */
    public SmoothL1Loss(double beta, Reduction reduction) {
        this.beta = beta;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.smoothL1Loss(input, target, reduction, beta);
    }
}
