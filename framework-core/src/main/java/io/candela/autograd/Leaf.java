package io.candela.autograd;

import io.candela.tensor.Tensor;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/** Where the gradient of a leaf tensor is collected. Made once per tensor, at its first use in a graph. */
public final class Leaf extends Node {
    private static final AtomicReferenceFieldUpdater<Leaf, Object> TAKEN_BY =
            AtomicReferenceFieldUpdater.newUpdater(Leaf.class, Object.class, "takenBy");

    final Tensor tensor;
    private volatile Object takenBy; // the token of the backward pass whose gradient is pending here


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

    /** Whether the pass with this token may collect the gradient here: one at a time. */
    boolean take(Object token) {
        return takenBy == token || TAKEN_BY.compareAndSet(this, null, token);
    }

    void letGo() {
        takenBy = null;
    }

    @Override
    public String name() {
        return "leaf";
    }
}
