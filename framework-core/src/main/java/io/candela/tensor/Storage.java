package io.candela.tensor;

/**
 * The memory behind one or more tensors: a run of bytes on one device. Views share a storage; a tensor adds offset, sizes, strides and type.
 *
 * <p>Backends extend this class. Freed memory goes back to the backend's pool: when the last tensor is unreachable, or at once by
 * {@link #release()}. A released storage refuses every later use in words.
 */
public abstract class Storage {
    private final Device device;
    private final long bytes;
    private int version;
    private boolean released;
    private int gradientSlots;
    private boolean ownedByBackward;
    private int graphChanges;
    private boolean inference;
    private int savers; // operations of graphs that saved a tensor over it; exact only while one thread uses it
    private boolean passing;
    private Runnable arrival; // waits for what another device writes here; null as a rule
    Object madeBy; // the token of the backward pass that was running; null if none was

    /** @param bytes how many bytes the tensors may use */
    protected Storage(Device device, long bytes) {
        this.device = device;
        this.bytes = bytes;
    }

    /** Where the bytes are. */
    public final Device device() {
        return device;
    }

    /** How many bytes there are. */
    public final long bytes() {
        return bytes;
    }

    /** How often the contents were changed in place; shared by all views. Autograd compares it with the version it saved. */
    public final int version() {
        return version;
    }

    /** Notes a change in place. */
    public final void bumpVersion() {
        version++;
    }

    /** For autograd: how often the contents were changed in place by an operation of the graph. */
    public final int graphChanges() {
        return graphChanges;
    }

    /** For autograd: notes such a change. */
    public final void noteGraphChange() {
        graphChanges++;
    }

    /** Whether the contents were made in inference mode, and may not be saved for a gradient. */
    public final boolean isInference() {
        return inference;
    }

    final void markInference() {
        inference = true;
    }

    /** For the backward pass: whether the storage was allocated while the pass with this token was running. */
    public final boolean isMadeBy(Object token) {
        return madeBy == token;
    }

    /** Lets the count of changes be at least {@code least}: contents that replace others must not be taken for them. */
    final void raiseVersion(int least) {
        version = Math.max(version, least);
    }

    /** Whether GPUs copy from and to these bytes by themselves, beside the program; see {@link Tensor#pinMemory}. */
    public boolean isPinned() {
        return false;
    }

    /** Whether {@link #release()} was called. */
    public final boolean isReleased() {
        return released;
    }

    /**
     * Gives the memory back now. Every tensor over it is unusable afterwards and says so. Calling it twice does nothing.
     */
    public final void release() {
        if (!released) {
            released = true;
            free();
        }
    }

    /** Returns the memory to the pool; called once. */
    protected abstract void free();

    /**
     * For backends, before they touch the bytes.
     *
     * @throws IllegalStateException if the storage was released
     */
    public final void checkUsable() {
        if (released || arrival != null) {
            awaitArrival();
        }
    }

    private void awaitArrival() {
        if (released) {
            throw new IllegalStateException("Tensor: used after its memory was released (TensorScope closed or release() called); "
                    + "keep it with TensorScope.keep(tensor), or clone() it before the scope closes");
        }
        Runnable a = arrival;
        if (a != null) { // else another thread has waited meanwhile
            a.run();
            arrival = null;
        }
    }

    /**
     * For backends: another device writes these bytes beside the program. Whoever uses them next waits for it.
     *
     * @param await returns when the bytes are there; several threads may call it
     */
    public final void arrivesAfter(Runnable await) {
        arrival = await;
    }

    // The next four serve the backward pass alone: it counts in how many pending gradients a storage stands, and frees
    // those that it allocated itself as soon as the count is back at 0.

    /** For the backward pass: one more pending gradient uses this storage. */
    public final void retainGradientSlot() {
        gradientSlots++;
    }

    /** For the backward pass: one pending gradient less. */
    public final void dropGradientSlot() {
        if (--gradientSlots == 0 && ownedByBackward) {
            release();
        }
    }

    /** For the backward pass: pending gradients that use this storage. */
    public final int gradientSlots() {
        return gradientSlots;
    }

    /** For the backward pass: whether it may free this storage when no pending gradient uses it. */
    public final void setOwnedByBackward(boolean owned) {
        ownedByBackward = owned;
    }

    // The next three serve graphs: what is known to be an intermediate result that nobody else has seen goes with the last operation that saved it.

    /** For autograd: one more operation saved a tensor over this storage. */
    public final void noteSaver() {
        savers++;
    }

    /** For autograd: an operation let go what it saved. */
    public final void dropSaver() {
        if (--savers == 0 && passing) {
            releaseUnlessGradient();
        }
    }

    /** For autograd: frees this storage as soon as no operation has saved it any more; at once if none has. */
    public final void releaseAfterSavers() {
        passing = true;
        if (savers == 0) {
            releaseUnlessGradient();
        }
    }

    private void releaseUnlessGradient() {
        if (gradientSlots == 0) {
            release();
        } else {
            ownedByBackward = true;
        }
    }
}
