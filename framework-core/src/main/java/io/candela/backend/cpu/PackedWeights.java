package io.candela.backend.cpu;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * A weight in the order in which a primitive wants it, kept beside the weight's elements: in evaluation a weight is reordered once. A large one that
 * was changed since the last use, as in training, is put into memory that goes back to the pool at once; only its second use in a row keeps the copy.
 */
final class PackedWeights {
    /** Bytes up to which a copy is kept whatever happens. */
    private static final long SMALL = 256 << 10;

    private final DnnLayout layout;
    private final boolean paired;
    private final Shape shape;
    private final int[] strides;
    private final int offset;
    private final PackedWeights next; // of the same storage
    private HostPool.Lease lease; // null if only the version of the last use is known
    private int version = -1; // of the elements at the last use
    private boolean temporary; // whether done() gives the memory back

    private PackedWeights(Tensor weight, DnnLayout layout, boolean paired, PackedWeights next) {
        this.layout = layout;
        this.paired = paired;
        this.shape = weight.shape();
        this.strides = weight.strides();
        this.offset = weight.offset();
        this.next = next;
    }

    /**
     * The weight in {@code layout}. The caller keeps the result until its kernel is done, and then calls {@link #done}.
     *
     * @param groups into how many parts the first dimension falls
     * @param paired whether it is widened before, see {@link ConvPairs}
     */
    static PackedWeights of(Tensor weight, int groups, DnnLayout layout, boolean paired) {
        HostStorage storage = HostStorage.of(weight);
        synchronized (storage) { // several threads may evaluate one model
            PackedWeights p = storage.packed;
            while (p != null && !p.fits(weight, layout, paired)) {
                p = p.next;
            }
            if (p == null) {
                p = new PackedWeights(weight, layout, paired, storage.packed);
                storage.packed = p;
            }
            boolean changed = p.version != storage.version() || storage.exposed;
            p.version = storage.version();
            if (!changed && p.lease != null) {
                return p;
            }
            if (changed && layout.bytes > SMALL) {
                p.lease = null; // whoever still computes with it keeps it
                PackedWeights once = new PackedWeights(weight, layout, paired, null);
                once.temporary = true;
                once.fill(weight, groups);
                return once;
            }
            p.fill(weight, groups);
            return p;
        }
    }

    /** Gives memory back that is not kept. */
    void done() {
        if (temporary) {
            lease.end();
        }
    }

    /** This one, or, if a primitive wants another layout, that. */
    PackedWeights as(Tensor weight, int groups, DnnLayout layout) {
        return layout == this.layout ? this : of(weight, groups, layout, paired);
    }

    private boolean fits(Tensor weight, DnnLayout layout, boolean paired) {
        return this.layout == layout && this.paired == paired && offset == weight.offset() && shape.equals(weight.shape())
                && java.util.Arrays.equals(strides, weight.strides());
    }

    private void fill(Tensor weight, int groups) {
        if (lease == null) {
            lease = HostPool.INSTANCE.lease(layout.bytes);
        }
        Tensor source = paired ? ConvPairs.widen(weight) : weight;
        ReorderDnn.pack(source, groups, layout, address());
        if (paired) {
            source.release();
        }
    }

    long address() {
        return lease.block.address();
    }
}
