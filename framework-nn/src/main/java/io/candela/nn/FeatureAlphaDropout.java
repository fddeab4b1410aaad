package io.candela.nn;

import io.candela.tensor.Tensor;

/** {@link AlphaDropout} of whole channels of {@code (n, channels, …)}. */
public final class FeatureAlphaDropout extends DropoutLayer {
    /** With a probability of 0.5. */
    public FeatureAlphaDropout() {
        this(0.5);
    }

    /**
     * With probability {@code p}.
     *
     * @throws IllegalArgumentException if it is not in 0 … 1
     */
    public FeatureAlphaDropout(double p) {
        super(p);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.featureAlphaDropout(x, p, isTraining());
    }
}
