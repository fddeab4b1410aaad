package io.candela.backend.cuda;

import io.candela.backend.IndexKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.nio.IntBuffer;

/** Moves elements by index, and sorts. Indices out of range are left out, and told when the device is waited for; see {@link IndexErrors}. */
final class CudaIndex implements IndexKernels {
    private static final int WARP = 32;
    private static final int ROWS_PER_BLOCK = 8;
    private static final int BLOCK = 256;
    private static final int SCAN_BLOCK = 1024;
    private static final int WARP_SPAN = 128; // as in index.cu
    private static final int LARGEST_MOVE = 16;

    private final CudaDevice device;
    private final IndexKernels others;

    /** @param others for operands of more dimensions than kernels take */
    CudaIndex(CudaDevice device, IndexKernels others) {
        this.device = device;
        this.others = others;
    }

    private Launch kernel(String name) {
        return Launch.of(device.kernels.get("index.cu", name));
    }

    @Override
    public void selectRows(String who, Tensor x, Tensor index, Tensor out) {
        int rows = x.size(0);
        int count = index.numel();
        int width = rows == 0 ? 0 : x.numel() / rows;
        if (count == 0) { // but of rows without elements the indices are checked
            return;
        }
        Tensor picks = Dense.of(index, DType.INT64);
        Tensor table = Dense.of(x);
        Tensor to = Dense.target(out);
        long bytes = (long) width * x.dtype().bytes();
        long apart = bytes | LARGEST_MOVE | (table.numel() == 0 ? 0 : CudaStorage.address(table)) | (to.numel() == 0 ? 0 : CudaStorage.address(to));
        long unit = Long.lowestOneBit(apart);
        Launch l = kernel("select_rows_" + unit).tensor(table).number((long) rows).number((int) (bytes / unit)).tensor(picks).number(count).tensor(to);
        device.indexErrors.addTo(l, (pick, position) -> new ShapeException("%s: index %d at position %d is out of range; use 0 to %d", who, pick,
                position, rows - 1)).run((count + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK, 1, 1, WARP, ROWS_PER_BLOCK, 1, 0);
        Dense.finish(to, out);
    }

    @Override
    public void addRows(Tensor source, Tensor index, Tensor out) {
        if (source.numel() > 0) {
            place(Dense.of(index, DType.INT64).reshape(index.numel()), Dense.of(source, out.dtype()), source.numel() / index.numel(), true, out);
        }
    }

    /**
     * Writes or adds rows of a contiguous source to rows of the contiguous {@code out}.
     *
     * @param keys int64, the row for each; what is no row is left out
     */
    private void place(Tensor keys, Tensor source, int width, boolean add, Tensor out) {
        DeviceSort sorted = new DeviceSort(device, keys, keys.numel());
        kernel("place_" + out.dtype().torchName()).tensor(sorted.keys).tensor(sorted.order).number(keys.numel()).number(width).tensor(source)
                .number((long) (out.numel() / width)).number(add ? 1 : 0).tensor(out).over((long) keys.numel() * width);
    }

    /** The elements at 0 along a dimension, as many times as an index has them. */
    private static Tensor along(Tensor x, int dim, Shape shape) {
        int[] strides = x.strides().clone();
        strides[dim] = 0;
        return x.viewOf(shape, strides, x.offset());
    }

    private static IndexErrors.Message outOfRange(String who, Tensor x, int dim) {
        Shape shape = x.shape();
        return (pick, position) -> new ShapeException("%s: index %d at position %d is out of range for dimension %d of %s; use 0 to %d", who, pick,
                position, dim, shape, shape.dim(dim) - 1);
    }

    @Override
    public void gather(Tensor x, int dim, Tensor index, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        Tensor picks = index.dtype() == DType.INT64 ? index : Dense.of(index, DType.INT64);
        Elements e = Elements.of(out, picks, along(x, dim, index.shape()));
        if (e.isDeep()) {
            others.gather(x, dim, index, out);
            return;
        }
        Launch l = kernel("gather_" + x.dtype().bytes()).tensor(x).number(x.strides()[dim]).number((long) x.size(dim)).tensor(picks).tensor(out)
                .number(e.items());
        device.indexErrors.addTo(e.addTo(l), outOfRange("gather", x, dim)).over(e.items());
    }

    @Override
    public void scatter(Tensor source, int dim, Tensor index, boolean add, Tensor out) {
        int n = index.numel();
        if (n == 0) {
            return;
        }
        Tensor picks = index.dtype() == DType.INT64 ? index : Dense.of(index, DType.INT64);
        Tensor to = Dense.of(out);
        Tensor keys = Tensor.empty(index.shape(), DType.INT64, index.device());
        Elements e = Elements.of(keys, picks, along(to, dim, index.shape()));
        if (e.isDeep()) {
            others.scatter(source, dim, index, add, out);
            return;
        }
        Launch l = kernel("destinations").tensor(picks).number(to.strides()[dim]).number((long) out.size(dim)).tensor(keys).number(n);
        device.indexErrors.addTo(e.addTo(l), outOfRange("scatterAdd", out, dim)).over(n);
        place(keys.reshape(n), Dense.of(source, out.dtype()), 1, add, to);
        Dense.finish(to, out);
    }

    @Override
    public void put(Tensor values, Tensor positions, boolean add, Tensor out) {
        int n = positions.numel();
        if (n == 0) {
            return;
        }
        Tensor to = Dense.of(out);
        place(Dense.of(positions, DType.INT64).reshape(n), Dense.of(values), 1, add, to);
        Dense.finish(to, out);
    }

    @Override
    public void searchSorted(Tensor sorted, Tensor values, boolean right, Tensor out) {
        int count = values.numel();
        int width = sorted.dim() == 1 ? count : values.size(-1);
        if (count > 0) {
            kernel("search_sorted").tensor(sorted).tensor(values).number(sorted.dtype().ordinal()).number(sorted.size(-1)).number(width)
                    .number(right ? 1 : 0).tensor(out).number(count).over(count);
        }
    }

    @Override
    public Tensor nonzero(Tensor x) {
        int n = x.numel();
        if (n == 0) {
            return Tensor.empty(Shape.of(0), DType.INT64, x.device());
        }
        Tensor in = Dense.of(x);
        int warps = (n + WARP_SPAN - 1) / WARP_SPAN;
        int blocks = (warps + BLOCK / WARP - 1) / (BLOCK / WARP);
        Tensor counts = Tensor.empty(Shape.of(warps + 1), DType.INT32, x.device());
        kernel("count_set").tensor(in).number(x.dtype().ordinal()).number(n).tensor(counts).run(blocks, BLOCK, 0);
        kernel("sum_before").tensor(counts).number(warps).run(1, SCAN_BLOCK, 0);
        IntBuffer total = IntBuffer.allocate(1);
        Transfers.download(device, CudaStorage.address(counts) + (long) warps * Integer.BYTES, total);
        Tensor out = Tensor.empty(Shape.of(total.get(0)), DType.INT64, x.device());
        if (total.get(0) > 0) {
            kernel("write_set").tensor(in).number(x.dtype().ordinal()).number(n).tensor(counts).tensor(out).run(blocks, BLOCK, 0);
        }
        return out;
    }

    @Override
    public void sort(Tensor x, boolean descending, Tensor values, Tensor indices) {
        int all = x.numel();
        if (all == 0) {
            return;
        }
        int n = x.size(-1);
        Tensor in = Dense.of(x);
        Tensor sorted = Dense.target(values);
        Tensor places = Dense.target(indices);
        DeviceSort order = DeviceSort.of(device, in, n, descending);
        kernel("in_order_" + x.dtype().bytes()).tensor(in).tensor(order.order).tensor(sorted).tensor(places).number(n).number(all).over(all);
        Dense.finish(sorted, values);
        Dense.finish(places, indices);
    }
}
