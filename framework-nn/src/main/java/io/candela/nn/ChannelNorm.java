package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;

/**
 * What {@link BatchNorm} and {@link InstanceNorm} share: one weight, bias and pair of running statistics per channel. State, where chosen:
 * {@code weight}, ones, and {@code bias}, zeros; {@code running_mean}, zeros, {@code running_var}, ones, and {@code num_batches_tracked}, 0 of int64.
 */
public abstract sealed class ChannelNorm extends HookedLayer implements Parametrizable permits BatchNorm, InstanceNorm {
    private int numFeatures; // of a lazy layer 0 until it is decided
    final NormOptions options;
    private final Tensor weight; // null when built without one
    private final Tensor bias; // null when built without one
    private final Tensor runningMean; // null when not tracked, as the next two
    private final Tensor runningVar;
    private final Tensor numBatchesTracked;

    ChannelNorm(int numFeatures, NormOptions options) {
        if (numFeatures < 0) {
            throw new IllegalArgumentException("%s: numFeatures must not be negative, got %d".formatted(typeName(), numFeatures));
        }
        this.numFeatures = numFeatures;
        this.options = options;
        weight = register("weight", options.affine() ? Tensor.ones(numFeatures) : null);
        bias = register("bias", options.affine() && options.bias() ? Tensor.zeros(numFeatures) : null);
        boolean tracks = options.trackRunningStats();
        runningMean = registerBuffer("running_mean", tracks ? Tensor.zeros(numFeatures) : null);
        runningVar = registerBuffer("running_var", tracks ? Tensor.ones(numFeatures) : null);
        numBatchesTracked = registerBuffer("num_batches_tracked", tracks ? Tensor.zeros(Shape.SCALAR, DType.INT64, Device.CPU) : null);
    }

    /** The scales; null when built without. */
    public final Tensor weight() {
        return current(weight);
    }

    /** The shifts; null when built without. */
    public final Tensor bias() {
        return current(bias);
    }

    /** The running mean; null when not tracked. */
    public final Tensor runningMean() {
        return current(runningMean);
    }

    /** The running variance; null when not tracked. */
    public final Tensor runningVar() {
        return current(runningVar);
    }

    /** How many batches the running statistics have seen, 0-d of int64; null when not tracked. Instance norm leaves it at 0, as PyTorch does. */
    public final Tensor numBatchesTracked() {
        return current(numBatchesTracked);
    }

    /** Sets the running statistics back to their start values, if there are any. */
    public final void resetRunningStats() {
        if (runningMean != null) {
            runningMean.zeroInPlace();
            runningVar.fillInPlace(1);
            numBatchesTracked.zeroInPlace();
        }
    }

    /** How many channels there are; a lazy layer may have learnt it from a file. */
    final int numFeatures() {
        if (numFeatures == 0 && this instanceof Lazy) {
            Tensor one = weight != null ? weight : runningMean;
            numFeatures = one == null ? 0 : one.size(0);
        }
        return numFeatures;
    }

    /** Takes the number of channels from an input, if it is to be decided. */
    final void decide(int channels) {
        if (isPending()) {
            takeTensors(this instanceof BatchNorm ? new BatchNorm2d(channels, options) : new InstanceNorm2d(channels, options));
        }
    }

    /** @throws ShapeException if {@code x} has neither of two ranks */
    final void checkRank(Tensor x, int one, int other) {
        if (x.dim() != one && x.dim() != other) {
            throw new ShapeException("%s: input must have %s dimensions, got %s", typeName(), one == other ? one : one + " or " + other, x.shape());
        }
    }

    /** As PyTorch: 2, since the counter of batches was added. */
    @Override
    protected final long stateVersion() {
        return 2;
    }

    /** State from before the counter leaves it as it is. */
    @Override
    protected final void upgradeState(StateDict state, String prefix, Long version) {
        if ((version == null || version < 2) && numBatchesTracked != null) {
            state.putIfAbsent(prefix + "num_batches_tracked", numBatchesTracked.detach());
        }
    }

    @Override
    protected String describe() {
        return numFeatures() + ", eps=" + ModulePrinter.number(options.eps()) + ", momentum="
                + (options.momentum() == null ? "None" : ModulePrinter.number(options.momentum())) + ", affine=" + ModulePrinter.number(options.affine())
                + ", bias=" + ModulePrinter.number(bias != null) + ", track_running_stats=" + ModulePrinter.number(options.trackRunningStats());
    }
}
