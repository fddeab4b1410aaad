package io.candela.nn;

import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * Brings each channel of each sample to mean 0 and variance 1 over its positions, then scales and shifts it:
 * (x − mean)/√(variance + eps) · weight + bias. With running statistics, these are used in evaluation; in training they move towards the
 * average of the samples' statistics.
 *
 * <p>State: see {@link ChannelNorm}; by default none. Without a weight and running statistics, any number of channels is taken, as in PyTorch.
 */
public abstract sealed class InstanceNorm extends ChannelNorm permits InstanceNorm1d, InstanceNorm2d, InstanceNorm3d {
    private final int rank;

    InstanceNorm(int numFeatures, NormOptions options, int rank) {
        super(numFeatures, options);
        this.rank = rank;
    }

    /** PyTorch's defaults: neither a weight nor running statistics. */
    public static NormOptions options() {
        return new NormOptions(1e-5, 0.1, false, true, false);
    }

    /** @throws IllegalArgumentException with statistics of the input, if there is only one position per channel */
    @Override
    final Tensor compute(Tensor x) {
        checkRank(x, rank - 1, rank);
        int channels = x.size(x.dim() == rank ? 1 : 0);
        decide(channels);
        if (options.affine() && channels != numFeatures()) {
            throw new ShapeException("%s: input must have %d channels, got %d in %s", this, numFeatures(), channels, x.shape());
        }
        return x.dim() == rank ? normalized(x) : normalized(x.unsqueeze(0)).squeeze(0);
    }

    private Tensor normalized(Tensor x) {
        Tensor mean = runningMean();
        double momentum = options.momentum() == null ? 0 : options.momentum();
        return F.instanceNorm(x, mean, runningVar(), weight(), bias(), isTraining() || mean == null, momentum, options.eps());
    }
}
