package io.candela.autograd;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * A place in the graph where gradients arrive: the operation that made a tensor, or a leaf that collects its gradient.
 *
 * <p>The fields serve one backward pass at a time: a graph must not be walked by two threads at once (two graphs that share only leaves may).
 */
public abstract class Node {
    int depth; // 0 for leaves, else one more than the deepest input: a node's consumers are always deeper
    Shape shape; // of the tensor whose gradient arrives
    DType dtype;
    Tensor pending; // the gradient summed so far; null before the first arrives
    Node nextInPass; // the running backward pass links the nodes that it has reached
    Extras extras; // hooks and the like; null for most nodes
    boolean pendingIsSum; // whether pending was made by summing here, so that more can be added in place

    Node() {}

    final Extras extras() {
        Extras e = extras;
        return e != null ? e : (extras = new Extras());
    }

    /** Whose node this is, for messages: the operation's name, or {@code leaf}. */
    public abstract String name();
}
