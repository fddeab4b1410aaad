package io.candela.io;

import io.candela.backend.Backend;
import io.candela.backend.Backends;
import io.candela.io.pt.ByteWindow;
import io.candela.tensor.DType;
import io.candela.tensor.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A storage of any device, seen through one small buffer that the bytes pass on their way. The buffer stays in the processor's cache, so this
 * costs little beside the file.
 */
final class StorageBytes implements ByteWindow {
    private final Storage storage;
    private final Backend backend;
    private final ByteBuffer buffer;
    private final boolean filling;
    private final boolean bool;

    private StorageBytes(Storage storage, ByteBuffer buffer, boolean filling, boolean bool) {
        this.storage = storage;
        this.backend = Backends.of(storage.device());
        this.buffer = buffer;
        this.filling = filling;
        this.bool = bool;
    }

    /** For copying out of a storage. */
    static StorageBytes of(Storage storage, ByteBuffer buffer) {
        return new StorageBytes(storage, buffer, false, false);
    }

    /** For filling a storage. */
    static StorageBytes into(Storage storage, DType type, ByteBuffer buffer) {
        return new StorageBytes(storage, buffer, true, type == DType.BOOL);
    }

    /** A buffer as large as any window that readers and writers ask for. */
    static ByteBuffer newBuffer() {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("TensorIO: files are little-endian, this machine is big-endian; that is not supported");
        }
        return ByteBuffer.allocateDirect(1 << 20);
    }

    @Override
    public ByteBuffer window(long offset, int length) {
        buffer.clear().limit(length);
        if (!filling) {
            backend.download(storage, DType.UINT8, Math.toIntExact(offset), buffer.duplicate()); // as raw bytes, whatever their type
        }
        return buffer;
    }

    @Override
    public void filled(long offset, ByteBuffer bytes) {
        if (bool) { // kernels rely on 0 and 1; PyTorch takes any other byte for true
            for (int i = bytes.position(); i < bytes.limit(); i++) {
                if (bytes.get(i) != 0) {
                    bytes.put(i, (byte) 1);
                }
            }
        }
        backend.upload(bytes.duplicate(), DType.UINT8, storage, Math.toIntExact(offset));
    }
}
