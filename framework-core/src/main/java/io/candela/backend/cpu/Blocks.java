package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Copies runs of a tensor's elements, in row-major order of a given shape, between native memory and heap blocks, converting on the way.
 * Kernels loop over the heap blocks: HotSpot vectorizes those loops, and one loop serves every stride and every narrower type.
 */
final class Blocks {
    private final HostStorage storage; // also keeps the memory from being recycled while a kernel runs
    private final HostBlock block;
    private final DType dtype;
    private final int base; // element position in the block of the tensor's first element
    private final int[] sizes; // dimensions merged where strides allow; null when the elements follow each other
    private final int[] strides;

    /** The elements of {@code t}, broadcast to {@code shape}. */
    Blocks(Tensor t, Shape shape) {
        this(t, shape, t.dtype());
    }

    /** For elements that are moved as they are, whatever they mean: NaN of a half type keeps all its bits. They go through floats, doubles or longs. */
    static Blocks moving(Tensor t, Shape shape) {
        return new Blocks(t, shape, t.dtype().isHalf() ? DType.INT16 : t.dtype());
    }

    private Blocks(Tensor t, Shape shape, DType dtype) {
        this.storage = HostStorage.of(t);
        this.block = storage.block;
        this.dtype = dtype;
        this.base = storage.start / dtype.bytes() + t.offset();
        if (t.isContiguous() && t.shape().equals(shape)) {
            this.sizes = null;
            this.strides = null;
            return;
        }
        int[] dims = shape.dims();
        int[] own = t.shape().dims();
        int[] ownStrides = t.strides();
        int shift = dims.length - own.length;
        int[] s = new int[dims.length];
        int[] d = new int[dims.length];
        int used = 0;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 1) {
                continue;
            }
            int stride = i < shift || own[i - shift] == 1 ? 0 : ownStrides[i - shift];
            if (used > 0 && s[used - 1] == stride * dims[i]) {
                d[used - 1] *= dims[i];
                s[used - 1] = stride;
            } else {
                d[used] = dims[i];
                s[used++] = stride;
            }
        }
        boolean linear = used == 0 || used == 1 && s[0] == 1;
        this.sizes = linear ? null : Arrays.copyOf(d, used);
        this.strides = linear ? null : Arrays.copyOf(s, used);
    }

    /** Reads a float32 matrix, {@code shift} elements behind the tensor's first, row by row into {@code out}; a vector counts as one row. */
    static void readMatrix(Tensor t, int shift, int rows, int columns, float[] out) {
        HostStorage storage = HostStorage.of(t);
        int[] s = t.strides();
        int column = s[s.length - 1];
        int row = s.length == 1 ? 0 : s[s.length - 2];
        int start = (storage.start >> 2) + t.offset() + shift;
        var floats = storage.block.floats;
        if (column == 1 && (row == columns || rows == 1)) {
            floats.get(start, out, 0, rows * columns);
        } else if (column == 1) {
            for (int i = 0; i < rows; i++) {
                floats.get(start + i * row, out, i * columns, columns);
            }
        } else {
            for (int i = 0; i < rows; i++) {
                for (int j = 0, p = start + i * row; j < columns; j++, p += column) {
                    out[i * columns + j] = floats.get(p);
                }
            }
        }
    }

    /** Reads float32 elements that follow each other in memory, from {@code shift} elements behind the tensor's first. */
    static void readRun(Tensor t, int shift, int count, float[] out) {
        HostStorage storage = HostStorage.of(t);
        storage.block.floats.get((storage.start >> 2) + t.offset() + shift, out, 0, count);
    }

    /** Reads elements {@code position} to {@code position + count} into {@code out} from index 0. */
    void read(int position, float[] out, int count) {
        if (sizes == null) {
            readRun(base + position, 1, out, 0, count);
            return;
        }
        walk(position, count, (index, stride, at, n) -> readRun(index, stride, out, at, n));
    }

    /** As {@link #read(int, float[], int)}. */
    void read(int position, double[] out, int count) {
        if (sizes == null) {
            readRun(base + position, 1, out, 0, count);
            return;
        }
        walk(position, count, (index, stride, at, n) -> readRun(index, stride, out, at, n));
    }

    /** As {@link #read(int, float[], int)}; floating point is cut off towards zero. */
    void read(int position, long[] out, int count) {
        if (sizes == null) {
            readRun(base + position, 1, out, 0, count);
            return;
        }
        walk(position, count, (index, stride, at, n) -> readRun(index, stride, out, at, n));
    }

    /** The bits of float32 elements, else as {@link #read(int, float[], int)}. */
    void readBits(int position, int[] out, int count) {
        if (sizes == null) {
            block.ints.get(base + position, out, 0, count);
            return;
        }
        walk(position, count, (index, stride, at, n) -> {
            if (stride == 1) {
                block.ints.get(index, out, at, n);
            } else if (stride == 0) {
                Arrays.fill(out, at, at + n, block.ints.get(index));
            } else {
                for (int i = at, p = index; i < at + n; i++, p += stride) {
                    out[i] = block.ints.get(p);
                }
            }
        });
    }

    /** Of bool elements, −1 for true and 0 for false: all bits or none. {@code bytes} is scratch. */
    void readMask(int position, int[] out, byte[] bytes, int count) {
        if (sizes == null) {
            block.bytes.get(base + position, bytes, 0, count);
        } else {
            walk(position, count, (index, stride, at, n) -> {
                for (int i = at, p = index; i < at + n; i++, p += stride) {
                    bytes[i] = block.bytes.get(p);
                }
            });
        }
        for (int i = 0; i < count; i++) {
            int b = bytes[i];
            out[i] = (b | -b) >> 31;
        }
    }

    /** Writes the bits of float32 elements, else as {@link #write(int, float[], int)}. */
    void writeBits(int position, int[] in, int count) {
        if (sizes == null) {
            block.ints.put(base + position, in, 0, count);
            return;
        }
        walk(position, count, (index, stride, at, n) -> {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                block.ints.put(p, in[i]);
            }
        });
    }

    /** Writes {@code in} from index 0 to elements {@code position} to {@code position + count}. */
    void write(int position, float[] in, int count) {
        if (sizes == null) {
            writeRun(base + position, 1, in, 0, count);
            return;
        }
        walk(position, count, (index, stride, at, n) -> writeRun(index, stride, in, at, n));
    }

    /** As {@link #write(int, float[], int)}. */
    void write(int position, double[] in, int count) {
        if (sizes == null) {
            writeRun(base + position, 1, in, 0, count);
            return;
        }
        walk(position, count, (index, stride, at, n) -> writeRun(index, stride, in, at, n));
    }

    /** As {@link #write(int, float[], int)}. */
    void write(int position, long[] in, int count) {
        if (sizes == null) {
            writeRun(base + position, 1, in, 0, count);
            return;
        }
        walk(position, count, (index, stride, at, n) -> writeRun(index, stride, in, at, n));
    }

    /** Writes 0 and 1 into a bool tensor, otherwise as {@link #write(int, float[], int)}. */
    void write(int position, byte[] in, int count) {
        if (sizes == null) {
            block.bytes.put(base + position, in, 0, count);
            return;
        }
        walk(position, count, (index, stride, at, n) -> {
            for (int i = at, p = index; i < at + n; i++, p += stride) {
                block.bytes.put(p, in[i]);
            }
        });
    }

    /** A run of equally spaced elements: {@code n} of them from native {@code index}, at heap index {@code at}. */
    private interface Run {
        void accept(int index, int stride, int at, int n);
    }

    /** Cuts a stretch of elements into runs along the last merged dimension. */
    private void walk(int position, int count, Run run) {
        if (count == 0) {
            return; // sizes may be 0
        }
        int last = sizes.length - 1;
        int[] coordinate = new int[sizes.length];
        int rest = position;
        int index = base;
        for (int i = last; i >= 0; i--) {
            coordinate[i] = rest % sizes[i];
            rest /= sizes[i];
            index += coordinate[i] * strides[i];
        }
        int at = 0;
        while (at < count) {
            int n = Math.min(sizes[last] - coordinate[last], count - at);
            run.accept(index, strides[last], at, n);
            at += n;
            coordinate[last] += n;
            index += n * strides[last];
            for (int i = last; i > 0 && coordinate[i] == sizes[i]; i--) {
                index += strides[i - 1] - sizes[i] * strides[i];
                coordinate[i] = 0;
                coordinate[i - 1]++;
            }
        }
    }

    private void readRun(int index, int stride, float[] out, int at, int n) {
        if (dtype == DType.FLOAT32) {
            block.get(index, stride, out, at, n);
        } else {
            HostThread.current().casts().read(block, dtype, index, stride, out, at, n);
        }
    }

    private void readRun(int index, int stride, double[] out, int at, int n) {
        HostThread.current().casts().read(block, dtype, index, stride, out, at, n);
    }

    private void readRun(int index, int stride, long[] out, int at, int n) {
        if (dtype == DType.INT64) {
            block.get(index, stride, out, at, n);
        } else {
            HostThread.current().casts().read(block, dtype, index, stride, out, at, n);
        }
    }

    private void writeRun(int index, int stride, float[] in, int at, int n) {
        if (dtype == DType.FLOAT32) {
            block.put(index, stride, in, at, n);
        } else {
            HostThread.current().casts().write(block, dtype, index, stride, in, at, n);
        }
    }

    private void writeRun(int index, int stride, double[] in, int at, int n) {
        HostThread.current().casts().write(block, dtype, index, stride, in, at, n);
    }

    private void writeRun(int index, int stride, long[] in, int at, int n) {
        if (dtype == DType.INT64) {
            block.put(index, stride, in, at, n);
        } else {
            HostThread.current().casts().write(block, dtype, index, stride, in, at, n);
        }
    }
}
