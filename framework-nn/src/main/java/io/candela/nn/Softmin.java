package io.candela.nn;

import io.candela.tensor.Tensor;

/** e⁻ˣ / Σ e⁻ˣ along a dimension. */
public final class Softmin extends HookedLayer {
    private final int dim;

    /** Along a dimension; negative counts from the end. */
    public Softmin(int dim) {
        this.dim = dim;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.softmin(x, dim);
    }

    @Override
    protected String describe() {
        return "dim=" + dim;
    }
}
