package io.candela.autograd;

import io.candela.tensor.Tensor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Where the gradient of a leaf tensor is collected. Made once per tensor, at its first use in a graph. */
public final class Leaf extends Node {
    private static final VarHandle TAKEN_BY;

    static {
        try {
            TAKEN_BY = MethodHandles.lookup().findVarHandle(Leaf.class, "takenBy", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Tensor tensor;
    private volatile Object takenBy; // the backward pass whose gradient is pending here

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

    /** Whether this pass may collect the gradient here: one at a time. */
    boolean take(BackwardPass pass) {
        return takenBy == pass || TAKEN_BY.compareAndSet(this, (Object) null, (Object) pass);
    }

    void letGo() {
        TAKEN_BY.setRelease(this, (Object) null);
    }

    @Override
    public String name() {
        return "leaf";
    }
}
