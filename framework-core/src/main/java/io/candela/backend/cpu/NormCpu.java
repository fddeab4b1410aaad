package io.candela.backend.cpu;

import io.candela.backend.NormKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Normalization in as few passes over memory as possible: one for moments, one for results; two for gradients. */
final class NormCpu implements NormKernels {
    /** How much larger the squares' sum may be because they were taken around another number than the mean. */
    private static final double FAR = 100;

    @Override
    public void moments(Tensor x, Tensor mean, Tensor variance) {
        ChannelWalk walk = new ChannelWalk(x, mean.dim() == 2);
        int channels = walk.channels;
        int parts = walk.parts();
        double[] means = new double[parts * channels];
        double[] squares = new double[parts * channels];
        int[] counts = new int[parts];
        walk.forChunks(() -> NormLanes.of(x, null, null), (lanes, unit, part, from, to) -> {
            if (unit == 0) {
                counts[part] = walk.count(from, to);
            }
            chunkMoments(lanes, x.dtype(), walk, unit, from, to, means, squares, part * channels + walk.firstChannel(unit));
        });
        int perStatistic = channels / Math.max(1, mean.numel());
        double[] m = new double[mean.numel()];
        double[] v = new double[mean.numel()];
        for (int k = 0; k < m.length; k++) {
            double total = 0;
            double squareSum = 0;
            for (int part = 0; part < parts; part++) { // in a fixed order, whichever thread did what
                double count = counts[part];
                for (int i = 0, at = part * channels + k * perStatistic; i < perStatistic; i++, at++) {
                    double share = count / (total + count);
                    double difference = means[at] - m[k];
                    m[k] += difference * share;
                    squareSum += squares[at] + difference * difference * total * share;
                    total += count;
                }
            }
            v[k] = squareSum / total;
        }
        write(m, mean);
        write(v, variance);
    }

    /** Means, and sums of squared distances from them, of one chunk, around a number close to the mean: no large squares cancel out. */
    private static void chunkMoments(NormLanes lanes, DType dtype, ChannelWalk walk, int unit, int from, int to, double[] means, double[] squares,
            int at) {
        int count = walk.channelCount(unit);
        double[] around = new double[count];
        double[] sums = new double[count];
        double[] squareSums = new double[count];
        lanes.clear();
        lanes.addInput(walk.start(unit, from), walk.size(unit, from));
        lanes.fold(0, walk, unit, around, 0);
        int n = walk.count(from, from + 1);
        for (int i = 0; i < count; i++) {
            double average = around[i] / n;
            around[i] = Double.isFinite(average) ? NormLanes.rounded(dtype, average) : 0; // the mean of infinities is infinite, not NaN
        }
        n = walk.count(from, to);
        boolean far = true;
        for (int attempt = 0; attempt < 2 && far; attempt++) {
            lanes.coefficient(NormLanes.MEAN, walk, unit, around, 0);
            lanes.clear();
            for (int step = from; step < to; step++) {
                lanes.addMoments(walk.start(unit, step), walk.size(unit, step));
            }
            Arrays.fill(sums, 0);
            Arrays.fill(squareSums, 0);
            lanes.fold(0, walk, unit, sums, 0);
            lanes.fold(1, walk, unit, squareSums, 0);
            far = false;
            for (int i = 0; i < count; i++) {
                double offset = sums[i] / n;
                double square = Math.max(0, squareSums[i] - sums[i] * offset);
                means[at + i] = around[i] + offset;
                squares[at + i] = square;
                far |= sums[i] * offset > FAR * square; // the chunk begins with numbers unlike the rest: once more, around its mean
                around[i] = NormLanes.rounded(dtype, means[at + i]);
            }
        }
    }

    @Override
    public void normalize(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor out) {
        ChannelWalk walk = new ChannelWalk(x, mean.dim() == 2);
        int perStatistic = walk.channels / Math.max(1, mean.numel());
        double[] m = read(mean);
        double[] r = read(inverse);
        double[] w = read(weight);
        double[] b = read(bias);
        double[] center = new double[walk.channels];
        double[] scale = new double[walk.channels];
        double[] shift = new double[walk.channels];
        for (int i = 0; i < center.length; i++) {
            int k = i / perStatistic;
            int channel = i % x.size(1);
            center[i] = NormLanes.rounded(x.dtype(), m[k]);
            scale[i] = w == null ? r[k] : r[k] * w[channel];
            shift[i] = (b == null ? 0 : b[channel]) - (m[k] - center[i]) * scale[i];
        }
        walk.forChunks(() -> NormLanes.of(x, null, out), (lanes, unit, part, from, to) -> {
            lanes.coefficient(NormLanes.MEAN, walk, unit, center);
            lanes.coefficient(NormLanes.SCALE, walk, unit, scale);
            lanes.coefficient(NormLanes.SHIFT, walk, unit, shift);
            for (int step = from; step < to; step++) {
                lanes.affine(walk.start(unit, step), walk.size(unit, step));
            }
        });
    }

    @Override
    public void normalizeGrad(Tensor g, Tensor x, Tensor mean, Tensor inverse, Tensor weight, boolean constant, Tensor gradX, Tensor gradWeight,
            Tensor gradBias) {
        ChannelWalk walk = new ChannelWalk(x, mean.dim() == 2);
        int channels = walk.channels;
        int perStatistic = channels / Math.max(1, mean.numel());
        double[] m = read(mean);
        double[] r = read(inverse);
        double[] w = read(weight);
        double[] center = new double[channels];
        for (int i = 0; i < channels; i++) {
            center[i] = NormLanes.rounded(x.dtype(), m[i / perStatistic]);
        }
        double[] sums = new double[channels]; // of g
        double[] products = new double[channels]; // of g · (x − mean) · inverse
        if (!constant || gradWeight != null || gradBias != null) {
            products(g, x, walk, center, sums, products);
            for (int i = 0; i < channels; i++) {
                int k = i / perStatistic;
                products[i] = (products[i] - (m[k] - center[i]) * sums[i]) * r[k];
            }
        }
        if (gradWeight != null) {
            write(bySamples(products, x.size(1)), gradWeight);
        }
        if (gradBias != null) {
            write(bySamples(sums, x.size(1)), gradBias);
        }
        if (gradX == null) {
            return;
        }
        double[] scale = new double[channels];
        double[] slope = new double[channels];
        double[] shift = new double[channels];
        double n = (double) x.numel() / Math.max(1, mean.numel());
        for (int k = 0; k < m.length; k++) {
            double sum = 0;
            double product = 0;
            for (int i = k * perStatistic; i < (k + 1) * perStatistic; i++) {
                double factor = w == null ? 1 : w[i % x.size(1)];
                scale[i] = factor * r[k];
                sum += factor * sums[i];
                product += factor * products[i];
            }
            for (int i = k * perStatistic; i < (k + 1) * perStatistic; i++) {
                slope[i] = -r[k] * r[k] * product / n;
                shift[i] = -r[k] * sum / n - (m[k] - center[i]) * slope[i];
            }
        }
        walk.forChunks(() -> NormLanes.of(x, g, gradX), (lanes, unit, part, from, to) -> {
            lanes.coefficient(NormLanes.SCALE, walk, unit, scale);
            if (!constant) {
                lanes.coefficient(NormLanes.MEAN, walk, unit, center);
                lanes.coefficient(NormLanes.SLOPE, walk, unit, slope);
                lanes.coefficient(NormLanes.SHIFT, walk, unit, shift);
            }
            for (int step = from; step < to; step++) {
                if (constant) {
                    lanes.scale(walk.start(unit, step), walk.size(unit, step));
                } else {
                    lanes.gradient(walk.start(unit, step), walk.size(unit, step));
                }
            }
        });
    }

    /** Sums of g and of g · (x − center) by channel. */
    private static void products(Tensor g, Tensor x, ChannelWalk walk, double[] center, double[] sums, double[] products) {
        int channels = walk.channels;
        double[] partSums = new double[walk.parts() * channels];
        double[] partProducts = new double[walk.parts() * channels];
        walk.forChunks(() -> NormLanes.of(x, g, null), (lanes, unit, part, from, to) -> {
            lanes.coefficient(NormLanes.MEAN, walk, unit, center);
            lanes.clear();
            for (int step = from; step < to; step++) {
                lanes.addProducts(walk.start(unit, step), walk.size(unit, step));
            }
            int at = part * channels + walk.firstChannel(unit);
            lanes.fold(0, walk, unit, partSums, at);
            lanes.fold(1, walk, unit, partProducts, at);
        });
        for (int i = 0; i < partSums.length; i++) {
            sums[i % channels] += partSums[i];
            products[i % channels] += partProducts[i];
        }
    }

    /** The sum over samples, where channels were counted anew in each. */
    private static double[] bySamples(double[] values, int channels) {
        double[] out = new double[channels];
        for (int i = 0; i < values.length; i++) {
            out[i % channels] += values[i];
        }
        return out;
    }

    private static double[] read(Tensor t) {
        if (t == null) {
            return null;
        }
        double[] out = new double[t.numel()];
        new Blocks(t, t.shape()).read(0, out, out.length);
        return out;
    }

    private static void write(double[] values, Tensor t) {
        new Blocks(t, t.shape()).write(0, values, values.length);
    }
}
