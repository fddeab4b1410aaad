package io.candela.nn;

import io.candela.backend.ConvEpilogue;
import io.candela.tensor.DType;
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
    private boolean folded; // whether the layer before computes it, so that nothing is left to do
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

    /** What stands for this layer in a model in which the layer before computes it: its input goes through. */
    final BatchNorm folded() {
        NormOptions stateless = options.withAffine(false).withTrackRunningStats(false);
        BatchNorm out = this instanceof BatchNorm1d ? new BatchNorm1d(numFeatures(), stateless)
                : this instanceof BatchNorm2d ? new BatchNorm2d(numFeatures(), stateless) : new BatchNorm3d(numFeatures(), stateless);
        out.folded = true;
        out.train(isTraining());
        return out;
    }

    final boolean isFolded() {
        return folded;
    }

    /** Whether it computes the same for every batch, and nobody listens. */
    final boolean isFixed() {
        return !isPending() && (folded || !isTraining() && hasStatistics() && runningMean().dtype() == DType.FLOAT32) && keepsNothing();
    }

    /** What {@link #forward} does in evaluation, for a convolution to do. */
    final ConvEpilogue epilogue(Tensor residual, ConvEpilogue.Activation activation) {
        if (folded) {
            return new ConvEpilogue(null, null, null, null, residual, activation);
        }
        Tensor inverse = runningVar().to(DType.FLOAT64).add(options.eps()).rsqrt();
        return new ConvEpilogue(runningMean().to(DType.FLOAT64), inverse, weight(), bias(), residual, activation);
    }

    final boolean hasStatistics() {
        return runningMean() != null;
    }

    /** Starts to gather statistics afresh, as the mean of all batches; or goes back to the momentum that was chosen. */
    final void gather(boolean start) {
        if (start) {
            resetRunningStats();
        }
        gathering = start;
    }

    /**
     * {@code relu.forward(forward(x))}: the same numbers, with one pass over memory less on the way forward, and two on the way back. Hooks of both
     * layers run; where there are any, so do the two layers. {@link Sequential} does this by itself.
     *
     * @throws IllegalArgumentException in training, if there is only one value per channel
     */
    public final Tensor forward(Tensor x, ReLU relu) {
        return hasForwardHooks() || relu.hasForwardHooks() ? relu.forward(forward(x)) : normalized(x, true, null);
    }

    /**
     * {@code relu.forward(forward(x).add(residual))}, the end of a residual block, otherwise as {@link #forward(Tensor, ReLU)}. The result is in
     * the memory format of {@code x}.
     *
     * @param residual in the shape of {@code x}; others are broadcast, in passes of their own
     * @throws IllegalArgumentException in training, if there is only one value per channel
     * @throws io.candela.tensor.ShapeException if {@code residual} cannot be added
     */
    public final Tensor forward(Tensor x, Tensor residual, ReLU relu) {
        return hasForwardHooks() || relu.hasForwardHooks() ? relu.forward(forward(x).add(residual)) : normalized(x, true, residual);
    }

    /** @throws IllegalArgumentException in training, if there is only one value per channel */
    @Override
    final Tensor compute(Tensor x) {
        return normalized(x, false, null);
    }

    private Tensor normalized(Tensor x, boolean relu, Tensor residual) {
        checkRank(x, rank, otherRank);
        decide(x.size(1));
        if (folded) {
            Tensor sum = residual == null ? x : x.add(residual);
            return relu ? sum.relu() : sum;
        }
        Tensor mean = runningMean();
        Tensor count = numBatchesTracked();
        boolean counts = isTraining() && count != null;
        double momentum = options.momentum() != null && !gathering ? options.momentum() : counts ? 1 / (count.item() + 1) : 0;
        boolean ofBatch = isTraining() || mean == null;
        Tensor y = relu ? NormFunctions.batchNormRelu(x, residual, mean, runningVar(), weight(), bias(), ofBatch, momentum, options.eps())
                : F.batchNorm(x, mean, runningVar(), weight(), bias(), ofBatch, momentum, options.eps());
        if (counts) {
            count.addInPlace(1);
        }
        return y;
    }

    @Override
    protected String describe() {
        return folded ? numFeatures() + ", folded into the layer before" : super.describe();
    }
}
