package io.candela.nn;

import io.candela.tensor.Tensor;

/** Runs before a layer's forward; see {@link Layer#registerForwardPreHook}. */
@FunctionalInterface
public interface ForwardPreHook {
    /**
     * Looks at an input, or replaces it.
     *
     * @return what the layer is to get instead of {@code input}; null leaves it
     */
    Tensor before(Layer layer, Tensor input);
}
