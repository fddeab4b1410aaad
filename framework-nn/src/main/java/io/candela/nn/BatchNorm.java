package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * Brings each channel of {@code (n, channels, …)} to mean 0 and variance 1 over the batch, then scales and shifts it:
 * (x − mean)/√(variance + eps) · weight + bias. In training, mean and variance are those of the batch, and the running statistics move towards
 * them, the running variance towards the unbiased one. In evaluation, the running statistics are used; the batch's, if there are none.
 *
 * <p>State: see {@link ChannelNorm}; by default all of it.
 */
public abstract sealed class BatchNorm extends ChannelNorm permits BatchNorm1d, BatchNorm2d, BatchNorm3d {
    private final int rank;
    private final int otherRank;
    private boolean gathering; // whether the running statistics are to be the mean of all batches, whatever the momentum

    BatchNorm(int numFeatures, NormOptions options, int rank, int otherRank) {
        super(numFeatures, options);
        this.rank = rank;
        this.otherRank = otherRank;
    }

    /** PyTorch's defaults. */
    public static NormOptions options() {
        return new NormOptions(1e-5, 0.1, true, true, true);
    }

    /** Starts to gather statistics afresh, as the mean of all batches; or goes back to the momentum that was chosen. */
    final void gather(boolean start) {
        if (start) {
            resetRunningStats();
        }
        gathering = start;
    }

    /** @throws IllegalArgumentException in training, if there is only one value per channel */
    @Override
    final Tensor compute(Tensor x) {
        checkRank(x, rank, otherRank);
        Tensor mean = runningMean();
        Tensor count = numBatchesTracked();
        boolean counts = isTraining() && count != null;
        double momentum = options.momentum() != null && !gathering ? options.momentum() : counts ? 1 / (count.item() + 1) : 0;
        Tensor y = F.batchNorm(x, mean, runningVar(), weight(), bias(), isTraining() || mean == null, momentum, options.eps());
        if (counts) {
            count.addInPlace(1);
        }
        return y;
    }
}
