package io.candela.backend.cpu;

import io.candela.backend.Taps;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Sparse linear maps along one dimension: row by row where neighbours in memory share their taps, else line by line. */
final class ResampleCpu {
    private static final int LONG_ROW = 16;
    private static final int CHUNK = 16 << 10;

    private final Taps taps;
    private final int inner; // neighbours in memory that share taps
    private final boolean wide;
    private final HostStorage from;
    private final HostStorage to;
    private final int fromStart;
    private final int toStart;

    private ResampleCpu(Tensor x, Taps taps, int inner, Tensor out) {
        this.taps = taps;
        this.inner = inner;
        wide = x.dtype() == DType.FLOAT64;
        from = HostStorage.of(x);
        fromStart = from.start / x.dtype().bytes() + x.offset();
        to = HostStorage.of(out);
        toStart = to.start / x.dtype().bytes() + out.offset();
    }

    static void run(Tensor x, int dim, Taps taps, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        int inner = 1;
        for (int d = dim + 1; d < x.dim(); d++) {
            inner *= x.size(d);
        }
        if (!x.isContiguous()) {
            inner *= x.size(1); // channels-last
        }
        ResampleCpu kernel = new ResampleCpu(x, taps, inner, out);
        int outer = out.numel() / (taps.out() * inner);
        if (inner >= LONG_ROW) {
            kernel.rows(outer);
        } else {
            kernel.lines(outer);
        }
    }

    private void rows(int outer) {
        int count = outer * taps.out();
        int together = Math.max(1, CHUNK / inner);
        Workers.run((count + together - 1) / together, chunk -> {
            double[] sum = new double[inner];
            double[] row = new double[inner];
            float[] floats = new float[inner];
            for (int i = chunk * together; i < Math.min(count, (chunk + 1) * together); i++) {
                int o = i % taps.out();
                int block = i / taps.out() * taps.in();
                Arrays.fill(sum, 0);
                for (int k = taps.start()[o]; k < taps.start()[o + 1]; k++) {
                    read((block + taps.index()[k]) * inner, row, floats, inner);
                    add(sum, row, taps.weight()[k]);
                }
                write(i * inner, sum, floats, inner);
            }
        });
    }

    private static void add(double[] sum, double[] row, double weight) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += row[i] * weight;
        }
    }

    private void lines(int outer) {
        int in = taps.in() * inner;
        int out = taps.out() * inner;
        int together = Math.max(1, CHUNK / Math.max(1, Math.max(in, out)));
        Workers.run((outer + together - 1) / together, chunk -> {
            int first = chunk * together;
            int n = Math.min(together, outer - first);
            double[] x = new double[n * in];
            double[] y = new double[n * out];
            float[] floats = new float[n * Math.max(in, out)];
            read(first * in, x, floats, n * in);
            for (int b = 0; b < n; b++) {
                line(x, b * in, y, b * out);
            }
            write(first * out, y, floats, n * out);
        });
    }

    private void line(double[] x, int from, double[] y, int at) {
        int[] start = taps.start();
        int[] index = taps.index();
        double[] weight = taps.weight();
        for (int o = 0; o < taps.out(); o++) {
            for (int k = start[o]; k < start[o + 1]; k++) {
                int p = from + index[k] * inner;
                for (int c = 0; c < inner; c++) {
                    y[at + o * inner + c] += x[p + c] * weight[k];
                }
            }
        }
    }

    private void read(int position, double[] values, float[] floats, int n) {
        if (wide) {
            from.block.doubles.get(fromStart + position, values, 0, n);
            return;
        }
        from.block.floats.get(fromStart + position, floats, 0, n);
        for (int i = 0; i < n; i++) {
            values[i] = floats[i];
        }
    }

    private void write(int position, double[] values, float[] floats, int n) {
        if (wide) {
            to.block.doubles.put(toStart + position, values, 0, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            floats[i] = (float) values[i];
        }
        to.block.floats.put(toStart + position, floats, 0, n);
    }
}
