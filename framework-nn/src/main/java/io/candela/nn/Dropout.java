package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * In training, sets each element to 0 with probability {@code p} and multiplies the others by 1/(1 − p), drawing from the default generator;
 * in evaluation, returns its input.
 */
public final class Dropout extends DropoutLayer {
    /** With a probability of 0.5. */
    public Dropout() {
        this(0.5);
    }

    /**
     * With probability {@code p}.
     *
     * @throws IllegalArgumentException if it is not in 0 … 1
     */
    public Dropout(double p) {
        super(p);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.dropout(x, p, isTraining());
    }
}
