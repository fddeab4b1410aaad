package io.candela.autograd;

import io.candela.backend.Backend;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.ThreadContext;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * One walk from a result to the leaves. Nodes wait in a heap, deepest first: whatever consumes a tensor is deeper than what made it, so a
 * node is taken only when its gradient is complete. No recursion: a chain may be as long as memory allows.
 *
 * <p>Leaves get their gradients when the walk is over: an exception on the way leaves every {@code grad()} as it was.
 */
final class BackwardPass {
    private final boolean retainGraph;
    private final boolean createGraph;
    private ThreadContext context;
    private boolean outerGradEnabled; // what held before this walk
    private Object outerAllocations;
    private Object outerAutocast;
    private Object outerToken;
    private Map<Leaf, Leaf> standIns; // for leaves that another thread's pass has taken; null while empty
    private Op[] heap = new Op[16];
    private int size;
    private Node leaves; // those reached so far, linked through nextInPass
    private Node walked; // operations done so far, likewise
    private Targets targets; // what the walk is limited to; null for all leaves
    private Op checked; // in anomaly mode: the operation whose gradients arrive; else null
    private boolean leafHooks; // whether a leaf with hooks was reached

    BackwardPass(boolean retainGraph, boolean createGraph) {
        this.retainGraph = retainGraph;
        this.createGraph = createGraph;
    }

    /** Walks from one result; a gradient that is null stands for ones. */
    void run(Tensor root, Tensor gradient) {
        enter();
        Tensor start = null;
        try {
            start = start(root, gradient);
            walk();
        } finally {
            if (start != null) {
                start.storage().dropGradientSlot();
            }
            leave();
        }
    }

    /**
     * Walks from several results.
     *
     * @param gradients one per result; null for ones
     * @param limits    the only nodes that gradients are wanted for, which keep them; null for all leaves, which accumulate them
     */
    void run(Tensor[] roots, Tensor[] gradients, Targets limits) {
        targets = limits;
        enter();
        Tensor[] starts = new Tensor[roots.length];
        int started = 0;
        try {
            for (; started < roots.length; started++) {
                starts[started] = start(roots[started], gradients[started]);
            }
            walk();
        } finally {
            for (int i = 0; i < started; i++) {
                starts[i].storage().dropGradientSlot();
            }
            leave();
        }
    }

    private void enter() {
        context = ThreadContext.current();
        outerGradEnabled = context.gradEnabled;
        context.gradEnabled = createGraph;
        outerAutocast = context.autocast; // gradients have the types that the forward pass chose
        context.autocast = null;
        // Gradients on the way belong to this walk alone and are freed as they are consumed; not so if they are part of a new graph.
        outerAllocations = context.collectAllocations(!createGraph);
        outerToken = context.backwardToken;
        context.backwardToken = this;
    }

    private void leave() {
        context.restoreAllocations(outerAllocations);
        context.backwardToken = outerToken;
        context.gradEnabled = outerGradEnabled;
        context.autocast = outerAutocast;
        abandonPending();
        unlink(walked, !retainGraph);
        unlink(leaves, false);
        walked = null; // gradients remember the pass that made them, and must not keep the graph with it
        leaves = null;
        heap = null;
        standIns = null;
        targets = null;
        context = null;
        outerAllocations = null;
        outerToken = null;
        outerAutocast = null;
    }

    /** Puts a result's gradient where the walk starts; the caller drops the slot that it holds, when the walk is over. */
    private Tensor start(Tensor root, Tensor gradient) {
        Tensor g = gradient != null ? gradient : root.onesLike();
        Node node = root.gradNode();
        g.storage().retainGradientSlot(); // a second slot that is never dropped while the walk lasts: the caller's tensor is never adopted
        if (wants(node)) {
            send(node, g);
        }
        return g;
    }

    private void walk() {
        boolean anomalies = context.anomalyMode;
        while (size > 0) {
            Op op = pop();
            if (anomalies) {
                processChecked(op);
            } else {
                process(op);
            }
            context.sweepAllocations();
        }
        if (leafHooks) {
            for (Node leaf = leaves; leaf != null; leaf = leaf.nextInPass) {
                runHooks(leaf, ((Leaf) leaf).tensor.gradNode().extras);
            }
        }
        for (Node leaf = leaves; leaf != null; leaf = leaf.nextInPass) {
            if (targets != null && targets.keepsGradients()) {
                targets.keep(leaf, leaf.pending);
            } else {
                accumulate((Leaf) leaf);
            }
        }
        if (leafHooks && targets == null) {
            runPostAccumulateHooks();
        }
    }

    private void process(Op op) {
        Tensor g = op.pending;
        op.pending = null;
        op.pendingIsSum = false;
        op.nextInPass = walked;
        walked = op;
        if (op.extras != null) {
            op.pending = g;
            runHooks(op, op.extras);
            g = op.pending;
            op.pending = null;
            if (op.extras.retained != null) {
                retain(op.extras.retained, g);
            }
        }
        if (targets == null || targets.walksThrough(op, g)) {
            op.backward(g, this);
        }
        if (!retainGraph) {
            op.free(); // as the walk goes on, so that gradients take the place of what was saved for them
        }
        Reference.reachabilityFence(g);
        g.storage().dropGradientSlot();
    }

    private void processChecked(Op op) {
        checked = op;
        try {
            process(op);
        } catch (RuntimeException e) {
            if (op.extras != null && op.extras.trace != null && e.getCause() != op.extras.trace) {
                e.addSuppressed(op.extras.trace);
            }
            throw e;
        } finally {
            checked = null;
        }
    }

    /** Lets hooks see and replace the gradient that is pending at a node. */
    private void runHooks(Node node, Extras extras) {
        if (extras == null || extras.hooks == null || node.pending == null) {
            return;
        }
        ThreadContext context = ThreadContext.current();
        Object allocations = context.collectAllocations(false); // what users make must survive this walk
        context.backwardToken = null;
        try {
            for (Extras.Hook hook : extras.hooks.toArray(new Extras.Hook[0])) {
                Tensor g = node.pending;
                g.storage().retainGradientSlot(); // never dropped: users may hold it, so it is neither freed nor changed nor adopted by a leaf
                node.pendingIsSum = false;
                Tensor replacement = hook.function.apply(g);
                if (replacement == null || replacement == g) {
                    continue;
                }
                if (!replacement.shape().equals(node.shape) || replacement.dtype() != node.dtype || !replacement.device().equals(g.device())) {
                    throw new GraphException("hook of %s: a gradient %s of %s was replaced by %s of %s; shape, type and device must stay",
                            node.name(), node.shape, node.dtype, replacement.shape(), replacement.dtype());
                }
                replacement.storage().retainGradientSlot();
                replacement.storage().retainGradientSlot();
                g.storage().dropGradientSlot();
                node.pending = replacement;
            }
        } finally {
            context.backwardToken = this;
            context.restoreAllocations(allocations);
        }
    }

    private void runPostAccumulateHooks() {
        ThreadContext context = ThreadContext.current();
        Object allocations = context.collectAllocations(false);
        context.backwardToken = null;
        try {
            for (Node node = leaves; node != null; node = node.nextInPass) {
                Tensor leaf = ((Leaf) node).tensor;
                Extras extras = leaf.gradNode().extras;
                if (extras != null && extras.afterwards != null) {
                    for (Extras.AfterHook hook : extras.afterwards.toArray(new Extras.AfterHook[0])) {
                        hook.function.accept(leaf);
                    }
                }
            }
        } finally {
            context.backwardToken = this;
            context.restoreAllocations(allocations);
        }
    }

    /** Whether a gradient with respect to this input is to be computed: it is recorded, and on the way to where the walk goes. */
    boolean wants(Node input) {
        return input != null && (targets == null || targets.includes(input));
    }

    /** Stores the gradient of an intermediate result that the user asked to keep. */
    private void retain(Tensor result, Tensor g) {
        ThreadContext context = ThreadContext.current();
        Object allocations = context.collectAllocations(false); // the copy must survive this walk
        try {
            result.accumulateGrad(TensorScope.outlive(g.clone()), createGraph);
        } finally {
            context.restoreAllocations(allocations);
        }
    }

    /** Adds to what has arrived at a node. */
    void send(Node to, Tensor gradient) {
        if (gradient == null) {
            return;
        }
        if (checked != null) {
            Anomaly.check(checked, to, gradient);
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
                leafHooks |= to.extras != null;
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

    /** Lets an operation wait for its turn; it keeps by itself what arrived. */
    void sendAny(Op target, Tensor gradient) {
        if (target.pending == null) {
            target.pending = gradient;
            gradient.storage().retainGradientSlot();
            push(target);
        }
    }

    /** The leaf, or, while another pass collects its gradient there, one in its place: leaves may be shared by graphs of several threads. */
    private Leaf mine(Leaf leaf) {
        if (leaf.take(this)) {
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
        boolean ours = !createGraph && s.isMadeBy(this) && s.gradientSlots() == 1 && g.isContiguous() && leaf.tensor.isContiguous()
                && s.bytes() == (long) g.numel() * g.dtype().bytes();
        if (ours) {
            s.setOwnedByBackward(false); // it stays, as the leaf's gradient
        }
        synchronized (leaf.tensor) { // graphs of several threads may add to it
            Tensor before = leaf.tensor.gradOrNull();
            Tensor kept = before == null && !ours ? copyFor(leaf.tensor, g) : g;
            TensorScope.outlive(kept);
            leaf.tensor.accumulateGrad(kept, createGraph);
        }
        s.dropGradientSlot();
        if (ours && leaf.tensor.gradOrNull() != g) {
            s.release(); // it was added to an older gradient
        }
    }

    /** As PyTorch: a gradient lies in memory as its leaf does, if that is dense, or else in row-major order. */
    private Tensor copyFor(Tensor leaf, Tensor g) {
        if (createGraph) {
            return g.clone();
        }
        if (leaf.isContiguous() || !Strided.isDense(leaf)) {
            return g.clone(MemoryFormat.CONTIGUOUS);
        }
        Tensor out = Tensor.emptyStrided(leaf.shape(), leaf.strides(), g.dtype(), g.device());
        Backend.of(g).pointwise().copy(g, out);
        return out;
    }

    private void abandonPending() {
        for (int i = 0; i < size; i++) {
            forget(heap[i]);
            heap[i].forgetMore();
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
