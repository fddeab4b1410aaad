package io.candela.nn;

import io.candela.tensor.Tensor;

/** 1/(1 + e⁻ˣ), element by element. */
public final class Sigmoid extends HookedLayer {
    /** The layer; it has no options. */
    public Sigmoid() {}

    @Override
    Tensor compute(Tensor x) {
        return x.sigmoid();
    }
}
