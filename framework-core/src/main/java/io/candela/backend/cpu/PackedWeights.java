package io.candela.backend.cpu;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * A weight in the order in which a primitive wants it. Kept beside the weight's elements and made again when they have changed: in evaluation
 * a weight is reordered once, in training once per step, always into the same memory.
 */
final class PackedWeights {
    private final DnnLayout layout;
    private final boolean paired;
    private final Shape shape;
    private final int[] strides;
    private final int offset;
    private final PackedWeights next; // of the same storage
    private final HostPool.Lease lease; // as long as this object is reachable
    private int version;

    private PackedWeights(Tensor weight, DnnLayout layout, boolean paired, PackedWeights next) {
        this.layout = layout;
        this.paired = paired;
        this.shape = weight.shape();
        this.strides = weight.strides();
        this.offset = weight.offset();
        this.next = next;
        this.lease = HostPool.INSTANCE.lease(layout.bytes);
    }

    /**
     * The weight in {@code layout}, made now if there is none that is up to date. The caller keeps the result until its kernel is done.
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
            boolean fresh = p == null;
            if (fresh) {
                p = new PackedWeights(weight, layout, paired, storage.packed);
                storage.packed = p;
            }
            if (fresh || p.version != storage.version() || storage.exposed) {
                p.fill(weight, groups);
                p.version = storage.version();
            }
            return p;
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
