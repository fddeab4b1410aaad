package io.candela.backend.cpu;

import io.candela.backend.ReduceKernels;
import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Reductions over the last dimensions: floating point is carried in double, integers in long. */
final class ReduceCpu implements ReduceKernels {
    private static final int BLOCK = HostThread.BLOCK;
    /** Elements per chunk when threads share a reduction. */
    private static final int CHUNK = 64 << 10;
    /** Columns per chunk of a sum over rows, at least: a few cache lines of each row. */
    private static final int MIN_COLUMNS = 64;
    /** Squared distances this small beside the mean's square are those of the mean's own rounding; of equal elements they must be 0. */
    private static final double TINY = 1e-28;
    /** Rows that are added up in float before they go to the sum in double: little is lost over so few. */
    private static final int PARTIAL_ROWS = 16;

    @Override
    public void reduce(Reduction reduction, Tensor x, int dims, Tensor out) {
        int outer = out.numel();
        if (outer == 0) {
            return;
        }
        int inner = x.numel() / outer;
        if (outer == 1 && !x.isContiguous()) {
            int[] order = MemoryOrder.of(x);
            Tensor dense = order == null ? x : MemoryOrder.arrange(x, order);
            if (dense.isContiguous()) {
                reduce(reduction, dense, dense.dim(), out);
                return;
            }
        }
        Shape shape = x.shape();
        if (x.dtype() == DType.FLOAT32) {
            if (x.numel() <= BLOCK && out.dtype() == DType.FLOAT32 && SmallFloats.takes(out)) {
                small(reduction, x, outer, inner, out);
                return;
            }
            if (NativeReduce.reduce(reduction, x, dims, outer, inner, out)) {
                return;
            }
            if (dims == 1 && x.dim() == 2 && x.strides()[0] == 1 && inner > 1 && reduction == Reduction.SUM) {
                if (x.numel() >= FloatReduce.DNN && ReduceDnn.columns(false, x, outer, inner, out)) {
                    return;
                }
                columnSums(x, outer, inner, out);
                return;
            }
            if (FloatReduce.reduce(reduction, x, dims, outer, inner, out)) {
                return;
            }
        } else if (x.dtype() == DType.BOOL && x.isContiguous() && (reduction == Reduction.ANY || reduction == Reduction.ALL || reduction == Reduction.SUM)) {
            bools(reduction, x, outer, inner, out);
            return;
        }
        Blocks in = new Blocks(x, shape);
        Blocks to = new Blocks(out, out.shape());
        if (x.dtype().isFloating()) {
            int rows = Math.max(1, CHUNK / Math.max(1, inner));
            if (outer == 1 && inner > CHUNK && (reduction == Reduction.SUM || reduction == Reduction.MEAN)) {
                to.write(0, new double[] {wholeSum(in, inner) / (reduction == Reduction.MEAN ? inner : 1)}, 1);
                return;
            }
            Workers.run((outer + rows - 1) / rows, c -> {
                HostThread thread = HostThread.current();
                double[] block = thread.doubles(0);
                double[] result = thread.doubles(1);
                int end = Math.min(outer, (c + 1) * rows);
                int filled = 0;
                for (int row = c * rows; row < end; row++) {
                    result[filled++] = reduction == Reduction.SQUARED_DEVIATION ? squaredDeviation(in, row * inner, inner, block)
                            : floating(reduction, in, row * inner, inner, block);
                    if (filled == BLOCK || row == end - 1) {
                        to.write(row + 1 - filled, result, filled);
                        filled = 0;
                    }
                }
            });
        } else {
            HostThread thread = HostThread.current();
            long[] block = thread.longs(0);
            long[] result = new long[1];
            for (int row = 0; row < outer; row++) {
                result[0] = integral(reduction, in, row * inner, inner, block);
                to.write(row, result, 1);
            }
        }
    }

    /** On the short way. */
    private static void small(Reduction reduction, Tensor x, int outer, int inner, Tensor out) {
        HostThread thread = HostThread.current();
        float[] all = thread.floats(0);
        float[] results = thread.floats(1);
        double[] row = thread.doubles(0);
        SmallFloats.read(x, x.shape(), all);
        for (int r = 0; r < outer; r++) {
            for (int i = 0, p = r * inner; i < inner; i++, p++) {
                row[i] = all[p];
            }
            results[r] = (float) (reduction == Reduction.SQUARED_DEVIATION ? squaredDeviation(row, inner)
                    : reduction == Reduction.MEAN ? sum(row, inner) / inner : fold(reduction, start(reduction), row, inner));
        }
        HostStorage.write(out, results);
    }

    private static void bools(Reduction reduction, Tensor x, int outer, int inner, Tensor out) {
        Blocks to = new Blocks(out, out.shape());
        int rows = Math.max(1, CHUNK / Math.max(1, inner));
        Workers.run((outer + rows - 1) / rows, c -> {
            HostThread thread = HostThread.current();
            long[] result = thread.longs(0);
            for (int row = c * rows; row < Math.min(outer, (c + 1) * rows); row++) {
                result[0] = reduction == Reduction.SUM ? BoolLoops.count(x, row * inner, inner, thread)
                        : BoolLoops.holds(reduction, x, row * inner, inner, thread) ? 1 : 0;
                to.write(row, result, 1);
            }
        });
    }

    /** Sums over rows of a row-major matrix, given as its transpose: whole rows are added up, without jumping through memory. */
    private static void columnSums(Tensor x, int columns, int rows, Tensor out) {
        HostStorage from = HostStorage.of(x);
        HostStorage to = HostStorage.of(out);
        int start = (from.start >> 2) + x.offset();
        int rowStride = x.strides()[1];
        int target = (to.start >> 2) + out.offset();
        if ((long) rowStride * rows <= BLOCK && rowStride == columns) {
            smallColumnSums(from, start, to, target, columns, rows);
            return;
        }
        int step = Math.min(BLOCK, Math.max(MIN_COLUMNS, columns / Workers.threads() + MIN_COLUMNS - 1 & -MIN_COLUMNS));
        Workers.run((columns + step - 1) / step, c -> {
            HostThread thread = HostThread.current();
            float[] row = thread.floats(0);
            float[] partial = thread.floats(1);
            double[] sum = thread.doubles(0);
            int first = c * step;
            int n = Math.min(step, columns - first);
            Arrays.fill(sum, 0, n, 0);
            for (int r = 0; r < rows; r += PARTIAL_ROWS) {
                from.block.floats.get(start + r * rowStride + first, partial, 0, n);
                for (int q = r + 1; q < Math.min(rows, r + PARTIAL_ROWS); q++) {
                    from.block.floats.get(start + q * rowStride + first, row, 0, n);
                    addTo(partial, row, n);
                }
                addTo(sum, partial, n);
            }
            for (int i = 0; i < n; i++) {
                row[i] = (float) sum[i];
            }
            to.block.floats.put(target + first, row, 0, n);
        });
    }

    private static void addTo(float[] sum, float[] row, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += row[i];
        }
    }

    private static void smallColumnSums(HostStorage from, int start, HostStorage to, int target, int columns, int rows) {
        float[] all = HostThread.current().floats(0);
        float[] sums = HostThread.current().floats(1);
        from.block.floats.get(start, all, 0, columns * rows);
        for (int c = 0; c < columns; c++) {
            double sum = 0;
            for (int r = 0, p = c; r < rows; r++, p += columns) {
                sum += all[p];
            }
            sums[c] = (float) sum;
        }
        to.block.floats.put(target, sums, 0, columns);
    }

    private static void addTo(double[] sum, float[] row, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += row[i];
        }
    }

    /** Partial sums per chunk, added in order, so that the result does not depend on who did which. */
    private static double wholeSum(Blocks in, int n) {
        double[] parts = new double[(n + CHUNK - 1) / CHUNK];
        Workers.run(parts.length, c -> parts[c] = floating(Reduction.SUM, in, c * CHUNK, Math.min(CHUNK, n - c * CHUNK), HostThread.current().doubles(0)));
        double sum = 0;
        for (double p : parts) {
            sum += p;
        }
        return sum;
    }

    static double floating(Reduction reduction, Blocks in, int from, int count, double[] block) {
        double result = start(reduction);
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            in.read(from + p, block, n);
            result = fold(reduction, result, block, n);
        }
        return reduction == Reduction.MEAN ? result / count : result;
    }

    private static double start(Reduction reduction) {
        return switch (reduction) {
            case PROD, ALL -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
            default -> 0;
        };
    }

    private static double fold(Reduction reduction, double so, double[] block, int n) {
        double result = so;
        switch (reduction) {
            case SUM, MEAN -> result += sum(block, n);
            case PROD -> result *= product(block, n);
            case MAX -> {
                for (int i = 0; i < n; i++) {
                    result = Math.max(result, block[i]);
                }
            }
            case MIN -> {
                for (int i = 0; i < n; i++) {
                    result = Math.min(result, block[i]);
                }
            }
            case ANY -> {
                for (int i = 0; i < n; i++) {
                    result = block[i] != 0 ? 1 : result;
                }
            }
            case ALL -> {
                for (int i = 0; i < n; i++) {
                    result = block[i] == 0 ? 0 : result;
                }
            }
            case SQUARED_DEVIATION -> throw new AssertionError("squaredDeviation is called instead");
        }
        return result;
    }

    /** Of one block; else as {@link #squaredDeviation(Blocks, int, int, double[])}. */
    private static double squaredDeviation(double[] block, int n) {
        double mean = sum(block, n) / n;
        double result = squares(block, n, mean);
        if (result <= n * mean * mean * TINY) {
            double rest = 0;
            for (int i = 0; i < n; i++) {
                rest += block[i] - mean;
            }
            result = squares(block, n, mean + rest / n);
        }
        return result;
    }

    private static double squares(double[] block, int n, double mean) {
        double result = 0;
        for (int i = 0; i < n; i++) {
            double d = block[i] - mean;
            result += d * d;
        }
        return result;
    }

    static double squaredDeviation(Blocks in, int from, int count, double[] block) {
        double mean = floating(Reduction.MEAN, in, from, count, block);
        double result = squaredDeviation(in, from, count, block, mean);
        if (result <= count * mean * mean * TINY) {
            double rest = 0;
            for (int p = 0; p < count; p += BLOCK) {
                int n = Math.min(BLOCK, count - p);
                in.read(from + p, block, n);
                for (int i = 0; i < n; i++) {
                    rest += block[i] - mean;
                }
            }
            result = squaredDeviation(in, from, count, block, mean + rest / count);
        }
        return result;
    }

    private static double squaredDeviation(Blocks in, int from, int count, double[] block, double mean) {
        double result = 0;
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            in.read(from + p, block, n);
            result += squares(block, n, mean);
        }
        return result;
    }

    /** Four running sums, because one would wait for each addition to finish. */
    private static double sum(double[] block, int n) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < n; i += 4) {
            a += block[i];
            b += block[i + 1];
            c += block[i + 2];
            d += block[i + 3];
        }
        for (; i < n; i++) {
            a += block[i];
        }
        return a + b + (c + d);
    }

    private static double product(double[] block, int n) {
        double a = 1;
        double b = 1;
        double c = 1;
        double d = 1;
        int i = 0;
        for (; i + 3 < n; i += 4) {
            a *= block[i];
            b *= block[i + 1];
            c *= block[i + 2];
            d *= block[i + 3];
        }
        for (; i < n; i++) {
            a *= block[i];
        }
        return a * b * (c * d);
    }

    private static long integral(Reduction reduction, Blocks in, int from, int count, long[] block) {
        long result = switch (reduction) {
            case PROD, ALL -> 1;
            case MAX -> Long.MIN_VALUE;
            case MIN -> Long.MAX_VALUE;
            default -> 0;
        };
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            in.read(from + p, block, n);
            for (int i = 0; i < n; i++) {
                long v = block[i];
                result = switch (reduction) {
                    case SUM -> result + v;
                    case PROD -> result * v;
                    case MAX -> Math.max(result, v);
                    case MIN -> Math.min(result, v);
                    case ANY -> v != 0 ? 1 : result;
                    case ALL -> v == 0 ? 0 : result;
                    default -> throw new AssertionError(reduction + " needs floating point");
                };
            }
        }
        return result;
    }

    @Override
    public void argExtreme(boolean largest, Tensor x, Tensor out) {
        int outer = out.numel();
        if (outer == 0) {
            return;
        }
        int inner = x.numel() / outer;
        if (NativeReduce.argExtreme(largest, x, outer, inner, out)) {
            return;
        }
        Blocks in = new Blocks(SmallFloats.dense(x), x.shape());
        long[] positions = new long[outer];
        int rows = Math.max(1, CHUNK / Math.max(1, inner));
        if (x.dtype() == DType.FLOAT32 && inner >= FloatReduce.LEAST) {
            FloatReduce.argExtreme(largest, in, outer, inner, positions);
        } else {
            Workers.run((outer + rows - 1) / rows, c -> {
                HostThread thread = HostThread.current();
                for (int row = c * rows; row < Math.min(outer, (c + 1) * rows); row++) {
                    positions[row] = x.dtype().isFloating() ? argExtreme(largest, in, row * inner, inner, thread.doubles(0))
                            : argExtreme(largest, in, row * inner, inner, thread.longs(0));
                }
            });
        }
        new Blocks(out, out.shape()).write(0, positions, outer);
    }

    private static int argExtreme(boolean largest, Blocks in, int from, int count, double[] block) {
        int best = 0;
        double value = 0;
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            in.read(from + p, block, n);
            for (int i = 0; i < n; i++) {
                double v = block[i];
                if (p + i == 0 || (largest ? v > value : v < value) || v != v && value == value) {
                    best = p + i;
                    value = v;
                }
            }
        }
        return best;
    }

    private static int argExtreme(boolean largest, Blocks in, int from, int count, long[] block) {
        int best = 0;
        long value = 0;
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            in.read(from + p, block, n);
            for (int i = 0; i < n; i++) {
                if (p + i == 0 || (largest ? block[i] > value : block[i] < value)) {
                    best = p + i;
                    value = block[i];
                }
            }
        }
        return best;
    }

    @Override
    public boolean fused(Fused reduction, Tensor x, int dims, Tensor out) {
        return reduction == Fused.LOG_SUM_EXP ? NativeRows.logSumExp(x, dims, out) : NativeReduce.fused(reduction, x, dims, out);
    }

    @Override
    public boolean scansAnyOrder() {
        return true;
    }

    @Override
    public void cumulativeSum(Tensor x, Tensor out) {
        if (NativeRows.scan(false, x, out) || ScanFloats.scan(false, x, out)) {
            return;
        }
        int n = x.size(-1);
        int rows = n == 0 ? 0 : x.numel() / n;
        Blocks in = new Blocks(SmallFloats.dense(x), x.shape());
        Blocks to = new Blocks(out, out.shape());
        int step = Math.max(1, CHUNK / Math.max(1, n));
        Workers.run((rows + step - 1) / step, c -> cumulativeSums(x.dtype().isFloating(), in, to, n, c * step, Math.min(rows, (c + 1) * step)));
    }

    private static void cumulativeSums(boolean floating, Blocks in, Blocks to, int n, int first, int end) {
        for (int row = first; row < end; row++) {
            if (floating) {
                double[] block = HostThread.current().doubles(0);
                double sum = 0;
                for (int p = 0; p < n; p += BLOCK) {
                    int count = Math.min(BLOCK, n - p);
                    in.read(row * n + p, block, count);
                    for (int i = 0; i < count; i++) {
                        sum += block[i];
                        block[i] = sum;
                    }
                    to.write(row * n + p, block, count);
                }
            } else {
                long[] block = HostThread.current().longs(0);
                long sum = 0;
                for (int p = 0; p < n; p += BLOCK) {
                    int count = Math.min(BLOCK, n - p);
                    in.read(row * n + p, block, count);
                    for (int i = 0; i < count; i++) {
                        sum += block[i];
                        block[i] = sum;
                    }
                    to.write(row * n + p, block, count);
                }
            }
        }
    }

    @Override
    public void cumulativeProduct(Tensor x, Tensor out) {
        if (!NativeRows.scan(true, x, out) && !ScanFloats.scan(true, x, out)) {
            RowsCpu.cumulativeProduct(x, out);
        }
    }

    @Override
    public void cumulativeLogSumExp(Tensor x, Tensor out) {
        RowsCpu.cumulativeLogSumExp(x, out);
    }

    @Override
    public void cumulativeExtreme(boolean largest, Tensor x, Tensor indices) {
        RowsCpu.cumulativeExtreme(largest, x, indices);
    }

    @Override
    public void median(boolean skipNan, Tensor x, Tensor indices) {
        RowsCpu.median(skipNan, x, indices);
    }

    @Override
    public void mode(Tensor x, Tensor indices) {
        RowsCpu.mode(x, indices);
    }
}
