package io.candela.nn;

import io.candela.tensor.Tensor;

/** x sigmoid(x), element by element; also called swish. */
public final class SiLU extends HookedLayer {
    /** The layer; it has no options. */
    public SiLU() {}

    @Override
    Tensor compute(Tensor x) {
        return F.silu(x);
    }
}
