package io.candela.backend.cpu;

import io.candela.tensor.Device;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;

/** A storage in host memory: a whole pooled block, or a part of a slab that many small storages share. */
final class HostStorage extends Storage {
    final HostBlock block;
    final int start; // byte position in the block, a multiple of HostBlock.ALIGNMENT
    final HostPool.Lease lease; // keeps the block out of the pool while this storage is reachable; null for foreign memory
    private final boolean wholeBlock;
    private final Object owner; // of foreign memory: kept reachable as long as this storage

    HostStorage(HostPool.Lease lease, HostBlock block, int start, long bytes, boolean wholeBlock) {
        super(Device.CPU, bytes);
        this.lease = lease;
        this.block = block;
        this.start = start;
        this.wholeBlock = wholeBlock;
        this.owner = null;
    }

    /** Memory that belongs to somebody else, such as an ND4J array. */
    HostStorage(HostBlock block, long bytes, Object owner) {
        super(Device.CPU, bytes);
        this.lease = null;
        this.block = block;
        this.start = 0;
        this.wholeBlock = false;
        this.owner = owner;
    }

    /**
     * The host storage of a tensor.
     *
     * @throws IllegalStateException if it was released
     */
    static HostStorage of(Tensor t) {
        HostStorage s = (HostStorage) t.storage();
        s.checkUsable();
        return s;
    }

    /** The native address of byte 0 of this storage. */
    long address() {
        return block.address() + start;
    }

    @Override
    protected void free() {
        if (wholeBlock && lease != null) {
            lease.end();
        }
    }
}
