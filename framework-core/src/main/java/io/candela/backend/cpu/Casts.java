package io.candela.backend.cpu;

import io.candela.tensor.DType;

/**
 * Runs of elements of any type read as floats, doubles or longs, and written from them, for one thread. They go through a heap block of their own
 * type: a loop from heap to heap is several times as fast as one over native memory. Where PyTorch's conversion is the processor's, so is this.
 */
final class Casts {
    private static final int BLOCK = HostThread.BLOCK;

    private final float[] floats = new float[BLOCK];
    private final double[] doubles = new double[BLOCK];
    private final long[] longs = new long[BLOCK];
    private final int[] ints = new int[BLOCK];
    private final short[] shorts = new short[BLOCK];
    private final byte[] bytes = new byte[BLOCK];
    private final int[] small = new int[BLOCK];
    private final HostBlock exchange;

    Casts(HostBlock exchange) {
        this.exchange = exchange;
    }

    /** Reads {@code n} elements of a type, {@code stride} apart, from element {@code index} on, to {@code out} from {@code at} on. */
    void read(HostBlock block, DType type, int index, int stride, float[] out, int at, int n) {
        if (type == DType.FLOAT32) {
            block.get(index, stride, out, at, n);
            return;
        }
        for (int done = 0; done < n; done += BLOCK) {
            readBlock(block, type, index + done * stride, stride, out, at + done, Math.min(BLOCK, n - done));
        }
    }

    private void readBlock(HostBlock block, DType type, int index, int stride, float[] out, int at, int n) {
        switch (type) {
            case FLOAT64 -> {
                block.get(index, stride, doubles, 0, n);
                CastLoops.cast(doubles, out, at, n);
            }
            case INT64 -> {
                block.get(index, stride, longs, 0, n);
                CastLoops.widen(longs, out, at, n);
            }
            case INT32 -> {
                block.get(index, stride, ints, 0, n);
                CastLoops.widen(ints, out, at, n);
            }
            case INT16 -> {
                block.get(index, stride, shorts, 0, n);
                CastLoops.widen(shorts, out, at, n);
            }
            case INT8 -> {
                block.get(index, stride, bytes, 0, n);
                CastLoops.widen(bytes, out, at, n);
            }
            case FLOAT16 -> {
                block.get(index, stride, shorts, 0, n);
                CastLoops.halves(shorts, out, at, n);
            }
            case BFLOAT16 -> {
                block.get(index, stride, shorts, 0, n);
                CastLoops.upperHalves(shorts, out, at, n);
            }
            default -> {
                block.get(index, stride, bytes, 0, n);
                CastLoops.unsigned(bytes, out, at, n);
            }
        }
    }

    /** As {@link #read(HostBlock, DType, int, int, float[], int, int)}. */
    void read(HostBlock block, DType type, int index, int stride, double[] out, int at, int n) {
        if (type == DType.FLOAT64) {
            block.get(index, stride, out, at, n);
            return;
        }
        for (int done = 0; done < n; done += BLOCK) {
            readBlock(block, type, index + done * stride, stride, out, at + done, Math.min(BLOCK, n - done));
        }
    }

    private void readBlock(HostBlock block, DType type, int index, int stride, double[] out, int at, int n) {
        switch (type) {
            case FLOAT32 -> {
                block.get(index, stride, floats, 0, n);
                CastLoops.widen(floats, out, at, n);
            }
            case INT64 -> {
                block.get(index, stride, longs, 0, n);
                CastLoops.widen(longs, out, at, n);
            }
            case INT32 -> {
                block.get(index, stride, ints, 0, n);
                CastLoops.widen(ints, out, at, n);
            }
            case INT16 -> {
                block.get(index, stride, shorts, 0, n);
                CastLoops.widen(shorts, out, at, n);
            }
            case INT8 -> {
                block.get(index, stride, bytes, 0, n);
                CastLoops.widen(bytes, out, at, n);
            }
            case FLOAT16, BFLOAT16 -> {
                readBlock(block, type, index, stride, floats, 0, n);
                CastLoops.widen(floats, out, at, n);
            }
            default -> {
                block.get(index, stride, bytes, 0, n);
                CastLoops.unsigned(bytes, out, at, n);
            }
        }
    }

    /** As {@link #read(HostBlock, DType, int, int, float[], int, int)}; floating point is cut off towards zero. */
    void read(HostBlock block, DType type, int index, int stride, long[] out, int at, int n) {
        if (type == DType.INT64) {
            block.get(index, stride, out, at, n);
            return;
        }
        for (int done = 0; done < n; done += BLOCK) {
            readBlock(block, type, index + done * stride, stride, out, at + done, Math.min(BLOCK, n - done));
        }
    }

    private void readBlock(HostBlock block, DType type, int index, int stride, long[] out, int at, int n) {
        switch (type) {
            case FLOAT32 -> {
                block.get(index, stride, floats, 0, n);
                CastLoops.cast(floats, out, at, n);
            }
            case FLOAT64 -> {
                block.get(index, stride, doubles, 0, n);
                CastLoops.cast(doubles, out, at, n);
            }
            case INT32 -> {
                block.get(index, stride, ints, 0, n);
                CastLoops.widen(ints, out, at, n);
            }
            case INT16 -> {
                block.get(index, stride, shorts, 0, n);
                CastLoops.widen(shorts, out, at, n);
            }
            case INT8 -> {
                block.get(index, stride, bytes, 0, n);
                CastLoops.widen(bytes, out, at, n);
            }
            case FLOAT16, BFLOAT16 -> {
                readBlock(block, type, index, stride, floats, 0, n);
                CastLoops.cast(floats, out, at, n);
            }
            default -> {
                block.get(index, stride, bytes, 0, n);
                CastLoops.unsigned(bytes, out, at, n);
            }
        }
    }

    /** Writes {@code n} elements of {@code in} from {@code at} on, to element {@code index} and on, {@code stride} apart; a bool is whether it is not 0. */
    void write(HostBlock block, DType type, int index, int stride, float[] in, int at, int n) {
        if (type == DType.FLOAT32) {
            block.put(index, stride, in, at, n);
            return;
        }
        for (int done = 0; done < n; done += BLOCK) {
            writeBlock(block, type, index + done * stride, stride, in, at + done, Math.min(BLOCK, n - done));
        }
    }

    private void writeBlock(HostBlock block, DType type, int index, int stride, float[] in, int at, int n) {
        switch (type) {
            case FLOAT64 -> {
                CastLoops.cast(in, at, doubles, n);
                block.put(index, stride, doubles, 0, n);
            }
            case INT64 -> {
                CastLoops.cast(in, at, longs, n);
                block.put(index, stride, longs, 0, n);
            }
            case INT32 -> {
                CastLoops.cast(in, at, ints, n);
                block.put(index, stride, ints, 0, n);
            }
            case INT16 -> {
                CastLoops.cast(in, at, shorts, n);
                block.put(index, stride, shorts, 0, n);
            }
            case INT8 -> {
                CastLoops.cast(in, at, bytes, n);
                block.put(index, stride, bytes, 0, n);
            }
            case UINT8 -> {
                CastLoops.unsigned(in, at, bytes, n);
                block.put(index, stride, bytes, 0, n);
            }
            case FLOAT16, BFLOAT16 -> {
                System.arraycopy(in, at, floats, 0, n);
                round(type, n);
                block.put(index, stride, shorts, 0, n);
            }
            case BOOL -> {
                CastLoops.truth(in, at, bytes, n);
                block.put(index, stride, bytes, 0, n);
            }
        }
    }

    /** As {@link #write(HostBlock, DType, int, int, float[], int, int)}. */
    void write(HostBlock block, DType type, int index, int stride, double[] in, int at, int n) {
        if (type == DType.FLOAT64) {
            block.put(index, stride, in, at, n);
            return;
        }
        for (int done = 0; done < n; done += BLOCK) {
            writeBlock(block, type, index + done * stride, stride, in, at + done, Math.min(BLOCK, n - done));
        }
    }

    private void writeBlock(HostBlock block, DType type, int index, int stride, double[] in, int at, int n) {
        switch (type) {
            case FLOAT32 -> {
                CastLoops.cast(in, at, floats, n);
                block.put(index, stride, floats, 0, n);
            }
            case INT64 -> {
                CastLoops.cast(in, at, longs, n);
                block.put(index, stride, longs, 0, n);
            }
            case INT32 -> {
                CastLoops.cast(in, at, ints, n);
                block.put(index, stride, ints, 0, n);
            }
            case INT16 -> {
                CastLoops.cast(in, at, shorts, n);
                block.put(index, stride, shorts, 0, n);
            }
            case INT8 -> {
                CastLoops.cast(in, at, bytes, n);
                block.put(index, stride, bytes, 0, n);
            }
            case UINT8 -> {
                CastLoops.unsigned(in, at, bytes, n);
                block.put(index, stride, bytes, 0, n);
            }
            case FLOAT16, BFLOAT16 -> {
                CastLoops.cast(in, at, floats, n);
                round(type, n);
                block.put(index, stride, shorts, 0, n);
            }
            case BOOL -> {
                CastLoops.truth(in, at, bytes, n);
                block.put(index, stride, bytes, 0, n);
            }
        }
    }

    /** As {@link #write(HostBlock, DType, int, int, float[], int, int)}. */
    void write(HostBlock block, DType type, int index, int stride, long[] in, int at, int n) {
        if (type == DType.INT64) {
            block.put(index, stride, in, at, n);
            return;
        }
        for (int done = 0; done < n; done += BLOCK) {
            writeBlock(block, type, index + done * stride, stride, in, at + done, Math.min(BLOCK, n - done));
        }
    }

    private void writeBlock(HostBlock block, DType type, int index, int stride, long[] in, int at, int n) {
        switch (type) {
            case FLOAT32 -> {
                CastLoops.cast(in, at, floats, n);
                block.put(index, stride, floats, 0, n);
            }
            case FLOAT64 -> {
                CastLoops.cast(in, at, doubles, n);
                block.put(index, stride, doubles, 0, n);
            }
            case INT32 -> {
                CastLoops.cast(in, at, ints, n);
                block.put(index, stride, ints, 0, n);
            }
            case INT16 -> {
                CastLoops.cast(in, at, shorts, n);
                block.put(index, stride, shorts, 0, n);
            }
            case INT8, UINT8 -> {
                CastLoops.cast(in, at, bytes, n);
                block.put(index, stride, bytes, 0, n);
            }
            case FLOAT16, BFLOAT16 -> {
                CastLoops.cast(in, at, floats, n);
                round(type, n);
                block.put(index, stride, shorts, 0, n);
            }
            case BOOL -> {
                CastLoops.truth(in, at, bytes, n);
                block.put(index, stride, bytes, 0, n);
            }
        }
    }

    /** Of {@link #floats}, to {@link #shorts}. */
    private void round(DType type, int n) {
        exchange.floats.put(0, floats, 0, n);
        exchange.ints.get(0, ints, 0, n);
        if (type == DType.BFLOAT16) {
            CastLoops.upperHalves(ints, n);
        } else {
            CastLoops.addHalf(floats, n);
            exchange.floats.put(0, floats, 0, n);
            exchange.ints.get(0, small, 0, n);
            CastLoops.halves(ints, small, n);
        }
        CastLoops.narrow(ints, shorts, n);
    }
}
