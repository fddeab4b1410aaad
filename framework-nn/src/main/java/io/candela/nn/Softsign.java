package io.candela.nn;

import io.candela.tensor.Tensor;

/** x/(1 + |x|), element by element. */
public final class Softsign extends HookedLayer {
    /** The layer; it has no options. */
    public Softsign() {}

    @Override
    Tensor compute(Tensor x) {
        return F.softsign(x);
    }
}
