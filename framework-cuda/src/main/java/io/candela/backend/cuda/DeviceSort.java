package io.candela.backend.cuda;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** A stable sort of rows of keys: tiles in shared memory, then runs two by two, where each element finds its place by bisection of the other run. */
final class DeviceSort {
    private static final int TILE = 512; // as in index.cu
    private static final int WARP = 32;

    /** The keys in their order. */
    final Tensor keys;
    /** For each, where in its row it was, in int32. */
    final Tensor order;

    /** The order of rows of {@code n} elements of a contiguous tensor: NaN is the largest. */
    static DeviceSort of(CudaDevice device, Tensor x, int n, boolean descending) {
        int all = x.numel();
        Tensor keys = Tensor.empty(Shape.of(all), DType.INT64, device.device);
        Launch.of(device.kernels.get("index.cu", "sort_keys")).tensor(x).number(x.dtype().ordinal()).number(descending ? 1 : 0).tensor(keys).number(all)
                .over(all);
        return new DeviceSort(device, keys, n);
    }

    /**
     * Sorts.
     *
     * @param unsorted {@code (rows · n)} in int64, as unsigned numbers; left as they are
     * @param n        above 0
     */
    DeviceSort(CudaDevice device, Tensor unsorted, int n) {
        int all = unsorted.numel();
        int tiles = (n + TILE - 1) / TILE;
        Tensor from = Tensor.empty(Shape.of(all), DType.INT64, device.device);
        Tensor fromOrder = Tensor.empty(Shape.of(all), DType.INT32, device.device);
        int threads = n >= TILE ? TILE : Math.max(WARP, 2 * Integer.highestOneBit(Math.max(1, n - 1)));
        Launch.of(device.kernels.get("index.cu", "sort_tiles")).tensor(unsorted).tensor(from).tensor(fromOrder).number(n).number(tiles)
                .run(all / n * tiles, threads, 0);
        if (n > TILE) {
            Tensor to = Tensor.empty(Shape.of(all), DType.INT64, device.device);
            Tensor toOrder = Tensor.empty(Shape.of(all), DType.INT32, device.device);
            for (long width = TILE; width < n; width *= 2) {
                Launch.of(device.kernels.get("index.cu", "merge_runs")).tensor(from).tensor(fromOrder).tensor(to).tensor(toOrder).number(n)
                        .number((int) width).number(all).over(all);
                Tensor swap = from;
                from = to;
                to = swap;
                swap = fromOrder;
                fromOrder = toOrder;
                toOrder = swap;
            }
        }
        keys = from;
        order = fromOrder;
    }
}
