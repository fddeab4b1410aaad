package io.candela.nn;

import io.candela.tensor.Tensor;

/** x − tanh(x), element by element. */
public final class Tanhshrink extends HookedLayer {
    /** The layer; it has no options. */
    public Tanhshrink() {}

    @Override
    Tensor compute(Tensor x) {
        return F.tanhshrink(x);
    }
}
