package io.candela.autograd;

import io.candela.tensor.Tensor;

/** Where the gradient of a leaf tensor is collected. Made once per tensor, at its first use in a graph. */
public final class Leaf extends Node {
    final Tensor tensor;

    /** For {@link Tensor}: the node of a leaf that requires a gradient. */
    public Leaf(Tensor tensor) {
        this.tensor = tensor;
        refresh();
    }

    /** For {@link Tensor#setData}: gradients arrive in the tensor's present shape and type from now on. */
    public void refresh() {
        shape = tensor.shape();
        dtype = tensor.dtype();
    }

    @Override
    public String name() {
        return "leaf";
    }
}
