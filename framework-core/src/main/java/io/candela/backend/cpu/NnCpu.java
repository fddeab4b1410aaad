package io.candela.backend.cpu;

import io.candela.backend.NnKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Fused kernels of layers and losses: row by row in heap arrays. */
final class NnCpu implements NnKernels {
    private static final int CHUNK = 16 << 10;
    private static final int RANDOM_BLOCK = 64 << 10; // a multiple of 16: the normal distribution draws in groups of that size

    @Override
    public void softmax(Tensor x, boolean logarithm, Tensor out) {
        int n = x.dim() == 0 ? 1 : x.size(-1);
        if (x.numel() == 0) {
            return;
        }
        Blocks in = new Blocks(x, x.shape().dims());
        Blocks to = new Blocks(out, out.shape().dims());
        forRows(x.numel() / n, n, (row, v, w) -> {
            in.read(row * n, v, n);
            double max = v[0];
            for (int i = 1; i < n; i++) {
                max = Math.max(max, v[i]);
            }
            double sum = 0;
            for (int i = 0; i < n; i++) {
                double e = Math.exp(v[i] - max);
                w[i] = e;
                sum += e;
            }
            if (logarithm) {
                double shift = max + Math.log(sum);
                for (int i = 0; i < n; i++) {
                    v[i] -= shift;
                }
                to.write(row * n, v, n);
            } else {
                for (int i = 0; i < n; i++) {
                    w[i] /= sum;
                }
                to.write(row * n, w, n);
            }
        });
    }

    @Override
    public void softmaxGrad(Tensor g, Tensor y, boolean logarithm, Tensor out) {
        int n = y.dim() == 0 ? 1 : y.size(-1);
        if (y.numel() == 0) {
            return;
        }
        int[] dims = out.shape().dims();
        Blocks gradient = new Blocks(g, dims);
        Blocks result = new Blocks(y, dims);
        Blocks to = new Blocks(out, dims);
        forRows(y.numel() / n, n, (row, v, w) -> {
            gradient.read(row * n, v, n);
            result.read(row * n, w, n);
            double sum = 0;
            if (logarithm) {
                for (int i = 0; i < n; i++) {
                    sum += v[i];
                }
                for (int i = 0; i < n; i++) {
                    v[i] -= Math.exp(w[i]) * sum;
                }
            } else {
                for (int i = 0; i < n; i++) {
                    sum += v[i] * w[i];
                }
                for (int i = 0; i < n; i++) {
                    v[i] = w[i] * (v[i] - sum);
                }
            }
            to.write(row * n, v, n);
        });
    }

    private interface Row {
        void run(int row, double[] v, double[] w);
    }

    /** Rows with two arrays of their length; several rows per chunk, shared by the threads. */
    private static void forRows(int rows, int n, Row row) {
        int step = Math.max(1, CHUNK / n);
        Workers.run((rows + step - 1) / step, c -> {
            HostThread thread = HostThread.current();
            double[] v = n <= HostThread.BLOCK ? thread.doubles(0) : new double[n];
            double[] w = n <= HostThread.BLOCK ? thread.doubles(1) : new double[n];
            for (int r = c * step; r < Math.min(rows, (c + 1) * step); r++) {
                row.run(r, v, w);
            }
        });
    }

    @Override
    public double nllLoss(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Tensor out) {
        int rows = logp.size(0);
        int classes = logp.size(1);
        long[] labels = labels(target, rows);
        for (int i = 0; i < rows; i++) {
            if (labels[i] != ignoreIndex && (labels[i] < 0 || labels[i] >= classes)) {
                throw new ShapeException("nllLoss: target %d at position %d is out of range for %d classes; use 0 to %d, or ignoreIndex %d", labels[i],
                        i, classes, classes - 1, ignoreIndex);
            }
        }
        Blocks in = new Blocks(logp, logp.shape().dims());
        Blocks to = new Blocks(out, out.shape().dims());
        double[] weights = weight == null ? null : weight.toDoubleArray();
        double[] one = HostThread.current().doubles(0);
        double[] losses = rows <= HostThread.BLOCK ? HostThread.current().doubles(1) : new double[rows];
        double total = 0;
        for (int i = 0; i < rows; i++) {
            losses[i] = 0;
            if (labels[i] != ignoreIndex) {
                double w = weights == null ? 1 : weights[(int) labels[i]];
                in.read(i * classes + (int) labels[i], one, 1);
                losses[i] = -w * one[0];
                total += w;
            }
        }
        to.write(0, losses, rows);
        return total;
    }

    private static long[] labels(Tensor target, int rows) {
        long[] labels = rows <= HostThread.BLOCK ? HostThread.current().longs(0) : new long[rows];
        new Blocks(target, target.shape().dims()).read(0, labels, rows);
        return labels;
    }

    @Override
    public void nllLossGrad(Tensor g, Tensor target, Tensor weight, long ignoreIndex, double scale, Tensor out) {
        int rows = out.size(0);
        int classes = out.size(1);
        long[] labels = labels(target, rows);
        double[] gradients = rows <= HostThread.BLOCK ? HostThread.current().doubles(1) : new double[rows];
        new Blocks(g, target.shape().dims()).read(0, gradients, rows);
        double[] weights = weight == null ? null : weight.toDoubleArray();
        Blocks to = new Blocks(out, out.shape().dims());
        double[] row = classes <= HostThread.BLOCK ? HostThread.current().doubles(0) : new double[classes];
        Arrays.fill(row, 0, classes, 0);
        for (int i = 0; i < rows; i++) {
            int label = labels[i] == ignoreIndex ? -1 : (int) labels[i];
            if (label >= 0) {
                row[label] = -gradients[i] * scale * (weights == null ? 1 : weights[label]);
            }
            to.write(i * classes, row, classes);
            if (label >= 0) {
                row[label] = 0;
            }
        }
    }

    @Override
    public void random(Distribution distribution, double first, double second, Generator generator, Tensor out) {
        int n = out.numel();
        Blocks to = new Blocks(out, out.shape().dims());
        if (distribution == Distribution.BERNOULLI) {
            float[] v = new float[n];
            generator.bernoulli(v, 0, n, first);
            to.write(0, v, n);
        } else if (out.dtype() == DType.FLOAT32) {
            float[] v = new float[n];
            if (distribution == Distribution.UNIFORM) {
                generator.uniform(v, 0, n, first, second);
            } else {
                generator.normal(v, 0, n, first, second);
            }
            to.write(0, v, n);
        } else {
            double[] v = new double[n];
            if (distribution == Distribution.UNIFORM) {
                generator.uniform(v, 0, n, first, second);
            } else {
                generator.normal(v, 0, n, first, second);
            }
            to.write(0, v, n);
        }
    }
}
