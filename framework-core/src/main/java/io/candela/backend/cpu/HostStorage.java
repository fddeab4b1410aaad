package io.candela.backend.cpu;

import io.candela.backend.PinnedRegion;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;

/** A storage in host memory: a whole pooled block, or a part of a slab that many small storages share. */
final class HostStorage extends Storage {
    final HostBlock block;
    final int start; // byte position in the block, a multiple of HostBlock.ALIGNMENT
    final HostPool.Lease lease; // keeps the block out of the pool while this storage is reachable; null for foreign memory
    private final boolean wholeBlock;
    private final Object owner; // of foreign memory: kept reachable as long as this storage
    PackedWeights packed; // what kernels keep beside the elements; null as a rule
    boolean exposed; // whether code outside of Candela may write here unseen

    HostStorage(HostPool.Lease lease, HostBlock block, int start, long bytes, boolean wholeBlock) {
        super(Device.CPU, bytes);
        this.lease = lease;
        this.block = block;
        this.start = start;
        this.wholeBlock = wholeBlock;
        this.owner = null;
    }

    /** Memory that belongs to somebody else, such as an ND4J array or, pinned, a GPU's backend. */
    HostStorage(HostBlock block, long bytes, Object owner) {
        super(Device.CPU, bytes);
        this.lease = null;
        this.block = block;
        this.start = 0;
        this.wholeBlock = false;
        this.owner = owner;
        this.exposed = !(owner instanceof PinnedRegion);
    }

    /**
     * The host storage of a tensor.
     *
     * @throws IllegalStateException if it was released
     * @throws DeviceException       if it is not in host memory
     */
    static HostStorage of(Tensor t) {
        if (!(t.storage() instanceof HostStorage s)) {
            throw new DeviceException("%s is on %s, other operands on cpu; move one with to(device)", t.shape(), t.device());
        }
        s.checkUsable();
        return s;
    }

    /** Whether a tensor is float32, contiguous, and fits one heap block: the short way of kernels, without {@link Blocks}. */
    static boolean isSmallFloats(Tensor t) {
        return t.dtype() == DType.FLOAT32 && t.isContiguous() && t.numel() <= HostThread.BLOCK;
    }

    /** Reads all elements of a contiguous float32 tensor. */
    static void read(Tensor t, float[] out) {
        read(t, out, 0);
    }

    /** As {@link #read(Tensor, float[])}, to {@code out} from index {@code at}. */
    static void read(Tensor t, float[] out, int at) {
        HostStorage s = of(t);
        s.block.floats.get((s.start >> 2) + t.offset(), out, at, t.numel());
    }

    /** Writes all elements of a contiguous float32 tensor. */
    static void write(Tensor t, float[] in) {
        write(t, in, 0);
    }

    /** As {@link #write(Tensor, float[])}, from {@code in} at index {@code at}. */
    static void write(Tensor t, float[] in, int at) {
        HostStorage s = of(t);
        s.block.floats.put((s.start >> 2) + t.offset(), in, at, t.numel());
    }

    /** The native address of a float32 tensor's first element. */
    static long floatsAddress(Tensor t) {
        return of(t).address() + 4L * t.offset();
    }

    /** The native address of byte 0 of this storage. */
    long address() {
        return block.address() + start;
    }

    /** The region of a GPU's backend that these bytes are; null as a rule. */
    PinnedRegion pinned() {
        return owner instanceof PinnedRegion region ? region : null;
    }

    @Override
    public boolean isPinned() {
        return owner instanceof PinnedRegion;
    }

    @Override
    protected void free() {
        if (wholeBlock && lease != null) {
            lease.end();
        } else if (owner instanceof PinnedRegion region) {
            region.end();
        }
    }
}
