package io.candela.backend.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Java's view of host memory at an address. */
final class HostBytes {
    private HostBytes() {}

    /** A pointer to memory that somebody else frees. */
    private static final class At extends BytePointer {
        At(long address, long size) {
            super((Pointer) null);
            this.address = address;
            limit(size);
            capacity(size);
        }
    }

    /** {@code size} bytes in native order; whoever allocated them frees them, when nobody uses the buffer any more. */
    static ByteBuffer at(long address, int size) {
        return new At(address, size).asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
