package io.candela.nn;

import io.candela.tensor.Tensor;

/** eˣ / Σ eˣ along a dimension. */
public final class Softmax extends HookedLayer {
    private final int dim;

    /** @param dim along which the sum runs; negative counts from the end */
    public Softmax(int dim) {
        this.dim = dim;
    }

    @Override
    Tensor compute(Tensor x) {
        return x.softmax(dim);
    }

    @Override
    protected String describe() {
        return "dim=" + dim;
    }
}
