package io.candela.autograd;

import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.ThreadContext;
import java.lang.ref.Reference;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Arrays;

/**
 * One walk from a result to the leaves. Nodes wait in a heap, deepest first: whatever consumes a tensor is deeper than what made it, so a
 * node is taken only when its gradient is complete. No recursion: a chain may be as long as memory allows.
 *
 * <p>Leaves get their gradients when the walk is over: an exception on the way leaves every {@code grad()} as it was.
 */
final class BackwardPass {
    private final boolean retainGraph;
    private final boolean createGraph;
    private final Object token = new Object();
    private Map<Leaf, Leaf> standIns; // for leaves that another thread's pass has taken; null while empty
    private Op[] heap = new Op[16];
    private int size;
    private Node leaves; // those reached so far, linked through nextInPass
    private Node walked; // operations done so far, likewise

    BackwardPass(boolean retainGraph, boolean createGraph) {
        this.retainGraph = retainGraph;
        this.createGraph = createGraph;
    }

    void run(Tensor root, Tensor gradient) {
        ThreadContext context = ThreadContext.current();
        boolean gradEnabled = context.gradEnabled;
        context.gradEnabled = createGraph;
        // Gradients on the way belong to this walk alone and are freed as they are consumed; not so if they are part of a new graph.
        Object outerAllocations = context.collectAllocations(!createGraph);
        Object outerToken = context.backwardToken;
        context.backwardToken = token;
        try {
            Tensor g = gradient != null ? gradient : root.onesLike();
            g.storage().retainGradientSlot(); // a second slot that is never dropped while the walk lasts: the caller's tensor is never adopted
            try {
                send(root.gradNode(), g);
                while (size > 0) {
                    Op op = pop();
                    process(op);
                    context.sweepAllocations();
                }
                for (Node leaf = leaves; leaf != null; leaf = leaf.nextInPass) {
                    accumulate((Leaf) leaf);
                }
            } finally {
                g.storage().dropGradientSlot();
            }
        } finally {
            context.restoreAllocations(outerAllocations);
            context.backwardToken = outerToken;
            context.gradEnabled = gradEnabled;
            abandonPending();
            unlink(walked, !retainGraph);
            unlink(leaves, false);
        }
    }

    private void process(Op op) {
        Tensor g = op.pending;
        op.pending = null;
        op.pendingIsSum = false;
        op.nextInPass = walked;
        walked = op;
        if (op.retained != null) {
            retain(op.retained, g);
        }
        op.backward(g, this);
        Reference.reachabilityFence(g);
        g.storage().dropGradientSlot();
    }

    /** Stores the gradient of an intermediate result that the user asked to keep. */
    private void retain(Tensor result, Tensor g) {
        ThreadContext context = ThreadContext.current();
        Object allocations = context.collectAllocations(false); // the copy must survive this walk
        result.accumulateGrad(TensorScope.outlive(g.clone()), createGraph);
        context.restoreAllocations(allocations);
    }

    /** Adds to what has arrived at a node. */
    void send(Node to, Tensor gradient) {
        if (gradient == null) {
            return;
        }
        Tensor g = gradient;
        if (!g.shape().equals(to.shape)) {
            g = g.sumTo(to.shape);
        }
        if (g.dtype() != to.dtype) {
            g = g.to(to.dtype);
        }
        Node target = to instanceof Leaf leaf ? mine(leaf) : to;
        if (target.pending == null) {
            target.pending = g;
            g.storage().retainGradientSlot();
            if (target instanceof Op op) {
                push(op);
            } else {
                target.nextInPass = leaves;
                leaves = target;
            }
        } else if (target.pendingIsSum && !createGraph) {
            target.pending.addInPlace(g);
        } else {
            Tensor before = target.pending;
            Tensor sum = before.add(g);
            sum.storage().retainGradientSlot();
            target.pending = sum;
            target.pendingIsSum = true;
            before.storage().dropGradientSlot();
        }
    }

    /** The leaf, or, while another pass collects its gradient there, one in its place: leaves may be shared by graphs of several threads. */
    private Leaf mine(Leaf leaf) {
        if (leaf.take(token)) {
            return leaf;
        }
        if (standIns == null) {
            standIns = new IdentityHashMap<>();
        }
        return standIns.computeIfAbsent(leaf, l -> new Leaf(l.tensor));
    }

    private void accumulate(Leaf leaf) {
        Tensor g = leaf.pending;
        leaf.pending = null;
        leaf.pendingIsSum = false;
        Storage s = g.storage();
        boolean ours = !createGraph && s.isMadeBy(token) && s.gradientSlots() == 1 && g.isContiguous()
                && s.bytes() == (long) g.numel() * g.dtype().bytes();
        if (ours) {
            s.setOwnedByBackward(false); // it stays, as the leaf's gradient
        }
        synchronized (leaf.tensor) { // graphs of several threads may add to it
            Tensor before = leaf.tensor.gradOrNull();
            Tensor kept = before == null && !ours ? g.clone() : g;
            TensorScope.outlive(kept);
            leaf.tensor.accumulateGrad(kept, createGraph);
        }
        s.dropGradientSlot();
        if (ours && leaf.tensor.gradOrNull() != g) {
            s.release(); // it was added to an older gradient
        }
    }

    private void abandonPending() {
        for (int i = 0; i < size; i++) {
            forget(heap[i]);
        }
        for (Node leaf = leaves; leaf != null; leaf = leaf.nextInPass) {
            forget(leaf);
        }
    }

    private static void unlink(Node first, boolean free) {
        for (Node node = first; node != null; ) {
            Node next = node.nextInPass;
            node.nextInPass = null;
            if (node instanceof Leaf leaf) {
                leaf.letGo();
            }
            if (free) {
                ((Op) node).free();
            }
            node = next;
        }
    }

    private static void forget(Node node) {
        if (node.pending != null) {
            node.pending.storage().dropGradientSlot();
            node.pending = null;
            node.pendingIsSum = false;
        }
    }

    private void push(Op op) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        int i = size++;
        while (i > 0 && heap[(i - 1) / 2].depth < op.depth) {
            heap[i] = heap[(i - 1) / 2];
            i = (i - 1) / 2;
        }
        heap[i] = op;
    }

    private Op pop() {
        Op top = heap[0];
        Op last = heap[--size];
        heap[size] = null;
        int i = 0;
        while (2 * i + 1 < size) {
            int child = 2 * i + 1;
            if (child + 1 < size && heap[child + 1].depth > heap[child].depth) {
                child++;
            }
            if (heap[child].depth <= last.depth) {
                break;
            }
            heap[i] = heap[child];
            i = child;
        }
        if (size > 0) {
            heap[i] = last;
        }
        return top;
    }
}
