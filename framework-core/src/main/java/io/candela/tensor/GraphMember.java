package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.autograd.GraphException;
import io.candela.autograd.HookHandle;
import io.candela.autograd.Hooks;
import io.candela.autograd.Leaf;
import io.candela.autograd.Node;
import io.candela.autograd.Op;
import io.candela.autograd.Strided;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What {@link Tensor} has to do with gradients: whether it asks for one, the node of the graph at which it arrives, the one collected, hooks, and for
 * views the tensor whose memory they show. A superclass and no object of its own, since every tensor has this state.
 */
public abstract sealed class GraphMember extends Factories permits Tensor {
    private Tensor base; // of a view: the tensor whose memory it shows, itself no view; else null
    private boolean outside; // of a view: made while nothing was recorded
    private boolean requiresGrad;
    private Node node; // of a leaf: made at first use; else the operation that made this tensor
    private boolean leaf = true;
    private Tensor grad;
    private int seenGraphChanges; // of the storage, when this tensor became part of the graph
    private boolean gradShared; // whether somebody outside may hold grad, so that clearing it must not free it

    GraphMember() {}

    private Tensor self() {
        return (Tensor) this;
    }

    // ---- views ----

    /** Whether this tensor was made as a view of another one. */
    public final boolean isView() {
        return base != null;
    }

    /** For autograd: the tensor that this one is a view of, itself no view; null if this one is none. */
    public final Tensor base() {
        return base;
    }

    /** For autograd: whether this view was made while nothing was recorded. */
    public final boolean isOutside() {
        return outside;
    }

    /** For autograd: this view was made while nothing was recorded, and does not become part of the graph when its base does. */
    public final void stayOutside() {
        outside = true;
    }

    /** This new tensor shows the memory of {@code source}, which may itself be a view. */
    final void shows(Tensor source) {
        GraphMember other = source;
        base = other.base != null ? other.base : source;
    }

    /** Refuses new contents that this tensor's place in the graph does not allow. */
    final void checkNewData(Tensor source) {
        if (!leaf) {
            throw new GraphException("setData: %s is the result of an operation; only leaves can be changed", self().shape());
        }
        if (requiresGrad && !source.dtype().isFloating()) {
            throw new DTypeException("setData: the tensor requires a gradient, so the new contents must be floating point, got %s", source.dtype());
        }
    }

    /** After {@code setData}: this tensor shows no other one's memory any more, and its leaf has a new shape. */
    final void refreshLeaf() {
        base = null;
        if (node != null) {
            ((Leaf) node).refresh();
        }
    }

    // ---- the graph ----

    /** Whether a gradient is computed for this tensor; of a view, also if what it shows became part of the graph since. */
    public final boolean requiresGrad() {
        return requiresGrad || base != null && showsGraph();
    }

    private boolean showsGraph() {
        return base.requiresGrad() && !outside && self().dtype() == base.dtype();
    }

    /**
     * Asks for a gradient, or no longer.
     *
     * @return this tensor
     * @throws GraphException if this tensor is the result of a recorded operation (only leaves can be changed)
     * @throws DTypeException if its elements are not floating point
     */
    public final Tensor setRequiresGrad(boolean requiresGrad) {
        if (requiresGrad && self().storage().isInference()) {
            throw new GraphException("setRequiresGrad: %s was made in inference mode; clone() it", self().shape());
        }
        if (!isLeaf() && !requiresGrad) {
            throw new GraphException("setRequiresGrad: %s is the result of an operation; use detach()", self().shape());
        }
        if (requiresGrad && !self().dtype().isFloating()) {
            throw new DTypeException("setRequiresGrad: only floating point tensors can require a gradient, got %s", self().dtype());
        }
        if (requiresGrad && requiresGrad()) {
            return self();
        }
        this.requiresGrad = requiresGrad;
        if (requiresGrad) {
            gradNode(); // made here, by whoever makes the parameter, so that threads that share it need no lock to read it
        }
        return self();
    }

    /** Whether this tensor is no result of a recorded operation: leaves collect gradients in {@link #grad()}. */
    public final boolean isLeaf() {
        return leaf && (base == null || requiresGrad || !showsGraph());
    }

    /** For autograd: the node at which this tensor's gradient arrives. */
    public final Node gradNode() {
        if (base != null && (node == null || seenGraphChanges != self().storage().graphChanges())) {
            refreshNode();
        }
        Node n = node;
        return n != null ? n : leafNode();
    }

    /** For autograd: the node, if there is one already. */
    public final Node gradNodeOrNull() {
        return node;
    }

    /** For autograd: this view was changed in place, and its gradient goes to its base from now on. */
    public final void followBase() {
        node = null;
        leaf = false;
        requiresGrad = true;
    }

    /** A view whose memory was changed by the graph, through its base or another view, becomes a view of the base as it is now. */
    private void refreshNode() {
        if (showsGraph() && !(leaf && requiresGrad)) {
            attach(Strided.take(base, self()));
        }
    }

    private synchronized Node leafNode() {
        if (node == null) {
            node = new Leaf(self());
        }
        return node;
    }

    /** For autograd: makes this tensor the result of a recorded operation. */
    public final void attach(Node node) {
        this.node = node;
        seenGraphChanges = self().storage().graphChanges();
        leaf = false;
        outside = false;
        requiresGrad = true;
    }

    /**
     * Takes this tensor out of the graph: it becomes a leaf that requires no gradient.
     *
     * @return this tensor
     * @throws GraphException if it is a view
     */
    public final Tensor detachInPlace() {
        if (base != null) {
            throw new GraphException("detachInPlace: %s is a view; use detach()", self().shape());
        }
        node = null;
        leaf = true;
        requiresGrad = false;
        return self();
    }

    // ---- the gradient ----

    /** The collected gradient; null before the first {@link #backward()} and after it was cleared. */
    public final Tensor grad() {
        gradShared = true;
        return grad;
    }

    /** For optimizers: the gradient, by code that does not keep it; null if there is none. Lets its memory be reused once it is cleared. */
    public final Tensor gradOrNull() {
        return grad;
    }

    /**
     * Replaces the gradient.
     *
     * @param grad of this tensor's shape, type and device; null for none. Not copied
     * @throws ShapeException if the shape differs
     */
    public final void setGrad(Tensor grad) {
        if (grad != null && !grad.shape().equals(self().shape())) {
            throw new ShapeException("setGrad: gradient %s must have the tensor's shape %s", grad.shape(), self().shape());
        }
        if (grad != null && grad.dtype() != self().dtype()) {
            throw new DTypeException("setGrad: gradient is %s, the tensor %s; convert it with to(DType.%s)", grad.dtype(), self().dtype(), self().dtype().name());
        }
        if (grad != null && !grad.device().equals(self().device())) {
            throw new DeviceException("setGrad: gradient is on %s, the tensor on %s", grad.device(), self().device());
        }
        this.grad = grad;
        this.gradShared = true;
    }

    /** Forgets the gradient, as {@code zero_grad} does. Its memory is reused at once if nobody asked for it with {@link #grad()}. */
    public final void clearGrad() {
        Tensor old = grad;
        grad = null;
        if (old != null && !gradShared) {
            old.storage().release();
        }
        gradShared = false;
    }

    /** For autograd: adds to the gradient. The tensor given becomes the gradient if there was none. */
    public final void accumulateGrad(Tensor g, boolean createGraph) {
        if (grad == null) {
            grad = g;
            gradShared = createGraph;
        } else if (createGraph) {
            grad = TensorScope.outlive(grad.add(g));
            gradShared = true;
        } else {
            grad.addInPlace(g);
        }
    }

    /** Asks that the gradient of this intermediate result be kept in {@link #grad()} too. Leaves keep theirs anyway. */
    public final void retainGrad() {
        if (!requiresGrad()) {
            throw new GraphException("retainGrad: %s does not require a gradient", self().shape());
        }
        if (gradNode() instanceof Op op) {
            op.retainFor(self());
        }
    }

    // ---- the way back ----

    /** Computes the gradients of this one-element tensor with respect to all leaves, adds them to theirs, and frees the graph. */
    public final void backward() {
        Autograd.backward(self(), null, false, false);
    }

    /** As {@link #backward()}, starting from {@code gradient}, which has this tensor's shape. */
    public final void backward(Tensor gradient) {
        Autograd.backward(self(), gradient, false, false);
    }

    /** As {@link Autograd#backward}. */
    public final void backward(Tensor gradient, boolean retainGraph, boolean createGraph) {
        Autograd.backward(self(), gradient, retainGraph, createGraph);
    }

    /**
     * Lets a function see the gradient of this tensor whenever a backward pass has computed it, before it goes on to the operands or, of a leaf,
     * is accumulated. Hooks run in the order of registration.
     *
     * @param hook gets the gradient and may return another one of equal shape, type and device in its place, or null to leave it. It may hold the
     *     gradient, and must not change it in place
     * @return removes the hook
     * @throws GraphException if this tensor requires no gradient
     */
    public final HookHandle registerHook(UnaryOperator<Tensor> hook) {
        return Hooks.register(self(), hook);
    }

    /**
     * Lets a function run whenever a backward pass has accumulated the gradients of all leaves, such as an optimizer's step that clears the gradient.
     *
     * @param hook gets this tensor
     * @return removes the hook
     * @throws GraphException if this tensor is no leaf that requires a gradient
     */
    public final HookHandle registerPostAccumulateGradHook(Consumer<Tensor> hook) {
        return Hooks.registerAfterwards(self(), hook);
    }
}
