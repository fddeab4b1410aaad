package io.candela.backend.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.Pointer;

/**
 * One run of native memory with a typed view per element size. The JVM owns the memory (a direct buffer), so it can be recycled and
 * forgotten but never freed under somebody's feet: a stale reader may see wrong numbers, never a crash.
 */
final class HostBlock {
    /** oneDNN and AVX-512 like whole cache lines. */
    static final int ALIGNMENT = 64;

    final int capacity;
    final ByteBuffer bytes;
    final FloatBuffer floats;
    final DoubleBuffer doubles;
    final LongBuffer longs;
    final IntBuffer ints;
    final ShortBuffer shorts;
    private volatile long address; // 0 until a native library asks

    HostBlock(int capacity) {
        this(ByteBuffer.allocateDirect(capacity + ALIGNMENT).alignedSlice(ALIGNMENT), capacity);
    }

    /** Wraps foreign direct memory, such as ND4J's. */
    HostBlock(ByteBuffer direct, int capacity) {
        this.capacity = capacity;
        this.bytes = direct.order(ByteOrder.nativeOrder());
        this.floats = bytes.asFloatBuffer();
        this.doubles = bytes.asDoubleBuffer();
        this.longs = bytes.asLongBuffer();
        this.ints = bytes.asIntBuffer();
        this.shorts = bytes.asShortBuffer();
    }

    /** The native address of byte 0. */
    long address() {
        long a = address;
        if (a == 0) {
            a = new Pointer(bytes.duplicate().clear()).address();
            address = a;
        }
        return a;
    }
}
