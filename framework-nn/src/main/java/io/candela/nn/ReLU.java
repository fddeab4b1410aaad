package io.candela.nn;

import io.candela.tensor.Tensor;

/** max(x, 0), element by element. */
public final class ReLU extends HookedLayer {
    /** The layer; it has no options. */
    public ReLU() {}

    @Override
    Tensor compute(Tensor x) {
        return x.relu();
    }
}
