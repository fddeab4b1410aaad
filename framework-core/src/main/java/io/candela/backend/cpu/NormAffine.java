package io.candela.backend.cpu;

import io.candela.tensor.Tensor;

/** A normalization as (x − center) · scale + shift, by channel of a {@link ChannelWalk}. Centers, close to the means, are of the elements' type. */
final class NormAffine {
    final ChannelWalk walk;
    final int perStatistic; // channels
    final double[] mean; // by statistic, as the next
    final double[] inverse;
    final double[] weight; // by channel of a sample; null for 1
    final double[] center;
    final double[] scale;
    final double[] shift;

    /** See {@link io.candela.backend.NormKernels#normalize}. */
    NormAffine(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias) {
        walk = new ChannelWalk(x, mean.dim() == 2);
        perStatistic = walk.channels / Math.max(1, mean.numel());
        this.mean = NormCpu.read(mean);
        this.inverse = NormCpu.read(inverse);
        this.weight = NormCpu.read(weight);
        double[] b = NormCpu.read(bias);
        center = new double[walk.channels];
        scale = new double[walk.channels];
        shift = new double[walk.channels];
        int channel = 0; // of a sample; counted, as n · channels divisions take longer than all the rest
        for (int k = 0, i = 0; k < this.mean.length; k++) {
            double m = this.mean[k];
            double rounded = NormLanes.rounded(x.dtype(), m);
            for (int end = i + perStatistic; i < end; i++) {
                center[i] = rounded;
                scale[i] = this.weight == null ? this.inverse[k] : this.inverse[k] * this.weight[channel];
                shift[i] = (b == null ? 0 : b[channel]) - (m - rounded) * scale[i];
                channel = channel + 1 == x.size(1) ? 0 : channel + 1;
            }
        }
    }

    /** Sets the coefficients of {@link NormLanes#affine}. */
    void coefficients(NormLanes lanes, int unit) {
        coefficients(lanes, walk, unit);
    }

    /** Likewise for a part of the samples, on a walk of its own. */
    void coefficients(NormLanes lanes, ChannelWalk walk, int unit) {
        lanes.coefficient(NormLanes.MEAN, walk, unit, center);
        lanes.coefficient(NormLanes.SCALE, walk, unit, scale);
        lanes.coefficient(NormLanes.SHIFT, walk, unit, shift);
    }
}
