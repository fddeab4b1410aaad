package io.candela.backend.cpu;

import io.candela.backend.Backend;
import io.candela.backend.IndexKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Half;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.function.Consumer;

/** Moves elements by index. Indices are checked before anything is written. */
final class IndexCpu implements IndexKernels {
    private static final int BLOCK = HostThread.BLOCK;

    @Override
    public void selectRows(String who, Tensor x, Tensor index, Tensor out) {
        int rows = x.size(0);
        int width = rows == 0 ? 0 : x.numel() / rows;
        long[] picks = index.toLongArray();
        for (int i = 0; i < picks.length; i++) {
            if (picks[i] < 0 || picks[i] >= rows) {
                throw new ShapeException("%s: index %d at position %d is out of range; use 0 to %d", who, picks[i], i, rows - 1);
            }
        }
        Blocks in = Blocks.moving(x, x.shape());
        Blocks to = Blocks.moving(out, out.shape());
        for (int i = 0; i < picks.length; i++) {
            copy(in, (int) picks[i] * width, to, i * width, width, x.dtype());
        }
    }

    private static void copy(Blocks in, int from, Blocks to, int at, int count, DType type) {
        HostThread thread = HostThread.current();
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            if (type == DType.FLOAT32) {
                in.read(from + p, thread.floats(0), n);
                to.write(at + p, thread.floats(0), n);
            } else if (type == DType.FLOAT64) {
                in.read(from + p, thread.doubles(0), n);
                to.write(at + p, thread.doubles(0), n);
            } else {
                in.read(from + p, thread.longs(0), n);
                to.write(at + p, thread.longs(0), n);
            }
        }
    }

    private static void check(String who, long[] picks, int size, int dim, Shape shape) {
        for (int i = 0; i < picks.length; i++) {
            if (picks[i] < 0 || picks[i] >= size) {
                throw new ShapeException("%s: index %d at position %d is out of range for dimension %d of %s; use 0 to %d", who, picks[i], i, dim,
                        shape, size - 1);
            }
        }
    }

    @Override
    public void addRows(Tensor source, Tensor index, Tensor out) {
        if (out.dtype().isHalf()) {
            inFloat(out, wide -> addRows(source, index, wide));
            return;
        }
        long[] picks = index.toLongArray();
        int width = picks.length == 0 ? 0 : source.numel() / picks.length;
        Blocks in = new Blocks(source, source.shape());
        Blocks to = new Blocks(out, out.shape());
        HostThread thread = HostThread.current();
        double[] a = thread.doubles(0);
        double[] b = thread.doubles(1);
        for (int i = 0; i < picks.length; i++) {
            for (int p = 0; p < width; p += BLOCK) {
                int n = Math.min(BLOCK, width - p);
                int at = (int) picks[i] * width + p;
                in.read(i * width + p, a, n);
                to.read(at, b, n);
                for (int j = 0; j < n; j++) {
                    b[j] += a[j];
                }
                to.write(at, b, n);
            }
        }
    }

    /** Sums of half types are carried in float and rounded once. */
    private static void inFloat(Tensor out, Consumer<Tensor> sum) {
        Tensor wide = Tensor.empty(out.shape(), DType.FLOAT32, out.device());
        Backend.of(out).pointwise().copy(out, wide);
        sum.accept(wide);
        Backend.of(out).pointwise().copy(wide, out);
    }

    @Override
    public void gather(Tensor x, int dim, Tensor index, Tensor out) {
        long[] picks = index.toLongArray();
        check("gather", picks, x.size(dim), dim, x.shape());
        int[] positions = positions(x, dim, index.shape(), picks);
        HostStorage from = HostStorage.of(x);
        HostStorage to = HostStorage.of(out);
        int bytes = x.dtype().bytes(); // elements are moved as they are, whatever they mean
        int base = from.start / bytes;
        int at = to.start / bytes + out.offset();
        switch (bytes) {
            case 1 -> {
                for (int i = 0; i < positions.length; i++) {
                    to.block.bytes.put(at + i, from.block.bytes.get(base + positions[i]));
                }
            }
            case 2 -> {
                for (int i = 0; i < positions.length; i++) {
                    to.block.shorts.put(at + i, from.block.shorts.get(base + positions[i]));
                }
            }
            case 4 -> {
                for (int i = 0; i < positions.length; i++) {
                    to.block.ints.put(at + i, from.block.ints.get(base + positions[i]));
                }
            }
            default -> {
                for (int i = 0; i < positions.length; i++) {
                    to.block.longs.put(at + i, from.block.longs.get(base + positions[i]));
                }
            }
        }
    }

    /** Where in x's storage each element of the index points: its own coordinates, but for {@code dim}. */
    private static int[] positions(Tensor x, int dim, Shape index, long[] picks) {
        int[] strides = x.strides();
        int[] sizes = index.dims();
        int[] coordinate = new int[sizes.length];
        int[] out = new int[picks.length];
        for (int i = 0; i < out.length; i++) {
            int p = x.offset() + (int) picks[i] * strides[dim];
            for (int d = 0; d < sizes.length; d++) {
                if (d != dim) {
                    p += coordinate[d] * strides[d];
                }
            }
            out[i] = p;
            for (int d = sizes.length - 1; d >= 0 && ++coordinate[d] == sizes[d]; d--) {
                coordinate[d] = 0;
            }
        }
        return out;
    }

    @Override
    public void scatter(Tensor source, int dim, Tensor index, boolean add, Tensor out) {
        long[] picks = index.toLongArray();
        check("scatterAdd", picks, out.size(dim), dim, out.shape());
        if (add && out.dtype().isHalf()) {
            inFloat(out, wide -> store(source, positions(wide, dim, index.shape(), picks), true, wide));
            return;
        }
        int[] positions = positions(out, dim, index.shape(), picks);
        store(source, positions, add, out);
    }

    /** Writes or adds elements, in their order, to these positions in the storage of {@code out}. */
    private static void store(Tensor source, int[] positions, boolean add, Tensor out) {
        HostStorage storage = HostStorage.of(out);
        int base = storage.start / out.dtype().bytes();
        if (out.dtype().isHalf()) {
            float[] v = source.toFloatArray();
            boolean half = out.dtype() == DType.FLOAT16;
            for (int i = 0; i < v.length; i++) {
                int p = base + positions[i];
                short old = add ? storage.block.shorts.get(p) : 0;
                float sum = !add ? v[i] : v[i] + (half ? Half.fromFloat16(old) : Half.fromBfloat16(old));
                storage.block.shorts.put(p, half ? Half.toFloat16(sum) : Half.toBfloat16(sum));
            }
        } else if (out.dtype().isFloating()) {
            double[] v = source.toDoubleArray();
            for (int i = 0; i < v.length; i++) {
                int p = base + positions[i];
                if (out.dtype() == DType.FLOAT32) {
                    storage.block.floats.put(p, (float) (add ? storage.block.floats.get(p) + v[i] : v[i]));
                } else {
                    storage.block.doubles.put(p, add ? storage.block.doubles.get(p) + v[i] : v[i]);
                }
            }
        } else {
            long[] v = source.toLongArray();
            for (int i = 0; i < v.length; i++) {
                int p = base + positions[i];
                switch (out.dtype()) {
                    case INT64 -> storage.block.longs.put(p, add ? storage.block.longs.get(p) + v[i] : v[i]);
                    case INT32 -> storage.block.ints.put(p, (int) (add ? storage.block.ints.get(p) + v[i] : v[i]));
                    case INT16 -> storage.block.shorts.put(p, (short) (add ? storage.block.shorts.get(p) + v[i] : v[i]));
                    case BOOL -> storage.block.bytes.put(p, (byte) (v[i] != 0 || add && storage.block.bytes.get(p) != 0 ? 1 : 0));
                    default -> storage.block.bytes.put(p, (byte) (add ? storage.block.bytes.get(p) + v[i] : v[i]));
                }
            }
        }
    }

    @Override
    public Tensor nonzero(Tensor x) {
        boolean[] set = x.toBooleanArray();
        long[] positions = new long[set.length];
        int n = 0;
        for (int i = 0; i < set.length; i++) {
            if (set[i]) {
                positions[n++] = i;
            }
        }
        Tensor out = Tensor.empty(Shape.of(n), DType.INT64, Device.CPU);
        new Blocks(out, out.shape()).write(0, positions, n);
        return out;
    }

    @Override
    public void sort(Tensor x, boolean descending, Tensor values, Tensor indices) {
        SortCpu.sort(x, descending, values, indices);
    }

    @Override
    public boolean top(Tensor x, int k, boolean largest, Tensor values, Tensor indices) {
        return TopCpu.top(x, k, largest, values, indices);
    }

    @Override
    public boolean kth(int k, Tensor x, Tensor indices) {
        TopCpu.kth(k, x, indices);
        return true;
    }

    @Override
    public void searchSorted(Tensor sorted, Tensor values, boolean right, Tensor out) {
        SortCpu.search(sorted, values, right, out);
    }

    @Override
    public void put(Tensor values, Tensor positions, boolean add, Tensor out) {
        long[] picks = positions.toLongArray();
        int[] at = new int[picks.length];
        int[] sizes = out.shape().dims();
        int[] strides = out.strides();
        for (int i = 0; i < at.length; i++) {
            int p = (int) picks[i];
            if (!out.isContiguous()) {
                int rest = p;
                p = 0;
                for (int d = sizes.length - 1; d >= 0; d--) {
                    p += rest % sizes[d] * strides[d];
                    rest /= sizes[d];
                }
            }
            at[i] = out.offset() + p;
        }
        store(values, at, add, out);
    }
}
