package io.candela.nn;

import io.candela.tensor.Tensor;

/** {@link Dropout} of whole channels of {@code (n, channels, length)} or {@code (channels, length)}. */
public final class Dropout1d extends DropoutLayer {
    /** With a probability of 0.5. */
    public Dropout1d() {
        this(0.5);
    }

    /**
     * With probability {@code p}.
     *
     * @throws IllegalArgumentException if it is not in 0 … 1
     */
    public Dropout1d(double p) {
        super(p);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.dropout1d(x, p, isTraining());
    }
}
