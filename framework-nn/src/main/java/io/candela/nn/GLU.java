package io.candela.nn;

import io.candela.tensor.Tensor;

/** The first half along a dimension times the sigmoid of the second. */
public final class GLU extends HookedLayer {
    private final int dim;

    /** Along the last dimension. */
    public GLU() {
        this(-1);
    }

    /** Along a dimension of even size; negative counts from the end. */
    public GLU(int dim) {
        this.dim = dim;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.glu(x, dim);
    }

    @Override
    protected String describe() {
        return "dim=" + dim;
    }
}
