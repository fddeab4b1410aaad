package io.candela.nn;

/**
 * What can be chosen of the layers that normalize by channel; start from {@link BatchNorm#options()} or {@link InstanceNorm#options()}.
 *
 * @param eps               is added to the variance; default 1e-5
 * @param momentum          how far the running statistics move towards those of a batch, 0 to 1; default 0.1. Null for the average of all batches
 * @param affine            whether there is a weight
 * @param bias              whether there is a bias besides the weight; default true
 * @param trackRunningStats whether there are running statistics
 */
public record NormOptions(double eps, Double momentum, boolean affine, boolean bias, boolean trackRunningStats) {
    /** These options with another {@code eps}. */
    public NormOptions withEps(double eps) {
        return new NormOptions(eps, momentum, affine, bias, trackRunningStats);
    }

    /** These options with another {@code momentum}. */
    public NormOptions withMomentum(Double momentum) {
        return new NormOptions(eps, momentum, affine, bias, trackRunningStats);
    }

    /** These options with another {@code affine}. */
    public NormOptions withAffine(boolean affine) {
        return new NormOptions(eps, momentum, affine, bias, trackRunningStats);
    }

    /** These options with another {@code bias}. */
    public NormOptions withBias(boolean bias) {
        return new NormOptions(eps, momentum, affine, bias, trackRunningStats);
    }

    /** These options with another {@code trackRunningStats}. */
    public NormOptions withTrackRunningStats(boolean trackRunningStats) {
        return new NormOptions(eps, momentum, affine, bias, trackRunningStats);
    }
}
