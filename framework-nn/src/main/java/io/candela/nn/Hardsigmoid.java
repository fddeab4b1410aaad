package io.candela.nn;

import io.candela.tensor.Tensor;

/** 0 below −3, 1 above 3, x/6 + 1/2 between, element by element. */
public final class Hardsigmoid extends HookedLayer {
    /** The layer; it has no options. */
    public Hardsigmoid() {}

    @Override
    Tensor compute(Tensor x) {
        return F.hardsigmoid(x);
    }
}
