package io.candela.nn;

import io.candela.tensor.Tensor;

/** Merges dimensions into one, by default all but the first: {@code (n, 1, 28, 28)} to {@code (n, 784)}. */
public final class Flatten extends HookedLayer {
    private final int startDim;
    private final int endDim;

    /** Dimensions 1 to the last. */
    public Flatten() {
        this(1, -1);
    }

    /** Dimensions {@code startDim} to {@code endDim}, both included; negative counts from the end. */
    public Flatten(int startDim, int endDim) {
        this.startDim = startDim;
        this.endDim = endDim;
    }

    @Override
    Tensor compute(Tensor x) {
        return x.flatten(startDim, endDim);
    }

    @Override
    protected String describe() {
        return "start_dim=" + startDim + ", end_dim=" + endDim;
    }
}
