package io.candela.backend.cuda;

import io.candela.backend.Backend;
import io.candela.backend.ReduceKernels;
import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Reductions and scans. The order of additions is fixed, so that results are the same every time; it depends on the device's size. */
final class CudaReduce implements ReduceKernels {
    private static final int THREADS = 256;
    private static final int WARP = 32;
    /** Items that a thread is to have at least before several blocks share a reduction. */
    private static final int SHARE = 16;
    private static final int MOST_SPLITS = 1024;
    private static final int MOST_ROWS = 65535; // blocks along y
    private static final int LARGEST_STATE = 32; // bytes
    /** Elements of a segment of a scan at least. */
    private static final int SEGMENT = 4096;

    private final CudaDevice device;

    CudaReduce(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void reduce(Reduction reduction, Tensor x, int dims, Tensor out) {
        String function = switch (reduction) {
            case SUM -> "sum";
            case MEAN -> "mean";
            case PROD -> "prod";
            case MAX -> "max_";
            case MIN -> "min_";
            case ANY -> "any_";
            case ALL -> "all_";
            case SQUARED_DEVIATION -> "squaredDeviation";
        };
        reduce(function, x, dims, out);
    }

    @Override
    public void argExtreme(boolean largest, Tensor x, Tensor out) {
        reduce(largest ? "argmax" : "argmin", x, 1, out);
    }

    private static DType own(DType type) {
        return type.isFloating() || type == DType.INT32 || type == DType.BOOL ? type : DType.INT64;
    }

    /** A contiguous tensor's elements in another shape, which may have fewer. */
    private static Tensor rows(Tensor t, int... dims) {
        Shape shape = Shape.of(dims);
        return t.viewOf(shape, shape.contiguousStrides(), t.offset());
    }

    private static Tensor part(Tensor x, int from, int to) {
        int[] dims = Arrays.copyOfRange(x.shape().dims(), from, to);
        return x.viewOf(Shape.of(dims), Arrays.copyOfRange(x.strides(), from, to), x.offset());
    }

    private void reduce(String function, Tensor given, int dims, Tensor out) {
        int outer = out.numel();
        if (outer == 0) {
            return;
        }
        int kept = given.dim() - dims;
        Tensor x = given;
        Tensor results = rows(out, Arrays.copyOf(x.shape().dims(), kept));
        int count = (int) (x.numel() / (long) outer);
        Elements outside = Elements.of(results, part(x, 0, kept));
        Elements inside = count == 0 ? Elements.of(rows(out, 1)) : Elements.of(part(x, kept, x.dim()));
        if (outside.isDeep() || inside.isDeep()) {
            x = Tensor.empty(given.shape(), given.dtype(), given.device());
            Backend.of(x).pointwise().copy(given, x);
            outside = Elements.of(results, part(x, 0, kept));
            inside = Elements.of(part(x, kept, x.dim()));
        }
        DType type = own(x.dtype());
        DType computed = PointwiseSource.computed(type);
        boolean exact = x.dtype() == type;
        boolean neighbours = inside.rank() > 0 && (outside.rank() == 0 || inside.stride(0, 0) <= outside.stride(1, 0));
        boolean wide = exact && neighbours && inside.rank() == 1 && inside.stride(0, 0) == 1 && isWide(x, outside, count);
        int items = wide ? count / (16 / type.bytes()) : count;
        int lanes = neighbours ? Math.min(THREADS, ceilingPower((items + 3) / 4)) : Math.max(THREADS / WARP / (type.bytes() < 4 ? 2 : 1), 1);
        int groups = THREADS / lanes;
        int blocks = (outer + groups - 1) / groups;
        int splits = splits(blocks, items, lanes);
        Tensor states = splits == 1 ? null : Tensor.empty(Shape.of(outer * splits * (LARGEST_STATE / 8)), DType.INT64, x.device());
        Launch l = kernel("reduce.cu", function, type, "").tensor(x).number(x.dtype().ordinal()).tensor(out).number(out.dtype().ordinal())
                .tensor(states).number(outer).number(items).number(count).number(neighbours ? 1 : 0).number(wide ? 1 : 0);
        inside.addTo(outside.addTo(l)).run(blocks, splits, 1, neighbours ? lanes : groups, neighbours ? groups : lanes, 1, 0);
        if (states != null) {
            int width = Math.min(THREADS, Math.max(WARP, ceilingPower(splits)));
            int rows = THREADS / width;
            kernel("reduce.cu", function, computed, "_merge").tensor(states).tensor(out).number(out.dtype().ordinal()).number(outer).number(splits)
                    .number(count).run((outer + rows - 1) / rows, 1, 1, width, rows, 1, 0);
            states.release();
        }
    }

    /** Whether every result's elements are packs of 16 bytes. */
    private static boolean isWide(Tensor x, Elements outside, int count) {
        int width = 16 / x.dtype().bytes();
        if (count % width != 0 || count == 0 || CudaStorage.address(x) % 16 != 0) {
            return false;
        }
        for (int dim = 0; dim < outside.rank(); dim++) {
            if (outside.stride(1, dim) % width != 0) {
                return false;
            }
        }
        return true;
    }

    private static int ceilingPower(int n) {
        return n <= 1 ? 1 : Integer.highestOneBit(n - 1) * 2;
    }

    /** How many blocks share each result: as many as fill the device, as long as all have enough to do. */
    private int splits(int blocks, int items, int lanes) {
        var p = device.properties;
        int room = p.multiprocessors() * (p.threadsPerMultiprocessor() / THREADS);
        if (blocks * 2L > room) {
            return 1;
        }
        int useful = (int) (((long) items + (long) lanes * SHARE - 1) / ((long) lanes * SHARE));
        return Math.max(1, Math.min(Math.min(room / blocks, useful), MOST_SPLITS));
    }

    @Override
    public void cumulativeSum(Tensor x, Tensor out) {
        scan("running", x, out);
    }

    @Override
    public void cumulativeProduct(Tensor x, Tensor out) {
        scan("product", x, out);
    }

    @Override
    public void cumulativeLogSumExp(Tensor x, Tensor out) {
        scan("logsumexp", x, out);
    }

    @Override
    public void cumulativeExtreme(boolean largest, Tensor x, Tensor indices) {
        scan(largest ? "latestMax" : "latestMin", x, indices);
    }

    private void scan(String function, Tensor given, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        Tensor x = given;
        // Read in the type that the result is computed in: a float32 tensor's sum as float64, say, or integers' product as floating point.
        DType wanted = out.dtype().isFloating() && !given.dtype().isFloating() ? out.dtype() : given.dtype();
        if (!given.isContiguous() || wanted != given.dtype()) {
            x = Tensor.empty(given.shape(), wanted, given.device());
            Backend.of(x).pointwise().copy(given, x);
        }
        int n = Math.max(1, x.dim() == 0 ? 1 : x.size(-1));
        int rows = x.numel() / n;
        DType type = x.dtype().isFloating() ? x.dtype() : DType.INT64;
        DType computed = PointwiseSource.computed(type);
        int room = device.properties.multiprocessors() * 4;
        int segments = Math.max(1, Math.min((n + SEGMENT - 1) / SEGMENT, room / Math.min(rows, room)));
        int segment = (n + segments - 1) / segments;
        segments = (n + segment - 1) / segment;
        int gridRows = Math.min(rows, MOST_ROWS);
        Tensor states = segments == 1 ? null : Tensor.empty(Shape.of(rows * segments * (LARGEST_STATE / 8)), DType.INT64, x.device());
        if (states != null) {
            kernel("scan.cu", function, type, "").tensor(x).number(x.dtype().ordinal()).tensor(out).number(out.dtype().ordinal()).tensor(states)
                    .address(0).number(rows).number(n).number(segment).run(segments, gridRows, 1, THREADS, 1, 1, 0);
            kernel("scan.cu", function, computed, "_segments").tensor(states).number(rows).number(segments).over(rows);
        }
        kernel("scan.cu", function, type, "").tensor(x).number(x.dtype().ordinal()).tensor(out).number(out.dtype().ordinal()).address(0)
                .tensor(states).number(rows).number(n).number(segment).run(segments, gridRows, 1, THREADS, 1, 1, 0);
        if (states != null) {
            states.release();
        }
        if (x != given) {
            x.release();
        }
    }

    @Override
    public void median(boolean skipNan, Tensor x, Tensor indices) {
        order("median", x, skipNan ? 1 : 0, indices);
    }

    @Override
    public void mode(Tensor x, Tensor indices) {
        order("mode", x, 0, indices);
    }

    /** What is found in sorted rows; a block for each. */
    private void order(String kernel, Tensor x, int flag, Tensor indices) {
        if (x.numel() == 0) {
            return;
        }
        int n = x.size(-1);
        DeviceSort sorted = DeviceSort.of(device, Dense.of(x), n, false);
        Tensor to = Dense.target(indices);
        Launch.of(device.kernels.get("index.cu", kernel)).tensor(sorted.keys).tensor(sorted.order).number(n).number(x.dtype().isFloating() ? 1 : 0)
                .number(flag).tensor(to).run(x.numel() / n, kernel.equals("mode") ? THREADS : 1, 0);
        Dense.finish(to, indices);
    }

    private Launch kernel(String file, String function, DType type, String form) {
        return Launch.of(device.kernels.get(file, PointwiseSource.only(function, type), function + '_' + type.torchName() + form));
    }
}
