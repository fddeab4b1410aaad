package io.candela.nn;

import io.candela.tensor.Tensor;

/** ln of {@link Softmax}, computed without loss. Goes with {@link NLLLoss}. */
public final class LogSoftmax extends HookedLayer {
    private final int dim;

    /** @param dim along which the sum runs; negative counts from the end */
    public LogSoftmax(int dim) {
        this.dim = dim;
    }

    @Override
    Tensor compute(Tensor x) {
        return x.logSoftmax(dim);
    }

    @Override
    protected String describe() {
        return "dim=" + dim;
    }
}
