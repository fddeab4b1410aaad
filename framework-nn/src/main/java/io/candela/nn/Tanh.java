package io.candela.nn;

import io.candela.tensor.Tensor;

/** Hyperbolic tangent, element by element. */
public final class Tanh extends HookedLayer {
    /** The layer; it has no options. */
    public Tanh() {}

    @Override
    Tensor compute(Tensor x) {
        return x.tanh();
    }
}
