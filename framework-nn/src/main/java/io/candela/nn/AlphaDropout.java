package io.candela.nn;

import io.candela.tensor.Tensor;

/** {@link Dropout} that keeps the mean 0 and the variance 1 that {@link SELU} makes. */
public final class AlphaDropout extends DropoutLayer {
    /** With a probability of 0.5. */
    public AlphaDropout() {
        this(0.5);
    }

    /**
     * With probability {@code p}.
     *
     * @throws IllegalArgumentException if it is not in 0 … 1
     */
    public AlphaDropout(double p) {
        super(p);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.alphaDropout(x, p, isTraining());
    }
}
