package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_sub;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_square;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_sum;

import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reduction;

/**
 * Reductions of large contiguous float32 by oneDNN. Stretches of at most {@value #PIECE} elements are added up in float, sixteen lanes at
 * once; what comes of them is added in double. oneDNN's maximum overlooks NaN, and sums in float may overflow: a part whose sum is not finite is
 * left to the loops of {@link FloatReduce}, part by part, so that one NaN does not slow the others.
 */
final class ReduceDnn {
    /** Elements that are added up in float. */
    private static final int PIECE = 1024;
    private static final int PIECES = 128;
    /** Elements per run. */
    private static final int CHUNK = PIECE * PIECES;
    /** Longest rows that are added up as one piece. */
    private static final int LONGEST_ROW = 2 * PIECE;
    private static final int SHORTEST_ROW = 64;
    private static final int MOST_COLUMNS = 32 << 10;
    /** Rows that are added up in float, column by column. */
    private static final int ROWS = 125;

    private ReduceDnn() {}

    private record Key(int algorithm, int rows, int columns) {}

    private record ColumnsKey(int rows, int columns, int stride) {}

    private record SquaresKey(int length) {}

    /** Does the work over the last dimensions if it has the reduction and takes the tensors; false if not. */
    static boolean reduce(Reduction reduction, Tensor x, int outer, int inner, Tensor out) {
        boolean known = switch (reduction) {
            case SUM, MEAN, MAX, MIN -> true;
            case SQUARED_DEVIATION -> outer == 1;
            default -> false;
        };
        if (!known || inner < SHORTEST_ROW || !x.isContiguous() || out.dtype() != DType.FLOAT32) {
            return false;
        }
        Blocks in = new Blocks(x, x.shape());
        Blocks to = new Blocks(out, out.shape());
        long from = HostStorage.floatsAddress(x);
        if (reduction == Reduction.SQUARED_DEVIATION) {
            to.write(0, new double[] {squaredDeviation(in, from, inner)}, 1);
        } else if (inner <= LONGEST_ROW) {
            rows(reduction, in, from, outer, inner, to);
        } else {
            for (int row = 0; row < outer; row++) {
                to.write(row, new double[] {whole(reduction, in, from, row * inner, inner)}, 1);
            }
        }
        return true;
    }

    private static int algorithm(Reduction reduction) {
        return reduction == Reduction.MAX ? dnnl_reduction_max : reduction == Reduction.MIN ? dnnl_reduction_min : dnnl_reduction_sum;
    }

    private static void rows(Reduction reduction, Blocks in, long address, int outer, int inner, Blocks to) {
        int step = Math.min(HostThread.BLOCK, Math.max(1, CHUNK / inner));
        boolean extreme = reduction == Reduction.MAX || reduction == Reduction.MIN;
        Workers.run((outer + step - 1) / step, c -> {
            HostThread thread = HostThread.current();
            int first = c * step;
            int count = Math.min(step, outer - first);
            float[] sums = thread.floats(3);
            float[] results = extreme ? thread.floats(4) : sums;
            reduce(thread, dnnl_reduction_sum, address + 4L * first * inner, count, inner, sums);
            if (extreme) {
                reduce(thread, algorithm(reduction), address + 4L * first * inner, count, inner, results);
            }
            for (int i = 0; i < count; i++) {
                if (!Float.isFinite(sums[i])) {
                    results[i] = (float) FloatReduce.part(reduction, in, (first + i) * inner, inner, thread);
                } else if (reduction == Reduction.MEAN) {
                    results[i] /= inner;
                }
            }
            to.write(first, results, count);
        });
    }

    /** Results of chunks, joined in order, so that they do not depend on who did which. */
    private static double whole(Reduction reduction, Blocks in, long address, int from, int count) {
        double[] parts = new double[(count + CHUNK - 1) / CHUNK];
        Workers.run(parts.length, c -> {
            HostThread thread = HostThread.current();
            int n = Math.min(CHUNK, count - c * CHUNK);
            long start = address + 4L * (from + c * CHUNK);
            double part = sum(thread, start, n);
            if (!Double.isFinite(part)) {
                part = FloatReduce.part(reduction == Reduction.MEAN ? Reduction.SUM : reduction, in, from + c * CHUNK, n, thread);
            } else if (reduction == Reduction.MAX || reduction == Reduction.MIN) {
                part = extreme(thread, reduction, start, n);
            }
            parts[c] = part;
        });
        return switch (reduction) {
            case MAX -> Arrays.stream(parts).reduce(Math::max).orElseThrow();
            case MIN -> Arrays.stream(parts).reduce(Math::min).orElseThrow();
            case MEAN -> sum(parts) / count;
            default -> sum(parts);
        };
    }

    private static double sum(double[] parts) {
        double sum = 0;
        for (double p : parts) {
            sum += p;
        }
        return sum;
    }

    private static double sum(HostThread thread, long address, int n) {
        float[] pieces = thread.floats(3);
        int whole = pieces(thread, dnnl_reduction_sum, address, n, pieces);
        double sum = 0;
        for (int i = 0; i < whole; i++) {
            sum += pieces[i];
        }
        return sum;
    }

    /** Whether the sum is finite: then every element is. */
    static boolean isFinite(HostThread thread, long address, int n) {
        double sum = 0;
        for (int i = 0; i < n; i += CHUNK) {
            sum += sum(thread, address + 4L * i, Math.min(CHUNK, n - i));
        }
        return Double.isFinite(sum);
    }

    /** The least of elements none of which is NaN. */
    static float least(HostThread thread, long address, int n) {
        float least = Float.POSITIVE_INFINITY;
        for (int i = 0; i < n; i += CHUNK) {
            least = Math.min(least, extreme(thread, Reduction.MIN, address + 4L * i, Math.min(CHUNK, n - i)));
        }
        return least;
    }

    private static float extreme(HostThread thread, Reduction reduction, long address, int n) {
        float[] pieces = thread.floats(3);
        int whole = pieces(thread, algorithm(reduction), address, n, pieces);
        float best = pieces[0];
        for (int i = 1; i < whole; i++) {
            best = reduction == Reduction.MAX ? Math.max(best, pieces[i]) : Math.min(best, pieces[i]);
        }
        return best;
    }

    /** Reduces pieces, the last of which may be shorter, and returns how many there are. */
    private static int pieces(HostThread thread, int algorithm, long address, int n, float[] results) {
        int whole = n / PIECE;
        int rest = n % PIECE;
        if (rest > 0) {
            reduce(thread, algorithm, address + 4L * whole * PIECE, 1, rest, results);
            results[whole] = results[0];
        }
        if (whole > 0) {
            float last = results[whole];
            reduce(thread, algorithm, address, whole, PIECE, results);
            results[whole] = last;
        }
        return rest > 0 ? whole + 1 : whole;
    }

    /** Sums of at most {@link HostThread#BLOCK} rows. */
    static void sums(HostThread thread, long address, int rows, int columns, float[] results) {
        reduce(thread, dnnl_reduction_sum, address, rows, columns, results);
    }

    /** Reduces rows that follow each other, at most {@link HostThread#BLOCK} of them. */
    private static void reduce(HostThread thread, int algorithm, long address, int rows, int columns, float[] results) {
        HostBlock to = thread.exchange();
        Dnn dnn = thread.dnn();
        if (columns == 1) { // nothing to reduce, which oneDNN refuses: a product by one copies
            HostBlock one = thread.numbers();
            one.floats.put(0, 1);
            ColumnsKey key = new ColumnsKey(1, rows, rows);
            dnn.run(dnn.primitive(key, () -> build(key)), one.address(), address, to.address());
        } else {
            Key key = new Key(algorithm, rows, columns);
            dnn.run(dnn.primitive(key, () -> build(key)), address, to.address());
        }
        to.floats.get(0, results, 0, rows);
    }

    private static double squaredDeviation(Blocks in, long address, int n) {
        double sum = whole(Reduction.SUM, in, address, 0, n);
        float middle = (float) (sum / n);
        double[] parts = new double[(n + CHUNK - 1) / CHUNK];
        double squares = 0;
        if (Float.isFinite(middle)) {
            Workers.run(parts.length, c -> parts[c] = squares(HostThread.current(), address + 4L * c * CHUNK, Math.min(CHUNK, n - c * CHUNK), middle));
            squares = sum(parts);
        }
        double rest = sum - (double) middle * n;
        double result = squares - rest * rest / n;
        // Where deviations are as small as the mean's rounding, or not finite, sums in double are needed.
        return result > 1e-9 * n * middle * middle && Double.isFinite(result) && Float.isFinite(middle) ? result
                : FloatReduce.squaredDeviation(in, n);
    }

    private static double squares(HostThread thread, long address, int n, float middle) {
        HostBlock scratch = thread.scratchBlock(4 * CHUNK);
        HostBlock number = thread.numbers();
        number.floats.put(0, middle);
        SquaresKey key = new SquaresKey(n);
        Dnn dnn = thread.dnn();
        dnn.run(dnn.primitive(key, () -> build(key)), address, number.address(), scratch.address());
        return sum(thread, scratch.address(), n);
    }

    /** Sums or means over the rows of a row-major matrix, given as its transpose: products by a row of ones; false if it does not take the tensors. */
    static boolean columns(boolean mean, Tensor x, int columns, int rows, Tensor out) {
        int stride = x.strides()[1];
        int together = stride == columns ? together(columns, rows) : 1;
        int width = together * columns;
        if (rows / together < 2 * ROWS || width < SHORTEST_ROW || width > MOST_COLUMNS || out.dtype() != DType.FLOAT32) {
            return false;
        }
        return columns(mean, HostStorage.floatsAddress(x), together * stride, together, columns, rows, out);
    }

    /** The sum of each channel of a channels-last tensor; false if one is not finite, as an infinite sum in float may be a finite one. */
    static boolean channels(Tensor x, Tensor out) {
        int channels = x.size(1);
        int rows = x.numel() / channels;
        int together = together(channels, rows);
        return columns(false, HostStorage.floatsAddress(x), together * channels, together, channels, rows, out);
    }

    /** @param together rows that are taken for one, {@code step} elements before the next ones */
    private static boolean columns(boolean mean, long from, int step, int together, int columns, int rows, Tensor out) {
        int width = together * columns;
        int height = rows / together;
        int parts = (height + ROWS - 1) / ROWS;
        HostPool.Lease partial = HostPool.INSTANCE.lease(4L * parts * width);
        try {
            Workers.run(parts, c -> {
                HostThread thread = HostThread.current();
                HostBlock ones = thread.exchange();
                float[] one = thread.floats(3);
                Arrays.fill(one, 0, ROWS, 1);
                ones.floats.put(0, one, 0, ROWS);
                ColumnsKey key = new ColumnsKey(Math.min(ROWS, height - c * ROWS), width, step);
                Dnn dnn = thread.dnn();
                dnn.run(dnn.primitive(key, () -> build(key)), ones.address(), from + 4L * c * ROWS * step, partial.block.address() + 4L * c * width);
            });
            float[] row = new float[width];
            double[] sums = new double[columns];
            for (int c = 0; c < parts; c++) {
                partial.block.floats.get(c * width, row, 0, width);
                for (int t = 0; t < width; t += columns) {
                    for (int i = 0; i < columns; i++) {
                        sums[i] += row[t + i];
                    }
                }
            }
            double divisor = mean ? rows : 1;
            boolean finite = true;
            for (int i = 0; i < columns; i++) {
                sums[i] /= divisor;
                finite &= Double.isFinite(sums[i]);
            }
            if (finite) { // else an infinite sum in float may be a finite one
                new Blocks(out, out.shape()).write(0, sums, columns);
            }
            return finite;
        } finally {
            partial.end();
        }
    }

    /** How many neighbouring rows to take for one, so that short ones fill the vectors. */
    private static int together(int columns, int rows) {
        int together = 1;
        while (together * columns < SHORTEST_ROW && rows % (2 * together) == 0) {
            together *= 2;
        }
        return together;
    }

    private static Dnn.Primitive build(Key k) {
        memory.desc from = dense(k.rows, k.columns);
        memory.desc to = dense(k.rows, 1);
        var description = new reduction.primitive_desc(Dnn.engine(), k.algorithm, from, to, 0, 0);
        return new Dnn.Primitive("reduction", new reduction(description), new int[] {DNNL_ARG_SRC, DNNL_ARG_DST}, from, to);
    }

    private static Dnn.Primitive build(ColumnsKey k) {
        memory.desc ones = dense(1, k.rows);
        memory.desc rows = new memory.desc(new long[] {k.rows, k.columns}, memory.data_type.f32, new long[] {k.stride, 1});
        memory.desc to = dense(1, k.columns);
        var description = new matmul.primitive_desc(Dnn.engine(), ones, rows, to);
        return new Dnn.Primitive("matmul", new matmul(description), new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}, ones, rows, to);
    }

    private static Dnn.Primitive build(SquaresKey k) {
        memory.desc line = new memory.desc(new long[] {k.length}, memory.data_type.f32, new long[] {1});
        memory.desc number = new memory.desc(new long[] {1}, memory.data_type.f32, new long[] {1});
        post_ops square = new post_ops();
        square.append_eltwise(dnnl_eltwise_square, 0, 0);
        primitive_attr attributes = new primitive_attr();
        attributes.set_post_ops(square);
        var description = new binary.primitive_desc(Dnn.engine(), dnnl_binary_sub, line, number, line, attributes, false);
        return new Dnn.Primitive("binary", new binary(description), new int[] {DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST}, line, number, line);
    }

    private static memory.desc dense(int rows, int columns) {
        return new memory.desc(new long[] {rows, columns}, memory.data_type.f32, new long[] {columns, 1});
    }
}
