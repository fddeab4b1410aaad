package io.candela.nn;

import io.candela.tensor.Tensor;

/** {@link Dropout} of whole channels of {@code (n, channels, d, h, w)} or {@code (channels, d, h, w)}. */
public final class Dropout3d extends DropoutLayer {
    /** With a probability of 0.5. */
    public Dropout3d() {
        this(0.5);
    }

    /**
     * With probability {@code p}.
     *
     * @throws IllegalArgumentException if it is not in 0 … 1
     */
    public Dropout3d(double p) {
        super(p);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.dropout3d(x, p, isTraining());
    }
}
