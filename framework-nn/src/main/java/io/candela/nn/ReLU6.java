package io.candela.nn;

import io.candela.tensor.Tensor;

/** x limited to 0 … 6, element by element. */
public final class ReLU6 extends HookedLayer {
    /** The layer; it has no options. */
    public ReLU6() {}

    @Override
    Tensor compute(Tensor x) {
        return F.relu6(x);
    }
}
