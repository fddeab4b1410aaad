package io.candela.backend.cpu;

import io.candela.tensor.Tensor;

/** The gradients of a normalization, in one pass over memory for the sums, if they are asked for, and one for the input's. */
final class NormGradient {
    private final Tensor x;
    private final NormAffine affine;
    private final boolean constant;
    private Tensor g; // of the result
    private boolean rectified; // whether g still is to be 0 where the result is not above 0
    private Tensor y; // that result; null if it is computed again

    /**
     * For {@link io.candela.backend.NormKernels#normalizeGrad}.
     *
     * @param affine what was computed; its shift matters to {@link #rectify} without a result alone
     */
    NormGradient(Tensor g, Tensor x, NormAffine affine, boolean constant) {
        this.g = g;
        this.x = x;
        this.affine = affine;
        this.constant = constant;
    }

    /** For {@link io.candela.backend.NormKernels#normalizeReluGrad}; returns this. */
    NormGradient rectify(Tensor result) {
        rectified = true;
        y = result;
        return this;
    }

    /** Writes the gradients that are not null. */
    void write(Tensor gradX, Tensor gradWeight, Tensor gradBias, Tensor gradResidual) {
        int channels = affine.walk.channels;
        double[] sums = new double[channels]; // of g
        double[] products = new double[channels]; // of g · (x − mean) · inverse
        if (!constant || gradWeight != null || gradBias != null || gradResidual != null) {
            addUp(sums, products, gradResidual != null || !rectified ? gradResidual : gradX);
            for (int i = 0; i < channels; i++) {
                int k = i / affine.perStatistic;
                products[i] = (products[i] - (affine.mean[k] - affine.center[i]) * sums[i]) * affine.inverse[k];
            }
        }
        if (gradWeight != null) {
            NormCpu.write(bySamples(products, x.size(1)), gradWeight);
        }
        if (gradBias != null) {
            NormCpu.write(bySamples(sums, x.size(1)), gradBias);
        }
        if (gradX != null) {
            writeInput(sums, products, gradX);
        }
    }

    /**
     * Sums of g and of g · (x − center) by channel. {@code kept}, unless null, becomes g with its zeros, to be read by the second pass: finding them
     * takes as long as a pass that knows them. It may be what that pass writes.
     */
    private void addUp(double[] sums, double[] products, Tensor kept) {
        ChannelWalk walk = affine.walk;
        int channels = walk.channels;
        double[] partSums = new double[walk.parts() * channels];
        double[] partProducts = new double[walk.parts() * channels];
        walk.forChunks(() -> lanes(null, kept), (lanes, unit, part, from, to) -> {
            lanes.coefficient(NormLanes.MEAN, walk, unit, affine.center);
            if (again()) {
                lanes.coefficient(NormLanes.SCALE, walk, unit, affine.scale);
                lanes.coefficient(NormLanes.SHIFT, walk, unit, affine.shift);
            }
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
        if (kept != null) {
            g = kept;
            rectified = false;
        }
    }

    /** Whether the result is computed again. */
    private boolean again() {
        return rectified && y == null;
    }

    private NormLanes lanes(Tensor out, Tensor kept) {
        NormLanes lanes = NormLanes.of(x, g, out);
        return rectified ? lanes.rectify(y, kept) : lanes;
    }

    private void writeInput(double[] sums, double[] products, Tensor gradX) {
        ChannelWalk walk = affine.walk;
        double[] r = affine.inverse;
        double[] slope = new double[walk.channels];
        double[] offset = new double[walk.channels];
        double n = (double) x.numel() / r.length;
        for (int k = 0; k < r.length; k++) {
            int first = k * affine.perStatistic;
            double sum = 0;
            double product = 0;
            for (int i = first; i < first + affine.perStatistic; i++) {
                double factor = affine.weight == null ? 1 : affine.weight[i % x.size(1)];
                sum += factor * sums[i];
                product += factor * products[i];
            }
            for (int i = first; i < first + affine.perStatistic; i++) {
                slope[i] = -r[k] * r[k] * product / n;
                offset[i] = -r[k] * sum / n - (affine.mean[k] - affine.center[i]) * slope[i];
            }
        }
        walk.forChunks(() -> lanes(gradX, null), (lanes, unit, part, from, to) -> {
            lanes.coefficient(NormLanes.SCALE, walk, unit, affine.scale);
            if (!constant || again()) {
                lanes.coefficient(NormLanes.MEAN, walk, unit, affine.center);
            }
            if (again()) {
                lanes.coefficient(NormLanes.SHIFT, walk, unit, affine.shift);
            }
            if (!constant) {
                lanes.coefficient(NormLanes.SLOPE, walk, unit, slope);
                lanes.coefficient(NormLanes.OFFSET, walk, unit, offset);
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

    /** The sum over samples, where channels were counted anew in each. */
    static double[] bySamples(double[] values, int channels) {
        double[] out = new double[channels];
        for (int i = 0; i < values.length; i++) {
            out[i % channels] += values[i];
        }
        return out;
    }
}
