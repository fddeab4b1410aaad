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

    /** Whether operations on this thread are recorded for a gradient. */
    public boolean gradEnabled = true;
    /** The host backend's arena and scratch blocks of this thread; null until its first use. */
    public Object hostLocal;
    TensorScope scope; // innermost open scope, or null
    private List<Storage> backwardAllocations; // null outside a backward pass

    private ThreadContext() {}

    /** The calling thread's context. */
    public static ThreadContext current() {
        return CURRENT.get();
    }

    /**
     * For backends: notes a storage that was just allocated, so that the open scope and the running backward pass can free it.
     *
     * @param pooled whether freeing it early gives memory back (small storages share a slab and do not)
     */
    public void allocated(Storage storage, boolean pooled) {
        if (scope != null) {
            scope.add(storage);
        }
        if (pooled && backwardAllocations != null) {
            backwardAllocations.add(storage);
        }
    }

    /** For the backward pass: starts (or with false, ends) collecting what is allocated; returns the previous list, to be restored. */
    public List<Storage> collectAllocations(boolean collect) {
        List<Storage> before = backwardAllocations;
        backwardAllocations = collect ? new ArrayList<>() : null;
        return before;
    }

    /** For the backward pass: puts back what {@link #collectAllocations} returned. */
    public void restoreAllocations(List<Storage> list) {
        backwardAllocations = list;
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
