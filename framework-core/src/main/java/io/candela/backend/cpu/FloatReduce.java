package io.candela.backend.cpu;

import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Reductions of long rows of float32. Blocks are added up lane by lane in float, at most {@value #PARTIAL} of them, and the lanes in halves,
 * both in loops that HotSpot makes vectors of; what comes of that is added in double. A result that is not finite is left to the loops in
 * double, where sums do not overflow.
 */
final class FloatReduce {
    /** Elements per row from which this pays. */
    static final int LEAST = 128;
    private static final int BLOCK = HostThread.BLOCK;
    /** Elements from which oneDNN pays. Kept here, so that small programs do not load its classes. */
    static final int DNN = 32 << 10;
    /** Elements per chunk when threads share a reduction. */
    private static final int CHUNK = 64 << 10;
    /** Blocks that are added up in float before they go to the sum in double: little is lost over so few. */
    private static final int PARTIAL = 16;
    /** Lanes that are added one by one. */
    private static final int LAST_LANES = 64;

    private FloatReduce() {}

    private interface Part {
        double of(int from, int count, HostThread thread);
    }

    /** Does the work over the last dimensions if it has the reduction and takes the tensors; false if not. */
    static boolean reduce(Reduction reduction, Tensor x, int dims, int outer, int inner, Tensor out) {
        if (out.dtype() != DType.FLOAT32 || inner < 2) {
            return false;
        }
        if (dims == 1 && x.dim() == 2 && x.strides()[0] == 1 && outer >= LEAST) {
            switch (reduction) {
                case MEAN, MAX, MIN -> {
                    if (reduction == Reduction.MEAN && x.numel() >= DNN && ReduceDnn.columns(true, x, outer, inner, out)) {
                        return true;
                    }
                    columns(reduction, x, outer, inner, out);
                    return true;
                }
                default -> { }
            }
        }
        if (inner < LEAST) {
            return false;
        }
        if (x.numel() >= DNN && ReduceDnn.reduce(reduction, x, outer, inner, out)) {
            return true;
        }
        Blocks in = new Blocks(x, x.shape());
        switch (reduction) {
            case SUM -> rows(in, outer, inner, out, (from, n, thread) -> sum(in, from, n, thread), 1, Double::sum);
            case MEAN -> rows(in, outer, inner, out, (from, n, thread) -> sum(in, from, n, thread), inner, Double::sum);
            case MAX -> rows(in, outer, inner, out, (from, n, thread) -> extreme(true, in, from, n, thread), 1, Math::max);
            case MIN -> rows(in, outer, inner, out, (from, n, thread) -> extreme(false, in, from, n, thread), 1, Math::min);
            case PROD -> rows(in, outer, inner, out, (from, n, thread) -> product(in, from, n, thread), 1, (a, b) -> a * b);
            case SQUARED_DEVIATION -> deviations(in, outer, inner, out);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void rows(Blocks in, int outer, int inner, Tensor out, Part part, double divisor, java.util.function.DoubleBinaryOperator join) {
        Blocks to = new Blocks(out, out.shape());
        if (outer == 1) {
            to.write(0, new double[] {whole(inner, part, join) / divisor}, 1);
            return;
        }
        forRows(outer, inner, to, (row, thread) -> part.of(row * inner, inner, thread) / divisor);
    }

    /** The reduction of a stretch, of those that are the same for parts: sums, means, maxima and minima. */
    static double part(Reduction reduction, Blocks in, int from, int count, HostThread thread) {
        return switch (reduction) {
            case SUM -> sum(in, from, count, thread);
            case MEAN -> sum(in, from, count, thread) / count;
            default -> extreme(reduction == Reduction.MAX, in, from, count, thread);
        };
    }

    private interface Row {
        double of(int row, HostThread thread);
    }

    private static void forRows(int outer, int inner, Blocks to, Row of) {
        int step = Math.max(1, CHUNK / inner);
        Workers.run((outer + step - 1) / step, c -> {
            HostThread thread = HostThread.current();
            double[] results = thread.doubles(1);
            int end = Math.min(outer, (c + 1) * step);
            for (int row = c * step, filled = 0; row < end; row++) {
                results[filled++] = of.of(row, thread);
                if (filled == BLOCK || row == end - 1) {
                    to.write(row + 1 - filled, results, filled);
                    filled = 0;
                }
            }
        });
    }

    /** Results of chunks, joined in order, so that they do not depend on who did which. */
    private static double whole(int n, Part part, java.util.function.DoubleBinaryOperator join) {
        double[] parts = new double[(n + CHUNK - 1) / CHUNK];
        Workers.run(parts.length, c -> parts[c] = part.of(c * CHUNK, Math.min(CHUNK, n - c * CHUNK), HostThread.current()));
        double result = parts[0];
        for (int i = 1; i < parts.length; i++) {
            result = join.applyAsDouble(result, parts[i]);
        }
        return result;
    }

    private static double sum(Blocks in, int from, int count, HostThread thread) {
        float[] lanes = thread.floats(0);
        float[] more = thread.floats(1);
        double sum = 0;
        for (int p = 0; p < count;) {
            int width = Math.min(BLOCK, count - p);
            in.read(from + p, lanes, width);
            p += width;
            for (int b = 1; b < PARTIAL && p < count; b++) {
                int n = Math.min(BLOCK, count - p);
                in.read(from + p, more, n);
                add(lanes, more, n);
                p += n;
            }
            sum += sumOfLanes(lanes, more, width);
        }
        return Double.isFinite(sum) ? sum : ReduceCpu.floating(Reduction.SUM, in, from, count, thread.doubles(0));
    }

    private static double product(Blocks in, int from, int count, HostThread thread) {
        float[] x = thread.floats(0);
        double product = 1;
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            in.read(from + p, x, n);
            product *= product(x, n);
        }
        return product;
    }

    /** Eight running products in double, because one would wait for each multiplication to finish. */
    private static double product(float[] x, int n) {
        double a = 1;
        double b = 1;
        double c = 1;
        double d = 1;
        double e = 1;
        double f = 1;
        double g = 1;
        double h = 1;
        int i = 0;
        for (; i + 7 < n; i += 8) {
            a *= x[i];
            b *= x[i + 1];
            c *= x[i + 2];
            d *= x[i + 3];
            e *= x[i + 4];
            f *= x[i + 5];
            g *= x[i + 6];
            h *= x[i + 7];
        }
        for (; i < n; i++) {
            a *= x[i];
        }
        return a * b * (c * d) * (e * f * (g * h));
    }

    private static double sumOfLanes(float[] lanes, float[] scratch, int n) {
        int width = n;
        while (width > LAST_LANES) {
            int half = width + 1 >> 1;
            System.arraycopy(lanes, half, scratch, 0, width - half);
            add(lanes, scratch, width - half);
            width = half;
        }
        double a = 0;
        double b = 0;
        int i = 0;
        for (; i + 1 < width; i += 2) {
            a += lanes[i];
            b += lanes[i + 1];
        }
        return i < width ? a + b + lanes[i] : a + b;
    }

    private static void add(float[] sum, float[] x, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += x[i];
        }
    }

    private static void max(float[] best, float[] x, int n) {
        for (int i = 0; i < n; i++) {
            best[i] = Math.max(best[i], x[i]);
        }
    }

    private static void min(float[] best, float[] x, int n) {
        for (int i = 0; i < n; i++) {
            best[i] = Math.min(best[i], x[i]);
        }
    }

    private static void extreme(boolean largest, float[] best, float[] x, int n) {
        if (largest) {
            max(best, x, n);
        } else {
            min(best, x, n);
        }
    }

    static float extreme(boolean largest, Blocks in, int from, int count, HostThread thread) {
        float[] best = thread.floats(0);
        float[] more = thread.floats(1);
        int width = Math.min(BLOCK, count);
        in.read(from, best, width);
        for (int p = width; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            in.read(from + p, more, n);
            extreme(largest, best, more, n);
        }
        while (width > 8) {
            int half = width + 1 >> 1;
            System.arraycopy(best, half, more, 0, width - half);
            extreme(largest, best, more, width - half);
            width = half;
        }
        float result = best[0];
        for (int i = 1; i < width; i++) {
            result = largest ? Math.max(result, best[i]) : Math.min(result, best[i]);
        }
        return result;
    }

    private static void deviations(Blocks in, int outer, int inner, Tensor out) {
        Blocks to = new Blocks(out, out.shape());
        if (outer > 1) {
            forRows(outer, inner, to, (row, thread) -> {
                float middle = (float) (sum(in, row * inner, inner, thread) / inner);
                double squares = squares(in, row * inner, inner, middle, thread);
                double rest = shiftedSum(in, row * inner, inner, middle, thread);
                return deviation(in, row * inner, inner, squares, rest, thread);
            });
            return;
        }
        to.write(0, new double[] {squaredDeviation(in, inner)}, 1);
    }

    /** Of all {@code n} elements. */
    static double squaredDeviation(Blocks in, int n) {
        float middle = (float) (whole(n, (from, count, thread) -> sum(in, from, count, thread), Double::sum) / n);
        double squares = whole(n, (from, count, thread) -> squares(in, from, count, middle, thread), Double::sum);
        double rest = whole(n, (from, count, thread) -> shiftedSum(in, from, count, middle, thread), Double::sum);
        return deviation(in, 0, n, squares, rest, HostThread.current());
    }

    /** Squares around the mean from those around a number that is the mean to half a unit. */
    private static double deviation(Blocks in, int from, int count, double squares, double rest, HostThread thread) {
        double result = Math.max(squares - rest * rest / count, 0);
        return Double.isFinite(result) ? result : ReduceCpu.squaredDeviation(in, from, count, thread.doubles(0));
    }

    private static double squares(Blocks in, int from, int count, float middle, HostThread thread) {
        float[] x = thread.floats(0);
        float[] scratch = thread.floats(1);
        double sum = 0;
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            in.read(from + p, x, n);
            squares(x, middle, n);
            sum += sumOfLanes(x, scratch, n);
        }
        return sum;
    }

    private static double shiftedSum(Blocks in, int from, int count, float middle, HostThread thread) {
        float[] x = thread.floats(0);
        float[] scratch = thread.floats(1);
        double sum = 0;
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            in.read(from + p, x, n);
            shift(x, middle, n);
            sum += sumOfLanes(x, scratch, n);
        }
        return sum;
    }

    private static void squares(float[] x, float middle, int n) {
        for (int i = 0; i < n; i++) {
            float d = x[i] - middle;
            x[i] = d * d;
        }
    }

    private static void shift(float[] x, float middle, int n) {
        for (int i = 0; i < n; i++) {
            x[i] -= middle;
        }
    }

    /** Over the rows of a row-major matrix, given as its transpose: whole rows are joined, without jumping through memory. */
    private static void columns(Reduction reduction, Tensor x, int columns, int rows, Tensor out) {
        HostStorage from = HostStorage.of(x);
        Blocks to = new Blocks(out, out.shape());
        int start = (from.start >> 2) + x.offset();
        int stride = x.strides()[1];
        int step = Math.min(BLOCK, Math.max(LEAST, columns / Workers.threads() + LEAST - 1 & -LEAST));
        Workers.run((columns + step - 1) / step, c -> {
            HostThread thread = HostThread.current();
            float[] best = thread.floats(0);
            float[] row = thread.floats(1);
            double[] sum = thread.doubles(0);
            int first = c * step;
            int n = Math.min(step, columns - first);
            boolean mean = reduction == Reduction.MEAN;
            Arrays.fill(sum, 0, n, 0);
            for (int r = 0; r < rows; r++) {
                boolean fresh = mean ? r % PARTIAL == 0 : r == 0;
                from.block.floats.get(start + r * stride + first, fresh ? best : row, 0, n);
                if (!fresh && mean) {
                    add(best, row, n);
                } else if (!fresh) {
                    extreme(reduction == Reduction.MAX, best, row, n);
                }
                if (mean && (r % PARTIAL == PARTIAL - 1 || r == rows - 1)) {
                    add(sum, best, n);
                }
            }
            if (mean) {
                divide(sum, rows, n);
                to.write(first, sum, n);
            } else {
                to.write(first, best, n);
            }
        });
    }

    private static void add(double[] sum, float[] x, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += x[i];
        }
    }

    private static void divide(double[] sum, int divisor, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] /= divisor;
        }
    }

    /** Positions of the first largest or smallest element of each row; the first NaN wins. */
    static void argExtreme(boolean largest, Blocks in, int outer, int inner, long[] positions) {
        if (outer > 1) {
            int step = Math.max(1, CHUNK / inner);
            Workers.run((outer + step - 1) / step, c -> {
                HostThread thread = HostThread.current();
                for (int row = c * step; row < Math.min(outer, (c + 1) * step); row++) {
                    positions[row] = position(largest, in, row * inner, inner, thread) - row * inner;
                }
            });
            return;
        }
        int[] parts = new int[(inner + CHUNK - 1) / CHUNK];
        float[] values = new float[parts.length];
        Workers.run(parts.length, c -> {
            HostThread thread = HostThread.current();
            parts[c] = position(largest, in, c * CHUNK, Math.min(CHUNK, inner - c * CHUNK), thread);
            float[] one = thread.floats(0);
            in.read(parts[c], one, 1);
            values[c] = one[0];
        });
        int best = 0;
        for (int c = 1; c < parts.length; c++) {
            best = wins(largest, values[c], values[best]) ? c : best;
        }
        positions[0] = parts[best];
    }

    private static boolean wins(boolean largest, float v, float best) {
        return (largest ? v > best : v < best) || v != v && best == best;
    }

    /** Each block's extreme in vectors; only in a block that has a better one, its place is looked for. */
    private static int position(boolean largest, Blocks in, int from, int count, HostThread thread) {
        float[] x = thread.floats(2);
        int best = from;
        float value = 0;
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            float extreme = extreme(largest, in, from + p, n, thread);
            if (p == 0 || wins(largest, extreme, value)) {
                in.read(from + p, x, n);
                int i = 0;
                while (extreme == extreme ? x[i] != extreme : x[i] == x[i]) {
                    i++;
                }
                best = from + p + i;
                value = extreme;
            }
        }
        return best;
    }
}
