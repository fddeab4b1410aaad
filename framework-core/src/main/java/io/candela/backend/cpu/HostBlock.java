package io.candela.backend.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
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

    /** Reads {@code n} elements, {@code stride} apart, from element {@code index} on to {@code out} from {@code at} on. */
    void get(int index, int stride, float[] out, int at, int n) {
        if (stride == 1) {
            floats.get(index, out, at, n);
        } else if (stride == 0) {
            Arrays.fill(out, at, at + n, floats.get(index));
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                out[i] = floats.get(p);
            }
        }
    }

    /** As {@link #get(int, int, float[], int, int)}. */
    void get(int index, int stride, double[] out, int at, int n) {
        if (stride == 1) {
            doubles.get(index, out, at, n);
        } else if (stride == 0) {
            Arrays.fill(out, at, at + n, doubles.get(index));
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                out[i] = doubles.get(p);
            }
        }
    }

    /** As {@link #get(int, int, float[], int, int)}. */
    void get(int index, int stride, long[] out, int at, int n) {
        if (stride == 1) {
            longs.get(index, out, at, n);
        } else if (stride == 0) {
            Arrays.fill(out, at, at + n, longs.get(index));
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                out[i] = longs.get(p);
            }
        }
    }

    /** As {@link #get(int, int, float[], int, int)}. */
    void get(int index, int stride, int[] out, int at, int n) {
        if (stride == 1) {
            ints.get(index, out, at, n);
        } else if (stride == 0) {
            Arrays.fill(out, at, at + n, ints.get(index));
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                out[i] = ints.get(p);
            }
        }
    }

    /** As {@link #get(int, int, float[], int, int)}. */
    void get(int index, int stride, short[] out, int at, int n) {
        if (stride == 1) {
            shorts.get(index, out, at, n);
        } else if (stride == 0) {
            Arrays.fill(out, at, at + n, shorts.get(index));
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                out[i] = shorts.get(p);
            }
        }
    }

    /** As {@link #get(int, int, float[], int, int)}. */
    void get(int index, int stride, byte[] out, int at, int n) {
        if (stride == 1) {
            bytes.get(index, out, at, n);
        } else if (stride == 0) {
            Arrays.fill(out, at, at + n, bytes.get(index));
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                out[i] = bytes.get(p);
            }
        }
    }

    /** Writes {@code n} elements, {@code stride} apart, from element {@code index} on, of {@code in} from {@code at} on. */
    void put(int index, int stride, float[] in, int at, int n) {
        if (stride == 1) {
            floats.put(index, in, at, n);
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                floats.put(p, in[i]);
            }
        }
    }

    /** As {@link #put(int, int, float[], int, int)}. */
    void put(int index, int stride, double[] in, int at, int n) {
        if (stride == 1) {
            doubles.put(index, in, at, n);
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                doubles.put(p, in[i]);
            }
        }
    }

    /** As {@link #put(int, int, float[], int, int)}. */
    void put(int index, int stride, long[] in, int at, int n) {
        if (stride == 1) {
            longs.put(index, in, at, n);
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                longs.put(p, in[i]);
            }
        }
    }

    /** As {@link #put(int, int, float[], int, int)}. */
    void put(int index, int stride, int[] in, int at, int n) {
        if (stride == 1) {
            ints.put(index, in, at, n);
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                ints.put(p, in[i]);
            }
        }
    }

    /** As {@link #put(int, int, float[], int, int)}. */
    void put(int index, int stride, short[] in, int at, int n) {
        if (stride == 1) {
            shorts.put(index, in, at, n);
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                shorts.put(p, in[i]);
            }
        }
    }

    /** As {@link #put(int, int, float[], int, int)}. */
    void put(int index, int stride, byte[] in, int at, int n) {
        if (stride == 1) {
            bytes.put(index, in, at, n);
        } else {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                bytes.put(p, in[i]);
            }
        }
    }
}
