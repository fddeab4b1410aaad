package io.candela.nn;

import io.candela.tensor.Tensor;

/** Scaled exponential linear unit, element by element; see {@link F#selu}. */
public final class SELU extends HookedLayer {
    /** The layer; it has no options. */
    public SELU() {}

    @Override
    Tensor compute(Tensor x) {
        return F.selu(x);
    }
}
