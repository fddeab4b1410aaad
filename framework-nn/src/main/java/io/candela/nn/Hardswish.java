package io.candela.nn;

import io.candela.tensor.Tensor;

/** 0 below −3, x above 3, x (x + 3)/6 between, element by element. */
public final class Hardswish extends HookedLayer {
    /** The layer; it has no options. */
    public Hardswish() {}

    @Override
    Tensor compute(Tensor x) {
        return F.hardswish(x);
    }
}
