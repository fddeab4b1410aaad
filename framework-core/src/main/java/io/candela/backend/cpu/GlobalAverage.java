package io.candela.backend.cpu;

import io.candela.backend.PoolRegions;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Averages of float32 over all positions, one window per channel, as networks for images end with; and their transpose. */
final class GlobalAverage {
    private static final int TOGETHER = 4 << 10; // elements that are read or written at once
    private static final int SHARE = 64 << 10; // elements per thread below which sharing costs more than it saves

    private final PoolShape shape;
    private final float count;
    private final int positions;
    private final HostStorage from;
    private final HostStorage to;
    private final int fromStart;
    private final int toStart;

    private GlobalAverage(Tensor from, PoolShape shape, int divisor, Tensor to) {
        this.shape = shape;
        PoolRegions r = shape.regions();
        count = divisor != 0 ? divisor : r.counted()[0][0] * r.counted()[1][0] * r.counted()[2][0];
        positions = r.inputPlane();
        this.from = HostStorage.of(from);
        fromStart = (this.from.start >> 2) + from.offset();
        this.to = HostStorage.of(to);
        toStart = (this.to.start >> 2) + to.offset();
    }

    static boolean fits(DType dtype, PoolRegions r) {
        if (dtype != DType.FLOAT32 || r.outputPlane() != 1) {
            return false;
        }
        for (int dim = 0; dim < 3; dim++) {
            if (r.end()[dim][0] - r.start()[dim][0] != r.in()[dim]) { // gaps between neighbours leave positions out
                return false;
            }
        }
        return r.step()[0] == 1 && r.step()[1] == 1 && r.step()[2] == 1;
    }

    static void forward(Tensor x, PoolShape shape, int divisor, Tensor out) {
        GlobalAverage average = new GlobalAverage(x, shape, divisor, out);
        average.share(shape.inner() == 1 ? average::averageRows : average::averageSamples);
    }

    static void backward(Tensor g, PoolShape shape, int divisor, Tensor out) {
        GlobalAverage average = new GlobalAverage(g, shape, divisor, out);
        average.share(shape.inner() == 1 ? average::spreadRows : average::spreadSamples);
    }

    private interface Part {
        /** Does the blocks from {@code first} to {@code end}. */
        void run(HostThread thread, int first, int end);
    }

    private void share(Part part) {
        long all = (long) shape.outer() * shape.block();
        int parts = (int) Math.max(1, Math.min(Math.min(Workers.threads(), shape.outer()), all / SHARE));
        int step = (shape.outer() + parts - 1) / parts;
        Workers.run(parts, i -> part.run(HostThread.current(), i * step, Math.min(shape.outer(), (i + 1) * step)));
    }

    /** Row-major: the positions of a channel follow each other. */
    private void averageRows(HostThread thread, int first, int end) {
        float[] sums = thread.floats(0);
        for (int row = first; row < end; row += sums.length) {
            int n = Math.min(sums.length, end - row);
            ReduceDnn.sums(thread, from.address() + Float.BYTES * (fromStart - (from.start >> 2) + (long) row * positions), n, positions, sums);
            divide(sums, n, count);
            to.block.floats.put(toStart + row, sums, 0, n);
        }
    }

    /** Channels-last: the channels of a position follow each other. */
    private void averageSamples(HostThread thread, int first, int end) {
        int c = shape.inner();
        float[] row = thread.scratch(0, c);
        float[] sums = thread.scratch(1, c);
        for (int sample = first; sample < end; sample++) {
            Arrays.fill(sums, 0, c, 0);
            for (int p = 0; p < positions; p++) {
                from.block.floats.get(fromStart + (sample * positions + p) * c, row, 0, c);
                add(sums, row, c);
            }
            divide(sums, c, count);
            to.block.floats.put(toStart + sample * c, sums, 0, c);
        }
    }

    private static void add(float[] sums, float[] row, int n) { // an offset into the row would keep HotSpot from making vectors
        for (int i = 0; i < n; i++) {
            sums[i] += row[i];
        }
    }

    private static void divide(float[] v, int n, float by) {
        for (int i = 0; i < n; i++) {
            v[i] /= by;
        }
    }

    private void spreadRows(HostThread thread, int first, int end) {
        int together = Math.max(1, TOGETHER / positions);
        float[] rows = thread.scratch(0, together * positions);
        float[] g = thread.scratch(1, together);
        for (int row = first; row < end; row += together) {
            int n = Math.min(together, end - row);
            from.block.floats.get(fromStart + row, g, 0, n);
            divide(g, n, count);
            for (int i = 0; i < n; i++) {
                fill(rows, i * positions, (i + 1) * positions, g[i]);
            }
            to.block.floats.put(toStart + row * positions, rows, 0, n * positions);
        }
    }

    private static void fill(float[] v, int from, int end, float value) {
        for (int i = from; i < end; i++) {
            v[i] = value;
        }
    }

    private void spreadSamples(HostThread thread, int first, int end) {
        int c = shape.inner();
        int together = Math.max(1, Math.min(positions, TOGETHER / c));
        float[] rows = thread.scratch(0, together * c);
        for (int sample = first; sample < end; sample++) {
            from.block.floats.get(fromStart + sample * c, rows, 0, c);
            divide(rows, c, count);
            for (int n = c; n < together * c; n *= 2) {
                System.arraycopy(rows, 0, rows, n, Math.min(n, together * c - n));
            }
            for (int p = 0; p < positions; p += together) {
                to.block.floats.put(toStart + (sample * positions + p) * c, rows, 0, Math.min(together, positions - p) * c);
            }
        }
    }
}
