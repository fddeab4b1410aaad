package io.candela.backend;

import io.candela.tensor.Tensor;

/** Optimizer updates: one pass over parameter, gradient and state, and one call for many parameters, so that small ones cost little each. */
public interface OptimKernels {
    /**
     * Updates parameters and their state.
     *
     * @param count how many; of every array the first {@code count} entries are used
     * @param roles parameters, gradients, then each kind of state in the order that the rule names. The tensors at one position are contiguous,
     *     of one shape and floating point type
     */
    void update(UpdateRule rule, int count, Tensor[]... roles);
}
