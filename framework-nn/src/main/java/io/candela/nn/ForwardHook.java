package io.candela.nn;

import io.candela.tensor.Tensor;

/** Runs after a layer's forward; see {@link Layer#registerForwardHook}. */
@FunctionalInterface
public interface ForwardHook {
    /**
     * Looks at a result, or replaces it.
     *
     * @return what the layer is to return instead of {@code output}; null leaves it
     */
    Tensor after(Layer layer, Tensor input, Tensor output);
}
