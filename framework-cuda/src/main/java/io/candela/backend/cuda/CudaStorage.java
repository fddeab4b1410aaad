package io.candela.backend.cuda;

import io.candela.tensor.DeviceException;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;

/** A storage in a GPU's memory. */
final class CudaStorage extends Storage {
    final CudaDevice owner;
    private final DeviceMemory.Lease lease; // keeps the memory from being reused while this storage is reachable; null without bytes

    CudaStorage(CudaDevice owner, DeviceMemory.Lease lease, long bytes) {
        super(owner.device, bytes);
        this.owner = owner;
        this.lease = lease;
    }

    /**
     * The storage of a tensor on a GPU.
     *
     * @throws IllegalStateException if it was released
     * @throws DeviceException       if it is on the CPU
     */
    static CudaStorage of(Tensor tensor) {
        if (!(tensor.storage() instanceof CudaStorage s)) {
            throw new DeviceException("%s is on %s, other operands on a GPU; move one with to(device)", tensor.shape(), tensor.device());
        }
        s.checkUsable();
        return s;
    }

    /**
     * The device address of a tensor's first element. Whoever queues work with it keeps the tensor reachable until that is done; see
     * {@link Launch#tensor}.
     *
     * @throws IllegalStateException if its storage was released
     */
    static long address(Tensor tensor) {
        return of(tensor).address() + (long) tensor.offset() * tensor.dtype().bytes();
    }

    /** The device address of byte 0; 0 if there is none. */
    long address() {
        return lease == null ? 0 : lease.block.address;
    }

    /** Notes that work on another stream than the one that allocated this storage uses it: its memory is not reused before that is done. */
    void usedOn(long stream) {
        if (lease != null) {
            owner.memory.usedOn(lease.block, stream);
        }
    }

    @Override
    protected void free() {
        if (lease != null) {
            lease.end();
        }
    }
}
