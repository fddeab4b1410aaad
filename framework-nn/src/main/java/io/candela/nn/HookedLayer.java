package io.candela.nn;

import io.candela.tensor.Tensor;

/** A layer of Candela's own: its hooks run however it is called. The computation is in {@link #compute}. */
abstract class HookedLayer extends Layer {
    @Override
    public final Tensor forward(Tensor x) {
        return call(x);
    }

    @Override
    protected boolean keepsNothing() {
        return !hasForwardHooks();
    }

    @Override
    abstract Tensor compute(Tensor x);
}
