package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_sub;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Normalization of float32 where the elements of each statistic, a row, follow each other in memory. A row is scaled and shifted element by
 * element, as in layer normalization, or by runs of equal numbers, one per channel, as in group normalization.
 */
final class NormRows {
    /** Elements per row up to which means may be sums in float, and oneDNN's gradient is the faster one of a few rows. */
    private static final int LONGEST = 8 << 10;
    /** Below, a row or run is not worth a native loop. */
    static final int SHORTEST = 8;
    private static final int CHUNK = 16 << 10;
    /** Rows per chunk on the way back, at least: oneDNN adds up by column, whether anybody asks or not, and the end of that takes as long as many rows. */
    private static final int SUMMED_ROWS = 16;

    private final Tensor x;
    private final int rows;
    private final int length;
    private final int run; // elements of a channel in a row; 1 if each has a number of its own
    private final double[] mean;
    private final double[] variance;

    /** @param statistics how many there are */
    private NormRows(Tensor x, int statistics, double[] mean, double[] variance) {
        this.x = x;
        rows = statistics;
        length = x.numel() / rows;
        run = run(x);
        this.mean = mean;
        this.variance = variance;
    }

    /** Positions, which the channels' numbers are for. */
    private static int run(Tensor x) {
        return x.numel() / x.size(0) / x.size(1);
    }

    /** Whether it takes an input with these statistics. */
    static boolean fits(Tensor x, Tensor mean) {
        if (x.dtype() != DType.FLOAT32 || !x.isContiguous() || mean.dim() != 2 || x.numel() == 0 || x.numel() / mean.numel() < SHORTEST) {
            return false;
        }
        return run(x) == 1 ? mean.size(1) == 1 : run(x) >= SHORTEST && x.numel() / mean.numel() <= LONGEST;
    }

    /** Whether means and variances are found along the way; else they must be given. */
    static boolean findsMoments(Tensor x, Tensor mean) {
        return x.numel() / mean.numel() <= LONGEST;
    }

    /** Writes the result, means and variances. */
    static void standardize(Tensor x, double eps, Tensor weight, Tensor bias, Tensor mean, Tensor variance, Tensor out) {
        double[] means = new double[mean.numel()];
        double[] variances = new double[mean.numel()];
        new NormRows(x, means.length, means, variances).forward((float) eps, false, weight, bias, out);
        NormCpu.write(means, mean);
        NormCpu.write(variances, variance);
    }

    /** Writes the result with statistics that are given. */
    static void normalize(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor out) {
        given(x, mean, inverse).forward(0, true, weight, bias, out);
    }

    /** Writes the gradients that are not null. */
    static void gradients(Tensor g, Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor gradX, Tensor gradWeight, Tensor gradBias) {
        NormRows norm = given(x, mean, inverse);
        if (norm.run == 1) {
            norm.backwardElements(g, weight, gradX, gradWeight, gradBias);
        } else {
            norm.backwardRuns(g, weight, gradX, gradWeight, gradBias);
        }
    }

    /** Variances are such that nothing need be added to them. */
    private static NormRows given(Tensor x, Tensor mean, Tensor inverse) {
        double[] variances = NormCpu.read(inverse);
        for (int i = 0; i < variances.length; i++) {
            variances[i] = 1 / (variances[i] * variances[i]);
        }
        return new NormRows(x, variances.length, NormCpu.read(mean), variances);
    }

    /** Some rows, and native memory of the thread that does them. */
    private final class Chunk {
        final HostThread thread = HostThread.current();
        final Dnn dnn = thread.dnn();
        final int first;
        final int count;
        final int runs; // in these rows
        final long shift; // to the first element, in bytes
        final HostBlock block;
        final int variances; // positions in the block; means come first
        final int numbers; // per run
        final int more; // what else a pass needs

        /** @param extra elements of memory that are needed from {@code more} on */
        Chunk(int index, int step, int extra) {
            first = index * step;
            count = Math.min(step, rows - first);
            runs = run == 1 ? 0 : count * (length / run);
            shift = 4L * first * length;
            variances = wholeLines(count);
            numbers = 2 * variances;
            more = numbers + wholeLines(runs);
            block = thread.scratchBlock(Float.BYTES * (more + wholeLines(extra)));
        }

        private static int wholeLines(int elements) {
            int line = HostBlock.ALIGNMENT / Float.BYTES;
            return elements + line - 1 & -line;
        }

        long address(int position) {
            return block.address() + (long) Float.BYTES * position;
        }

        void writeStatistics() {
            float[] floats = thread.scratch(0, count);
            narrow(mean, floats);
            block.floats.put(0, floats, 0, count);
            narrow(variance, floats);
            block.floats.put(variances, floats, 0, count);
        }

        private void narrow(double[] values, float[] floats) {
            for (int i = 0; i < count; i++) {
                floats[i] = (float) values[first + i];
            }
        }

        void readStatistics() {
            float[] floats = thread.scratch(0, count);
            block.floats.get(0, floats, 0, count);
            for (int i = 0; i < count; i++) {
                mean[first + i] = floats[i];
            }
            block.floats.get(variances, floats, 0, count);
            for (int i = 0; i < count; i++) {
                variance[first + i] = floats[i];
            }
        }

        /** Runs {@code from algorithm number}, one per channel. */
        void perChannel(int algorithm, float[] perChannel, long from, long to) {
            float[] all = thread.scratch(0, runs);
            int channel = firstRun() % perChannel.length;
            for (int i = 0; i < runs; i++) {
                all[i] = perChannel[channel];
                channel = channel + 1 == perChannel.length ? 0 : channel + 1;
            }
            block.floats.put(numbers, all, 0, runs);
            NormDnn.perRow(dnn, algorithm, runs, run, from, address(numbers), 0, to);
        }

        /** Sums of runs. */
        void addUp(long from, double[] sums) {
            float[] some = thread.floats(0);
            for (int done = 0; done < runs; done += some.length) {
                int n = Math.min(some.length, runs - done);
                ReduceDnn.sums(thread, from + 4L * done * run, n, run, some);
                for (int i = 0; i < n; i++) {
                    sums[firstRun() + done + i] = some[i];
                }
            }
        }

        int firstRun() {
            return first * (length / run);
        }
    }

    private interface Work {
        void run(int index, int step);
    }

    private void forChunks(int least, Work work) {
        int share = (rows + Workers.threads() - 1) / Workers.threads();
        int step = Math.min(Math.max(least, Math.max(1, CHUNK / length)), share);
        Workers.run((rows + step - 1) / step, i -> work.run(i, step));
    }

    private void forward(float eps, boolean given, Tensor weight, Tensor bias, Tensor out) {
        long from = HostStorage.floatsAddress(x);
        long to = HostStorage.floatsAddress(out);
        boolean elements = run == 1;
        Tensor dense = elements && weight != null ? weight.contiguous() : null;
        Tensor denseBias = elements && bias != null ? bias.contiguous() : null;
        long scale = dense == null ? 0 : HostStorage.floatsAddress(dense);
        long shift = denseBias == null ? 0 : HostStorage.floatsAddress(denseBias);
        float[] factors = elements ? null : floats(weight);
        float[] terms = elements ? null : floats(bias);
        forChunks(1, (index, step) -> {
            Chunk c = new Chunk(index, step, 0);
            if (given) {
                c.writeStatistics();
            }
            long at = to + c.shift;
            NormDnn.forward(c.dnn, c.count, length, eps, given, from + c.shift, c.address(0), c.address(c.variances), scale, shift, at);
            if (!given) {
                c.readStatistics();
            }
            if (factors != null) {
                c.perChannel(dnnl_binary_mul, factors, at, at);
            }
            if (terms != null) {
                c.perChannel(dnnl_binary_add, terms, at, at);
            }
        });
        Reference.reachabilityFence(dense);
        Reference.reachabilityFence(denseBias);
        Reference.reachabilityFence(out);
    }

    private static float[] floats(Tensor t) {
        if (t == null) {
            return null;
        }
        float[] out = new float[t.numel()];
        new Blocks(t, t.shape()).read(0, out, out.length);
        return out;
    }

    private void backwardElements(Tensor g, Tensor weight, Tensor gradX, Tensor gradWeight, Tensor gradBias) {
        long from = HostStorage.floatsAddress(x);
        long gradient = HostStorage.floatsAddress(g);
        long to = gradX == null ? 0 : HostStorage.floatsAddress(gradX);
        Tensor dense = weight == null ? null : weight.contiguous();
        long scale = dense == null ? 0 : HostStorage.floatsAddress(dense);
        boolean summed = gradWeight != null || gradBias != null;
        boolean unscaled = scale == 0 && gradWeight != null; // the weight is not kept where only its own gradient is wanted, which does not depend on it
        float[] ones = new float[unscaled ? length : 0];
        Arrays.fill(ones, 1);
        float[][][] sums = new float[rows][][]; // by chunk
        forChunks(SUMMED_ROWS, (index, step) -> {
            Chunk c = new Chunk(index, step, 3 * length + (gradX == null ? step * length : 0));
            c.writeStatistics();
            int shifts = c.more + length;
            int factors = shifts + length;
            c.block.floats.put(factors, ones);
            long factor = unscaled ? c.address(factors) : scale;
            long out = gradX == null ? c.address(factors + length) : to + c.shift;
            NormDnn.backward(c.dnn, c.count, length, gradient + c.shift, from + c.shift, c.address(0), c.address(c.variances), factor, out,
                    factor == 0 ? 0 : c.address(c.more), gradBias == null ? 0 : c.address(shifts));
            if (summed) {
                sums[index] = new float[2][length];
                c.block.floats.get(c.more, sums[index][0], 0, length);
                c.block.floats.get(shifts, sums[index][1], 0, length);
            }
        });
        Reference.reachabilityFence(dense);
        Reference.reachabilityFence(g);
        Reference.reachabilityFence(gradX);
        Tensor[] grads = {gradWeight, gradBias};
        for (int i = 0; i < grads.length; i++) {
            if (grads[i] != null) {
                double[] total = new double[length];
                for (int part = 0; part < sums.length && sums[part] != null; part++) {
                    add(sums[part][i], total);
                }
                NormCpu.write(total, grads[i]);
            }
        }
    }

    private static void add(float[] values, double[] total) {
        for (int i = 0; i < total.length; i++) {
            total[i] += values[i];
        }
    }

    private void backwardRuns(Tensor g, Tensor weight, Tensor gradX, Tensor gradWeight, Tensor gradBias) {
        long from = HostStorage.floatsAddress(x);
        long gradient = HostStorage.floatsAddress(g);
        long to = gradX == null ? 0 : HostStorage.floatsAddress(gradX);
        float[] factors = floats(weight);
        int runs = rows * (length / run);
        double[] sums = gradBias == null ? null : new double[runs];
        double[] products = gradWeight == null ? null : new double[runs];
        forChunks(SUMMED_ROWS, (index, step) -> {
            Chunk c = new Chunk(index, step, step * length);
            c.writeStatistics();
            long at = from + c.shift;
            long g0 = gradient + c.shift;
            long scratch = c.address(c.more);
            if (sums != null) {
                c.addUp(g0, sums);
            }
            if (products != null) {
                NormDnn.perRow(c.dnn, dnnl_binary_sub, c.count, length, at, c.address(0), g0, scratch);
                c.addUp(scratch, products);
            }
            if (gradX != null) {
                if (factors != null) {
                    c.perChannel(dnnl_binary_mul, factors, g0, scratch);
                    g0 = scratch;
                }
                NormDnn.backward(c.dnn, c.count, length, g0, at, c.address(0), c.address(c.variances), 0, to + c.shift, 0, 0);
            }
        });
        Reference.reachabilityFence(g);
        Reference.reachabilityFence(gradX);
        if (sums != null) {
            NormCpu.write(NormGradient.bySamples(sums, gradBias.numel()), gradBias);
        }
        if (products != null) {
            for (int i = 0; i < runs; i++) {
                products[i] /= Math.sqrt(variance[i / (length / run)]);
            }
            NormCpu.write(NormGradient.bySamples(products, gradWeight.numel()), gradWeight);
        }
    }
}
