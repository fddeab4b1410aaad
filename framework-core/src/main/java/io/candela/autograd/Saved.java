package io.candela.autograd;

import io.candela.tensor.Tensor;

/** A tensor that an operation keeps from forward for its gradient. Let go when the graph is freed; guarded against changes in place. */
public final class Saved {
    private final Op op;
    private final int version;
    private Tensor tensor;
    private Checkpoint.Slot slot; // instead of the tensor: where a checkpoint computes it again
    final Saved next; // the op's other saved tensors

    Saved(Op op, Tensor tensor, int version, Saved next) {
        this.op = op;
        this.tensor = tensor;
        this.version = version;
        this.next = next;
        tensor.storage().noteSaver();
    }

    Saved(Op op, Checkpoint.Slot slot, Saved next) {
        this.op = op;
        this.slot = slot;
        this.version = 0;
        this.next = next;
    }

    /**
     * The tensor as it was in forward.
     *
     * @throws GraphException if the graph was freed, or the tensor was changed in place since
     */
    public Tensor get() {
        Tensor t = tensor;
        if (t == null) {
            if (slot != null) {
                return slot.get(op.name());
            }
            throw new GraphException("%s: the graph was freed by an earlier backward(); pass retainGraph=true to that one to go through it again",
                    op.name());
        }
        check(op.name(), t, version);
        return t;
    }

    static void check(String who, Tensor t, int version) {
        if (t.storage().version() != version) {
            throw new GraphException("%s: saved tensor %s was modified in place after forward (version %d, saved at %d); clone() it before, "
                    + "or use the form that is not in place", who, t.shape(), t.storage().version(), version);
        }
    }

    void free() {
        if (tensor != null) {
            Tensor t = tensor;
            tensor = null;
            t.storage().dropSaver();
        }
        if (slot != null) {
            slot.free();
            slot = null;
        }
    }
}
