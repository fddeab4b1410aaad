package io.candela.backend.cpu;

import io.candela.backend.PoolRegions;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Averages of small uniform windows in float32: sums along rows, then columns, then slabs, in loops that HotSpot vectorizes. */
final class AvgPoolFloats {
    private final PoolShape shape;
    private final PoolBoxes boxes;
    private final int divisor;
    private final int[] starts;
    private final HostStorage from;
    private final HostStorage to;
    private final int fromStart;
    private final int toStart;

    private AvgPoolFloats(Tensor from, PoolShape shape, PoolBoxes boxes, int divisor, Tensor to) {
        this.shape = shape;
        this.boxes = boxes;
        this.divisor = divisor;
        starts = boxes.starts();
        this.from = HostStorage.of(from);
        fromStart = (this.from.start >> 2) + from.offset();
        this.to = HostStorage.of(to);
        toStart = (this.to.start >> 2) + to.offset();
    }

    static void forward(Tensor x, PoolShape shape, int divisor, Tensor out) {
        AvgPoolFloats pool = new AvgPoolFloats(x, shape, new PoolBoxes(shape), divisor, out);
        Workers.run(pool.boxes.count, pool::forward);
    }

    /** Does the work if boxes hold whole blocks; false if not. */
    static boolean backward(Tensor g, PoolShape shape, int divisor, Tensor out) {
        PoolBoxes boxes = new PoolBoxes(shape);
        if (!boxes.whole) {
            return false;
        }
        AvgPoolFloats pool = new AvgPoolFloats(g, shape, boxes, divisor, out);
        Workers.run(boxes.count, pool::backward);
        return true;
    }

    private void forward(int index) {
        HostThread thread = HostThread.current();
        float[] sums = thread.scratch(0, boxes.capacity());
        boxes.load(index, (position, array, at, count) -> from.block.floats.get(fromStart + position, array, at, count), sums);
        int n = boxes.blocks(index) * boxes.box;
        PoolRegions r = shape.regions();
        int[] distances = {boxes.slab, boxes.row, shape.inner()};
        for (int dim = 2; dim >= 0; dim--) {
            int kernel = r.kernel()[dim];
            float[] raw = original(sums, n, kernel, thread);
            float[] other = thread.scratch(2, n);
            int rest = n - (kernel - 1) * distances[dim];
            for (int k = 1; k < kernel; k++) {
                System.arraycopy(raw, k * distances[dim], other, 0, rest);
                add(sums, other, rest);
            }
            n = rest;
        }
        float[] out = thread.scratch(3, boxes.outCapacity());
        int written = overRows(index, (od, oh, start, at) -> {
            int counted = divisor != 0 ? divisor : r.counted()[0][od] * r.counted()[1][oh];
            for (int i = 0; i < starts.length; i++) {
                out[at + i] = sums[start + starts[i]] / counted;
            }
            if (divisor == 0) {
                divideByWidth(out, at);
            }
        });
        to.block.floats.put(toStart + boxes.outStart(index), out, 0, written);
    }

    private void backward(int index) {
        HostThread thread = HostThread.current();
        float[] sums = thread.scratch(0, boxes.capacity());
        int n = boxes.blocks(index) * boxes.box;
        Arrays.fill(sums, 0, n, 0);
        PoolRegions r = shape.regions();
        float[] g = thread.scratch(3, boxes.outCapacity());
        from.block.floats.get(fromStart + boxes.outStart(index), g, 0, boxes.blocks(index) * shape.outBlock());
        overRows(index, (od, oh, start, at) -> {
            int counted = divisor != 0 ? divisor : r.counted()[0][od] * r.counted()[1][oh];
            if (divisor == 0) {
                divideByWidth(g, at);
            }
            for (int i = 0; i < starts.length; i++) {
                sums[start + starts[i]] = g[at + i] / counted;
            }
        });
        int[] distances = {boxes.slab, boxes.row, shape.inner()};
        for (int dim = 0; dim < 3; dim++) {
            int kernel = r.kernel()[dim];
            float[] raw = original(sums, n, kernel, thread);
            float[] other = thread.scratch(2, n);
            for (int k = 1; k < kernel; k++) {
                int distance = k * distances[dim];
                Arrays.fill(other, 0, distance, 0);
                System.arraycopy(raw, 0, other, distance, n - distance);
                add(sums, other, n);
            }
        }
        boxes.store(index, (position, array, at, count) -> to.block.floats.put(toStart + position, array, at, count), sums);
    }

    /** The sums as they are now, for loops that change them more than once. */
    private static float[] original(float[] sums, int n, int kernel, HostThread thread) {
        if (kernel <= 2) {
            return sums;
        }
        float[] raw = thread.scratch(1, n);
        System.arraycopy(sums, 0, raw, 0, n);
        return raw;
    }

    private interface Row {
        /** A row of the result, at {@code at}, whose windows start behind {@code start}. */
        void run(int od, int oh, int start, int at);
    }

    private int overRows(int index, Row work) {
        PoolRegions r = shape.regions();
        int at = 0;
        for (int b = 0; b < boxes.blocks(index); b++) {
            for (int z = 0; z < boxes.depths(); z++) {
                for (int y = 0; y < boxes.rows(index); y++) {
                    int start = b * boxes.box + z * r.stride()[0] * boxes.slab + y * r.stride()[1] * boxes.row;
                    work.run(boxes.firstDepth(index) + z, boxes.firstRow(index) + y, start, at);
                    at += starts.length;
                }
            }
        }
        return at;
    }

    private void divideByWidth(float[] row, int at) {
        int[] widths = shape.regions().counted()[2];
        for (int ow = 0, i = at; ow < widths.length; ow++) {
            float width = widths[ow];
            for (int c = 0; c < shape.inner(); c++, i++) {
                row[i] /= width;
            }
        }
    }

    private static void add(float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            a[i] += b[i];
        }
    }
}
