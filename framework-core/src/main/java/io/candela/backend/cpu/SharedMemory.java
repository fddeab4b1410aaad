package io.candela.backend.cpu;

import io.candela.backend.PinnedRegion;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory that tensors and a program share. */
public final class SharedMemory {
    private SharedMemory() {}

    /** A contiguous tensor over a direct buffer from its position on; it keeps the buffer reachable. */
    public static Tensor share(ByteBuffer direct, DType dtype, Shape shape) {
        int bytes = shape.numel() * dtype.bytes();
        return Tensor.over(storage(direct.slice(direct.position(), bytes)), dtype, shape, shape.contiguousStrides(), 0);
    }

    /** A storage over what remains of a direct buffer, such as a part of a mapped file; it keeps the buffer reachable. */
    public static Storage storage(ByteBuffer direct) {
        ByteBuffer bytes = direct.slice();
        return new HostStorage(new HostBlock(bytes, bytes.capacity()), bytes.capacity(), direct);
    }

    /** A storage over pinned memory; it keeps the region reachable, and ends it when it is released. */
    public static Storage pinned(ByteBuffer direct, PinnedRegion region) {
        return new HostStorage(new HostBlock(direct, direct.capacity()), direct.capacity(), region);
    }

    /** The region behind a storage that {@link #pinned(ByteBuffer, PinnedRegion)} made; null behind others. */
    public static PinnedRegion pinned(Storage storage) {
        return storage instanceof HostStorage host ? host.pinned() : null;
    }

    /**
     * A part of a storage's own bytes, in native order: what is written to one is seen in the other.
     *
     * <p>The buffer does not keep the storage's memory from being reused: hold the storage as long.
     *
     * @return null if the storage is not in host memory
     * @throws IllegalStateException if the storage was released
     */
    public static ByteBuffer bytes(Storage storage, int offset, int length) {
        if (!(storage instanceof HostStorage host)) {
            return null;
        }
        host.checkUsable();
        return host.block.bytes.slice(host.start + offset, length).order(ByteOrder.nativeOrder());
    }
}
