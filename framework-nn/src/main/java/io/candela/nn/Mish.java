package io.candela.nn;

import io.candela.tensor.Tensor;

/** x tanh(softplus(x)), element by element. */
public final class Mish extends HookedLayer {
    /** The layer; it has no options. */
    public Mish() {}

    @Override
    Tensor compute(Tensor x) {
        return F.mish(x);
    }
}
