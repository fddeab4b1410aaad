package io.candela.backend.cpu;

import io.candela.backend.PoolRegions;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Averages of windows of any kind, and their transpose: whole rows are summed, then the windows in them. */
final class AveragePool {
    private static final int CHUNK = 16 << 10;

    private final PoolShape shape;
    private final int divisor;
    private final HostStorage from;
    private final HostStorage to;
    private final boolean wide;
    private final int fromStart;
    private final int toStart;

    /** @param divisor 0 for the number of positions that a window counts */
    AveragePool(Tensor from, PoolShape shape, int divisor, Tensor to) {
        this.shape = shape;
        this.divisor = divisor;
        wide = from.dtype() == DType.FLOAT64;
        this.from = HostStorage.of(from);
        fromStart = this.from.start / from.dtype().bytes() + from.offset();
        this.to = HostStorage.of(to);
        toStart = this.to.start / to.dtype().bytes() + to.offset();
    }

    private void read(int position, double[] row, float[] floats, int n) {
        if (wide) {
            from.block.doubles.get(fromStart + position, row, 0, n);
        } else {
            from.block.floats.get(fromStart + position, floats, 0, n);
            for (int i = 0; i < n; i++) {
                row[i] = floats[i];
            }
        }
    }

    private void write(int position, double[] row, float[] floats, int n) {
        if (wide) {
            to.block.doubles.put(toStart + position, row, 0, n);
        } else {
            for (int i = 0; i < n; i++) {
                floats[i] = (float) row[i];
            }
            to.block.floats.put(toStart + position, floats, 0, n);
        }
    }

    private int divisor(int od, int oh, int ow) {
        int[][] counted = shape.regions().counted();
        return divisor != 0 ? divisor : counted[0][od] * counted[1][oh] * counted[2][ow];
    }

    void forward() {
        PoolRegions r = shape.regions();
        int rows = r.out()[0] * r.out()[1];
        forRows(shape.outer() * rows, shape.block() / Math.max(1, rows), (i, in, out, line) -> {
            double[] row = line.row;
            Arrays.fill(in, 0);
            Arrays.fill(out, 0);
            int od = i % rows / r.out()[1];
            int oh = i % r.out()[1];
            for (int d = r.start()[0][od]; d < r.end()[0][od]; d++) {
                for (int h = r.start()[1][oh]; h < r.end()[1][oh]; h++) {
                    read(i / rows * shape.block() + (d * r.in()[1] + h) * shape.row(), row, line.floats, in.length);
                    add(in, row);
                }
            }
            for (int ow = 0; ow < r.out()[2]; ow++) {
                average(in, out, ow, divisor(od, oh, ow));
            }
            write(i / rows * shape.outBlock() + i % rows * shape.outRow(), out, line.floats, out.length);
        });
    }

    private void average(double[] in, double[] out, int ow, double count) {
        int to = ow * shape.inner();
        for (int w = shape.regions().start()[2][ow]; w < shape.regions().end()[2][ow]; w++) {
            int at = w * shape.inner();
            for (int c = 0; c < shape.inner(); c++) {
                out[to + c] += in[at + c];
            }
        }
        for (int c = 0; c < shape.inner(); c++) {
            out[to + c] /= count;
        }
    }

    /** The transpose: from the result's gradient to the input's. */
    void backward() {
        PoolRegions r = shape.regions();
        int rows = r.in()[0] * r.in()[1];
        forRows(shape.outer() * rows, shape.row(), (i, in, out, line) -> {
            int id = i % rows / r.in()[1];
            int ih = i % r.in()[1];
            int[] windows = {i / rows, first(r, 0, id), end(r, 0, id), first(r, 1, ih), end(r, 1, ih)};
            if (!Arrays.equals(windows, line.windows)) { // else the row is equal to the last one
                line.windows = windows;
                Arrays.fill(in, 0);
                for (int od = windows[1]; od < windows[2]; od++) {
                    for (int oh = windows[3]; oh < windows[4]; oh++) {
                        read(i / rows * shape.outBlock() + (od * r.out()[1] + oh) * shape.outRow(), out, line.floats, out.length);
                        spread(out, od, oh, in);
                    }
                }
            }
            write(i / rows * shape.block() + i % rows * shape.row(), in, line.floats, in.length);
        });
    }

    private void spread(double[] row, int od, int oh, double[] sum) {
        PoolRegions r = shape.regions();
        for (int ow = 0; ow < r.out()[2]; ow++) {
            int from = ow * shape.inner();
            double count = divisor(od, oh, ow);
            for (int c = 0; c < shape.inner(); c++) {
                row[from + c] /= count;
            }
            for (int w = r.start()[2][ow]; w < r.end()[2][ow]; w++) {
                int at = w * shape.inner();
                for (int c = 0; c < shape.inner(); c++) {
                    sum[at + c] += row[from + c];
                }
            }
        }
    }

    /** The first window of a dimension that reaches a position or lies behind it. */
    private static int first(PoolRegions r, int dim, int position) {
        int window = 0;
        while (window < r.out()[dim] && r.end()[dim][window] <= position) {
            window++;
        }
        return window;
    }

    /** One behind the last window of a dimension that starts at a position or before. */
    private static int end(PoolRegions r, int dim, int position) {
        int window = r.out()[dim];
        while (window > 0 && r.start()[dim][window - 1] > position) {
            window--;
        }
        return window;
    }

    private static void add(double[] sum, double[] row) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += row[i];
        }
    }

    private interface Row {
        /** Does row {@code i} with two arrays, for a row of input and one of the result. */
        void run(int i, double[] in, double[] out, Line line);
    }

    private static final class Line {
        final double[] row;
        final float[] floats;
        int[] windows; // those of the last row of input

        Line(int row, int outRow) {
            this.row = new double[row];
            floats = new float[Math.max(row, outRow)];
        }
    }

    private void forRows(int n, int work, Row row) {
        int together = Math.max(1, CHUNK / Math.max(1, work));
        Workers.run((n + together - 1) / together, chunk -> {
            double[] in = new double[shape.row()];
            double[] out = new double[shape.outRow()];
            Line line = new Line(in.length, out.length);
            for (int i = chunk * together; i < Math.min(n, (chunk + 1) * together); i++) {
                row.run(i, in, out, line);
            }
        });
    }
}
