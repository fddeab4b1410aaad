package io.candela.nn;

import io.candela.tensor.Tensor;

/** A module that compares a network's output with what it should be. */
public abstract class Loss extends Module {
    /** Computes the loss; 0-d unless it was built with {@link Reduction#NONE}. */
    public abstract Tensor forward(Tensor input, Tensor target);
}
