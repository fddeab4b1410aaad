package io.candela.nn;

import io.candela.tensor.Tensor;

/** {@link Dropout} of whole channels of {@code (n, channels, h, w)} or, as in PyTorch, {@code (n, channels, length)}. */
public final class Dropout2d extends DropoutLayer {
    /** With a probability of 0.5. */
    public Dropout2d() {
        this(0.5);
    }

    /**
     * With probability {@code p}.
     *
     * @throws IllegalArgumentException if it is not in 0 … 1
     */
    public Dropout2d(double p) {
        super(p);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.dropout2d(x, p, isTraining());
    }
}
