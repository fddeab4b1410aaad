package io.candela.backend;

import io.candela.tensor.Tensor;
import java.util.function.Supplier;

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

    /** Whether the calling thread's work is noted for a graph instead of done, and {@link #capture} is to be called instead of {@link #update}. */
    default boolean isCaptured() {
        return false;
    }

    /**
     * Notes an update for a graph.
     *
     * @param rule the next one, which says the kind
     * @param next gives the rule of a replay, of the same kind, and counts the step; called before each replay
     */
    default void capture(UpdateRule rule, Supplier<UpdateRule> next, int count, Tensor[]... roles) {
        throw new UnsupportedOperationException("no graph can be captured on this device");
    }
}
