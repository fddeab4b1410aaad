package io.candela.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Frees temporary tensors early. Everything allocated on this thread while the scope is open is released when it closes, except what was
 * {@link #keep kept}, gradients of leaf tensors, and the state of modules and optimizers. Optional: without a scope the garbage collector does
 * the same, later.
 *
 * <pre>{@code
 * try (var scope = TensorScope.open()) {
 *     Tensor loss = lossFn.forward(model.forward(x), y);
 *     optimizer.zeroGrad();
 *     loss.backward();
 *     optimizer.step();
 * } // activations and temporaries go back to the pool here
 * }</pre>
 *
 * <p>Scopes nest and belong to the thread that opened them. A tensor used after its scope closed throws {@link IllegalStateException}.
 */
public final class TensorScope implements AutoCloseable {
    private final ThreadContext context;
    private final TensorScope outer;
    private final List<Storage> storages = new ArrayList<>();
    private List<Storage> kept; // null while empty
    private boolean closed;

    private TensorScope(ThreadContext context) {
        this.context = context;
        this.outer = context.scope;
    }

    /** Opens a scope on the calling thread; close it there, innermost first. */
    public static TensorScope open() {
        ThreadContext context = ThreadContext.current();
        TensorScope scope = new TensorScope(context);
        context.scope = scope;
        return scope;
    }

    /**
     * Lets a tensor outlive this scope (it then belongs to the enclosing scope, if there is one).
     *
     * @return the same tensor
     */
    public Tensor keep(Tensor tensor) {
        keepStorage(tensor.storage());
        return tensor;
    }

    private void keepStorage(Storage storage) {
        if (kept == null) {
            kept = new ArrayList<>();
        }
        kept.add(storage);
    }

    /** For what Candela itself stores (gradients of leaves, state of modules and optimizers): lets a tensor outlive every scope open on this thread. */
    public static Tensor outlive(Tensor tensor) {
        for (TensorScope s = ThreadContext.current().scope; s != null; s = s.outer) {
            s.keepStorage(tensor.storage());
        }
        return tensor;
    }

    void add(Storage storage) {
        storages.add(storage);
    }

    /**
     * Releases the scope's tensors. Closing twice does nothing.
     *
     * @throws IllegalStateException on another thread, or while a scope opened later is still open
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (ThreadContext.current() != context) {
            throw new IllegalStateException("TensorScope: closed on another thread than the one that opened it");
        }
        if (context.scope != this) {
            throw new IllegalStateException("TensorScope: an inner scope is still open; close scopes innermost first");
        }
        closed = true;
        context.scope = outer;
        java.util.Set<Storage> survivors = java.util.Collections.emptySet();
        if (kept != null) {
            survivors = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
            survivors.addAll(kept);
        }
        for (Storage s : storages) {
            if (!survivors.contains(s)) {
                s.release();
            } else if (outer != null) {
                outer.add(s);
            }
        }
        storages.clear();
    }
}
