package io.candela.nn;

import io.candela.tensor.Tensor;

/** ln of the sigmoid, element by element, computed without loss. */
public final class LogSigmoid extends HookedLayer {
    /** The layer; it has no options. */
    public LogSigmoid() {}

    @Override
    Tensor compute(Tensor x) {
        return F.logSigmoid(x);
    }
}
