package io.candela.io;

import io.candela.backend.Backend;
import io.candela.backend.Backends;
import io.candela.backend.cpu.SharedMemory;
import io.candela.tensor.DType;
import io.candela.tensor.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A storage of any device as bytes. Host memory is shown as it is, so that files are read and written without a copy; what is elsewhere passes
 * through one small buffer.
 */
final class StorageBytes implements ByteWindow {
    private static final int BUFFER = 1 << 20; // as large as any window that readers and writers ask for

    private final Storage storage;
    private final boolean filling;
    private final boolean bool;
    private ByteBuffer buffer; // null unless the storage is not in host memory

    private StorageBytes(Storage storage, boolean filling, boolean bool) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("TensorIO: files are little-endian, this machine is big-endian; that is not supported");
        }
        this.storage = storage;
        this.filling = filling;
        this.bool = bool;
    }

    /** For copying out of a storage. */
    static StorageBytes of(Storage storage) {
        return new StorageBytes(storage, false, false);
    }

    /** For filling a storage. */
    static StorageBytes into(Storage storage, DType type) {
        return new StorageBytes(storage, true, type == DType.BOOL);
    }

    /** Fills the storage from its first byte on. */
    void put(ByteBuffer bytes) {
        for (int offset = 0; bytes.hasRemaining(); ) {
            int length = Math.min(bytes.remaining(), BUFFER);
            ByteBuffer window = window(offset, length);
            window.duplicate().put(bytes.slice(bytes.position(), length));
            filled(offset, window);
            bytes.position(bytes.position() + length);
            offset += length;
        }
    }

    @Override
    public ByteBuffer window(long offset, int length) {
        ByteBuffer shared = SharedMemory.bytes(storage, Math.toIntExact(offset), length);
        if (shared != null) {
            return shared;
        }
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(BUFFER);
        }
        buffer.clear().limit(length);
        if (!filling) {
            backend().download(storage, DType.UINT8, Math.toIntExact(offset), buffer.duplicate()); // as raw bytes, whatever their type
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
        if (buffer != null) {
            backend().upload(bytes.duplicate(), DType.UINT8, storage, Math.toIntExact(offset));
        }
    }

    private Backend backend() {
        return Backends.of(storage.device());
    }
}
