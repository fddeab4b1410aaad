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
        // A group's channels follow each other in row-major order: they are one run, which is folded at once.
        ChannelWalk walk = mean.dim() == 2 && x.isContiguous() ? new ChannelWalk(x.view(1, mean.numel(), -1), true) : new ChannelWalk(x, mean.dim() == 2);
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
    public boolean weighsElements(DType type, int length) {
        return type == DType.FLOAT32 && length >= NormRows.SHORTEST;
    }

    @Override
    public Tensor standardize(Tensor x, double eps, Tensor weight, Tensor bias, Tensor mean, Tensor variance, Tensor out) {
        if (NativeNorm.fits(x, mean)) {
            return NativeNorm.standardize(x, eps, weight, bias, mean, variance, out);
        }
        if (!NormRows.fits(x, mean) || !NormRows.findsMoments(x, mean)) {
            return NormKernels.super.standardize(x, eps, weight, bias, mean, variance, out);
        }
        NormRows.standardize(x, eps, weight, bias, mean, variance, out);
        return variance.add(eps).rsqrt();
    }

    @Override
    public void normalize(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor out) {
        if (NativeNorm.fits(x, mean)) {
            NativeNorm.normalize(x, mean, inverse, weight, bias, out);
            return;
        }
        if (NormRows.fits(x, mean)) {
            NormRows.normalize(x, mean, inverse, weight, bias, out);
            return;
        }
        NormAffine affine = new NormAffine(x, mean, inverse, weight, bias);
        ChannelWalk walk = affine.walk;
        walk.forChunks(() -> NormLanes.of(x, null, out), (lanes, unit, part, from, to) -> {
            affine.coefficients(lanes, unit);
            for (int step = from; step < to; step++) {
                lanes.affine(walk.start(unit, step), walk.size(unit, step));
            }
        });
    }

    @Override
    public void normalizeRelu(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor residual, Tensor out) {
        NormAffine affine = new NormAffine(x, mean, inverse, weight, bias);
        ChannelWalk walk = affine.walk;
        walk.forChunks(() -> NormLanes.of(x, residual, out), (lanes, unit, part, from, to) -> {
            affine.coefficients(lanes, unit);
            for (int step = from; step < to; step++) {
                lanes.rectified(walk.start(unit, step), walk.size(unit, step));
            }
        });
    }

    @Override
    public void normalizeGrad(Tensor g, Tensor x, Tensor mean, Tensor inverse, Tensor weight, boolean constant, Tensor gradX, Tensor gradWeight,
            Tensor gradBias) {
        if (!constant && NativeNorm.fits(x, mean)) {
            NativeNorm.gradients(g, x, mean, inverse, weight, gradX, gradWeight, gradBias);
            return;
        }
        if (!constant && NormRows.fits(x, mean)) {
            NormRows.gradients(g, x, mean, inverse, weight, gradX, gradWeight, gradBias);
            return;
        }
        new NormGradient(g, x, new NormAffine(x, mean, inverse, weight, null), constant).write(gradX, gradWeight, gradBias, null);
    }

    @Override
    public void normalizeReluGrad(Tensor g, Tensor x, Tensor y, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, boolean constant,
            Tensor gradX, Tensor gradWeight, Tensor gradBias, Tensor gradResidual) {
        NormAffine affine = new NormAffine(x, mean, inverse, weight, bias);
        new NormGradient(g, x, affine, constant).rectify(y).write(gradX, gradWeight, gradBias, gradResidual);
    }

    static double[] read(Tensor t) {
        if (t == null) {
            return null;
        }
        double[] out = new double[t.numel()];
        new Blocks(t, t.shape()).read(0, out, out.length);
        return out;
    }

    static void write(double[] values, Tensor t) {
        new Blocks(t, t.shape()).write(0, values, values.length);
    }
}
