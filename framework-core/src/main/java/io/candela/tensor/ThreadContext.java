package io.candela.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * What Candela remembers per thread: gradient mode, the open {@link TensorScope}, and the backend's scratch memory. Internal: use
 * {@code Autograd.noGrad} and {@link TensorScope}.
 *
 * <p>One object and one thread-local look-up, because every operation needs it and a small one takes less than 100 ns.
 */
public final class ThreadContext {
    private static final ThreadLocal<ThreadContext> CURRENT = ThreadLocal.withInitial(ThreadContext::new);

    /**
     * The contexts of threads seen lately, by thread number: a thread-local look-up takes 6 ns, and a training step of a small network makes
     * dozens. Races do no harm: an entry serves the thread that owns it and no other. Ended threads stay until their place is taken.
     */
    private static final ThreadContext[] RECENT = new ThreadContext[16];

    private final Thread owner = Thread.currentThread();
    /** Whether operations on this thread are recorded for a gradient. */
    public boolean gradEnabled = true;
    /** Whether gradients are searched for NaN, and operations note where they were called. */
    public boolean anomalyMode;
    /** Whether what is made on this thread may never take part in a graph. */
    public boolean inferenceMode;
    /** Is told of operations; null outside of traces. */
    public Object tracer;
    /** For checkpoints: what notes the tensors to be kept; null outside. */
    public Object checkpoint;
    /** What {@code Autocast} keeps; null outside of its regions. */
    public Object autocast;
    /** The host backend's arena and scratch blocks of this thread; null until its first use. */
    public Object hostLocal;
    /** Likewise the GPU backend's: current device, streams, argument blocks. */
    public Object cudaLocal;
    TensorScope scope; // innermost open scope, or null
    private static final Object COLLECTING = new Object();
    /** The backward pass that is running, by which its allocations are known; null outside. */
    public Object backwardToken;
    private boolean collecting; // whether a backward pass runs that frees what it allocates
    private List<Storage> backwardAllocations; // null while empty

    private ThreadContext() {}

    /** The calling thread's context. */
    @SuppressWarnings("deprecation") // Thread.threadId() came with Java 19; getId() need only be the same at each call
    public static ThreadContext current() {
        Thread thread = Thread.currentThread();
        ThreadContext recent = RECENT[(int) thread.getId() & RECENT.length - 1];
        return recent != null && recent.owner == thread ? recent : lookUp(thread);
    }

    @SuppressWarnings("deprecation")
    private static ThreadContext lookUp(Thread thread) {
        ThreadContext context = CURRENT.get();
        RECENT[(int) thread.getId() & RECENT.length - 1] = context;
        return context;
    }

    /**
     * For backends: notes a storage that was just allocated, so that the open scope and the running backward pass can free it.
     *
     * @param pooled whether freeing it early gives memory back (small storages share a slab and do not)
     */
    public void allocated(Storage storage, boolean pooled) {
        storage.madeBy = backwardToken;
        if (inferenceMode) {
            storage.markInference();
        }
        if (scope != null) {
            scope.add(storage);
        }
        if (pooled && collecting) {
            if (backwardAllocations == null) {
                backwardAllocations = new ArrayList<>();
            }
            backwardAllocations.add(storage);
        }
    }

    /**
     * For the backward pass: starts (or with false, stops) collecting what is allocated.
     *
     * @return a token to be given to {@link #restoreAllocations}
     */
    public Object collectAllocations(boolean collect) {
        Object before = collecting ? backwardAllocations == null ? COLLECTING : backwardAllocations : null;
        collecting = collect;
        backwardAllocations = null;
        return before;
    }

    /** For the backward pass: goes back to what was before {@link #collectAllocations}. */
    @SuppressWarnings("unchecked")
    public void restoreAllocations(Object before) {
        collecting = before != null;
        backwardAllocations = before == COLLECTING ? null : (List<Storage>) before;
    }

    /**
     * For the backward pass, after each node: frees what was allocated since the last call and is in no pending gradient; the rest is
     * freed when its last pending gradient is consumed.
     */
    public void sweepAllocations() {
        List<Storage> list = backwardAllocations;
        if (list == null || list.isEmpty()) {
            return;
        }
        for (Storage s : list) {
            if (s.gradientSlots() == 0) {
                s.release();
            } else {
                s.setOwnedByBackward(true);
            }
        }
        list.clear();
    }
}
