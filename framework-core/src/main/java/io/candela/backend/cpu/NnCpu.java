package io.candela.backend.cpu;

import io.candela.backend.Backend;
import io.candela.backend.NnKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Half;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Fused kernels of layers and losses: row by row in heap arrays. */
final class NnCpu implements NnKernels {
    private static final int CHUNK = 16 << 10;
    /** Elements from which oneDNN's start pays. Kept here, so that small programs do not load its classes. */
    private static final int DNN_SOFTMAX = 512;
    /** Elements from which rows that lie across memory are gathered first, for oneDNN. */
    private static final int DENSE = 16 << 10;
    /** Normal numbers that the generator makes at once. */
    private static final int NORMAL_GROUP = 16;

    @Override
    public void softmax(Tensor x, boolean logarithm, Tensor out) {
        int n = x.dim() == 0 ? 1 : x.size(-1);
        if (x.numel() == 0 || NativeRows.softmax(logarithm, x, out) || x.numel() >= DNN_SOFTMAX && SoftmaxDnn.forward(x, n, logarithm, out)) {
            return;
        }
        if (x.numel() >= DENSE && x.dtype() == DType.FLOAT32 && !(x.isContiguous() && out.isContiguous())) { // along another dimension
            if (SoftmaxDnn.down(x, logarithm, out)) {
                return;
            }
            Tensor dense = Tensor.empty(x.shape(), x.dtype(), x.device());
            Backend.of(x).pointwise().copy(x, dense);
            softmax(dense, logarithm, dense);
            Backend.of(x).pointwise().copy(dense, out);
            return;
        }
        Blocks in = new Blocks(SmallFloats.dense(x), x.shape());
        Blocks to = new Blocks(out, out.shape());
        forRows(x.numel() / n, n, (first, count, v, w) -> {
            in.read(first * n, v, count * n);
            for (int from = 0; from < count * n; from += n) {
                softmaxRow(v, w, from, from + n, logarithm);
            }
            to.write(first * n, logarithm ? v : w, count * n);
        });
    }

    private static void softmaxRow(double[] v, double[] w, int from, int end, boolean logarithm) {
        double max = v[from];
        for (int i = from + 1; i < end; i++) {
            max = Math.max(max, v[i]);
        }
        double sum = 0;
        for (int i = from; i < end; i++) {
            double e = Math.exp(v[i] - max);
            w[i] = e;
            sum += e;
        }
        if (logarithm) {
            double log = Math.log(sum);
            for (int i = from; i < end; i++) {
                v[i] = v[i] - max - log; // in this order: a large max would swallow the logarithm
            }
        } else {
            for (int i = from; i < end; i++) {
                w[i] /= sum;
            }
        }
    }

    @Override
    public void softmaxGrad(Tensor g, Tensor y, boolean logarithm, Tensor out) {
        int n = y.dim() == 0 ? 1 : y.size(-1);
        if (y.numel() == 0 || y.numel() >= DNN_SOFTMAX && SoftmaxDnn.backward(g, y, n, logarithm, out)) {
            return;
        }
        Blocks gradient = new Blocks(g, out.shape());
        Blocks result = new Blocks(y, out.shape());
        Blocks to = new Blocks(out, out.shape());
        forRows(y.numel() / n, n, (first, count, v, w) -> {
            gradient.read(first * n, v, count * n);
            result.read(first * n, w, count * n);
            for (int from = 0; from < count * n; from += n) {
                softmaxGradRow(v, w, from, from + n, logarithm);
            }
            to.write(first * n, v, count * n);
        });
    }

    private static void softmaxGradRow(double[] v, double[] w, int from, int end, boolean logarithm) {
        double sum = 0;
        if (logarithm) {
            for (int i = from; i < end; i++) {
                sum += v[i];
            }
            for (int i = from; i < end; i++) {
                v[i] -= Math.exp(w[i]) * sum;
            }
        } else {
            for (int i = from; i < end; i++) {
                sum += v[i] * w[i];
            }
            for (int i = from; i < end; i++) {
                v[i] = w[i] * (v[i] - sum);
            }
        }
    }

    private interface Rows {
        /** Does {@code count} rows from row {@code first}, with two arrays that take them. */
        void run(int first, int count, double[] v, double[] w);
    }

    /** Goes through rows, as many at once as a heap block takes; chunks of them are shared by the threads. */
    private static void forRows(int rows, int n, Rows work) {
        int atOnce = Math.max(1, HostThread.BLOCK / n);
        int step = Math.max(atOnce, CHUNK / n);
        Workers.run((rows + step - 1) / step, c -> {
            HostThread thread = HostThread.current();
            double[] v = n <= HostThread.BLOCK ? thread.doubles(0) : new double[n];
            double[] w = n <= HostThread.BLOCK ? thread.doubles(1) : new double[n];
            int end = Math.min(rows, (c + 1) * step);
            for (int r = c * step; r < end; r += atOnce) {
                work.run(r, Math.min(atOnce, end - r), v, w);
            }
        });
    }

    @Override
    public void nllLoss(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Tensor losses, Tensor sum, boolean mean, Tensor totalWeight) {
        int rows = logp.size(0);
        int classes = logp.size(1);
        long[] labels = labels(target, rows);
        for (int i = 0; i < rows; i++) {
            if (labels[i] != ignoreIndex && (labels[i] < 0 || labels[i] >= classes)) {
                throw new ShapeException("nllLoss: target %d at position %d is out of range for %d classes; use 0 to %d, or ignoreIndex %d", labels[i],
                        i, classes, classes - 1, ignoreIndex);
            }
        }
        Blocks in = new Blocks(logp, logp.shape());
        double[] weights = weight == null ? null : weight.toDoubleArray();
        double[] picked = HostThread.current().doubles(0);
        double[] each = losses == null ? null : new double[rows];
        double total = 0;
        double loss = 0;
        boolean whole = rows * (long) classes <= HostThread.BLOCK;
        if (whole) {
            in.read(0, picked, rows * classes);
        }
        for (int i = 0; i < rows; i++) {
            if (labels[i] == ignoreIndex) {
                continue;
            }
            int label = (int) labels[i];
            int at = i * classes + label;
            if (!whole) {
                in.read(at, picked, 1);
            }
            double w = weights == null ? 1 : weights[label];
            double l = -w * picked[whole ? at : 0];
            total += w;
            loss += l;
            if (each != null) {
                each[i] = l;
            }
        }
        if (each != null) {
            new Blocks(losses, losses.shape()).write(0, each, rows);
        } else {
            writeOne(sum, mean ? loss / total : loss);
        }
        writeOne(totalWeight, total);
    }

    private static void writeOne(Tensor scalar, double value) {
        HostStorage s = HostStorage.of(scalar);
        switch (scalar.dtype()) {
            case FLOAT32 -> s.block.floats.put((s.start >> 2) + scalar.offset(), (float) value);
            case FLOAT64 -> s.block.doubles.put((s.start >> 3) + scalar.offset(), value);
            default -> new Blocks(scalar, scalar.shape()).write(0, new double[] {value}, 1);
        }
    }

    private static double readOne(Tensor scalar) {
        HostStorage s = HostStorage.of(scalar);
        return switch (scalar.dtype()) {
            case FLOAT32 -> s.block.floats.get((s.start >> 2) + scalar.offset());
            case FLOAT64 -> s.block.doubles.get((s.start >> 3) + scalar.offset());
            default -> scalar.item();
        };
    }

    private static long[] labels(Tensor target, int rows) {
        long[] labels = rows <= HostThread.BLOCK ? HostThread.current().longs(0) : new long[rows];
        new Blocks(target, target.shape()).read(0, labels, rows);
        return labels;
    }

    @Override
    public void nllLossGrad(Tensor g, Tensor target, Tensor weight, long ignoreIndex, Tensor divisor, Tensor out) {
        int rows = out.size(0);
        int classes = out.size(1);
        long[] labels = labels(target, rows);
        double[] gradients = rows <= HostThread.BLOCK ? HostThread.current().doubles(1) : new double[rows];
        new Blocks(g, target.shape()).read(0, gradients, rows);
        double[] weights = weight == null ? null : weight.toDoubleArray();
        double scale = divisor == null ? 1 : 1 / readOne(divisor);
        Blocks to = new Blocks(out, out.shape());
        int atOnce = Math.max(1, HostThread.BLOCK / Math.max(1, classes));
        double[] block = classes <= HostThread.BLOCK ? HostThread.current().doubles(0) : new double[classes];
        for (int first = 0; first < rows; first += atOnce) {
            int count = Math.min(atOnce, rows - first);
            Arrays.fill(block, 0, count * classes, 0);
            for (int i = 0; i < count; i++) {
                long label = labels[first + i];
                if (label != ignoreIndex) {
                    block[i * classes + (int) label] = -gradients[first + i] * scale * (weights == null ? 1 : weights[(int) label]);
                }
            }
            to.write(first * classes, block, count * classes);
        }
    }

    @Override
    public void random(Distribution distribution, double first, double second, Generator generator, Tensor out) {
        int n = out.numel();
        Blocks to = new Blocks(out, out.shape());
        if (distribution == Distribution.BERNOULLI) {
            float[] v = new float[n];
            generator.bernoulli(v, 0, n, first);
            to.write(0, v, n);
        } else if (distribution == Distribution.LOG_NORMAL) {
            double[] v = new double[n];
            for (int i = 0; i < n; i++) {
                generator.normal(v, i, 1, first, second); // one by one, as PyTorch draws them
                v[i] = Math.exp(v[i]);
            }
            to.write(0, v, n);
        } else if (out.dtype().isHalf()) {
            to.write(0, halves(distribution, first, second, generator, out.dtype(), n), n);
        } else if (out.dtype() == DType.FLOAT32) {
            float[] v = new float[n];
            switch (distribution) {
                case UNIFORM -> generator.uniform(v, 0, n, first, second);
                case EXPONENTIAL -> generator.exponential(v, 0, n, first);
                case NORMAL_SINGLY -> {
                    for (int i = 0; i < n; i++) {
                        generator.normal(v, i, 1, first, second);
                    }
                }
                default -> generator.normal(v, 0, n, first, second);
            }
            to.write(0, v, n);
        } else {
            double[] v = new double[n];
            switch (distribution) {
                case UNIFORM -> generator.uniform(v, 0, n, first, second);
                case EXPONENTIAL -> generator.exponential(v, 0, n, first);
                case NORMAL_SINGLY -> {
                    for (int i = 0; i < n; i++) {
                        generator.normal(v, i, 1, first, second);
                    }
                }
                default -> generator.normal(v, 0, n, first, second);
            }
            to.write(0, v, n);
        }
    }

    /** PyTorch draws floats and rounds them: not up to the excluded bound, and the last group of normal numbers is drawn once, not twice. */
    private static float[] halves(Distribution distribution, double first, double second, Generator generator, DType dtype, int n) {
        float[] v = new float[n];
        switch (distribution) {
            case UNIFORM -> {
                generator.uniform(v, 0, n, first, second);
                float excluded = Half.round(dtype, (float) second);
                for (int i = 0; i < n; i++) {
                    v[i] = Half.round(dtype, v[i]) == excluded ? (float) first : v[i];
                }
            }
            case EXPONENTIAL -> generator.exponential(v, 0, n, first);
            case NORMAL_SINGLY -> {
                for (int i = 0; i < n; i++) {
                    generator.normal(v, i, 1, first, second);
                }
            }
            default -> {
                int rest = n < NORMAL_GROUP ? 0 : n % NORMAL_GROUP;
                generator.normal(v, 0, n - rest, first, second);
                if (rest > 0) {
                    generator.normal(v, n - NORMAL_GROUP, NORMAL_GROUP, first, second);
                }
            }
        }
        return v;
    }
}
