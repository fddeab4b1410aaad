package io.candela.nn;

import io.candela.autograd.Autocast;
import io.candela.ops.Normalize;
import io.candela.ops.Pointwise;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** The part of {@link F} that normalizes. */
abstract sealed class NormFunctions extends LossFunctions permits PoolFunctions {
    /**
     * Brings each channel of {@code (n, channels, …)} to mean 0 and variance 1 over the batch, then scales and shifts it:
     * (x − mean)/√(variance + eps) · weight + bias.
     *
     * @param runningMean {@code (channels)}; in training, null or moved towards the batch's in place
     * @param runningVar  as {@code runningMean}; moves towards the unbiased variance
     * @param weight      {@code (channels)}, or null for 1
     * @param bias        {@code (channels)}, or null for 0
     * @param training    whether the batch's mean and variance are used, or the running ones
     * @param momentum    how far the running statistics move: 0 not at all, 1 all the way
     * @throws ShapeException if {@code x} has fewer than two dimensions, or the others do not fit
     * @throws IllegalArgumentException if there is only one value per channel in training, {@code eps} is not positive (0 is fine outside of
     *     training), or running statistics are missing
     */
    public static Tensor batchNorm(Tensor x, Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, boolean training, double momentum,
            double eps) {
        checkBatchNorm(x, runningMean, runningVar, training, eps);
        return training ? Normalize.batch(x, weight, bias, runningMean, runningVar, momentum, eps)
                : Normalize.fixed("batchNorm", x, weight, bias, runningMean, runningVar, eps);
    }

    /** {@code relu(batchNorm(…) + residual)} in one go, equal in every bit; a residual of null is none. */
    static Tensor batchNormRelu(Tensor x, Tensor residual, Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, boolean training,
            double momentum, double eps) {
        checkBatchNorm(x, runningMean, runningVar, training, eps);
        return training ? Normalize.batchRelu(x, residual, weight, bias, runningMean, runningVar, momentum, eps)
                : Normalize.fixedRelu("batchNorm", x, residual, weight, bias, runningMean, runningVar, eps);
    }

    private static void checkBatchNorm(Tensor x, Tensor runningMean, Tensor runningVar, boolean training, double eps) {
        if (eps < 0 || training && eps == 0) {
            throw new IllegalArgumentException("batchNorm: eps must be " + (training ? "positive in training" : "0 or more") + ", got " + eps);
        }
        if (!training) {
            given("batchNorm", runningMean);
            given("batchNorm", runningVar);
        } else if (x.dim() >= 2 && x.size(0) * positions(x) == 1) {
            throw new IllegalArgumentException("batchNorm: expected more than 1 value per channel when training, got input " + x.shape());
        }
    }

    /** What the dimensions behind the channels hold. */
    private static long positions(Tensor x) {
        long count = 1;
        for (int d = 2; d < x.dim(); d++) {
            count *= x.size(d);
        }
        return count;
    }

    private static Tensor given(String who, Tensor statistic) {
        if (statistic == null) {
            throw new IllegalArgumentException(who + ": needs a running mean and variance when it does not use those of the input");
        }
        return statistic;
    }

    /**
     * Brings each channel of each sample of {@code (n, channels, …)} to mean 0 and variance 1 over its positions, then scales and shifts it.
     *
     * @param runningMean   {@code (channels)}, or null; with {@code useInputStats}, moves towards the average of the samples' means in place
     * @param runningVar    as {@code runningMean}; moves towards the unbiased variances
     * @param weight        {@code (channels)}, or null for 1
     * @param bias          {@code (channels)}, or null for 0
     * @param useInputStats whether mean and variance are the input's, or the running ones
     * @param momentum      how far the running statistics move: 0 not at all, 1 all the way
     * @throws ShapeException if {@code x} has fewer than two dimensions, or the others do not fit
     * @throws IllegalArgumentException if there is only one position per channel with {@code useInputStats}, or running statistics are missing
     */
    public static Tensor instanceNorm(Tensor x, Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, boolean useInputStats, double momentum,
            double eps) {
        if (!useInputStats) {
            return Normalize.fixed("instanceNorm", x, weight, bias, given("instanceNorm", runningMean), given("instanceNorm", runningVar), eps);
        }
        if (x.dim() >= 2 && positions(x) == 1) {
            throw new IllegalArgumentException("instanceNorm: expected more than 1 position per channel, got input " + x.shape());
        }
        return Normalize.instance(x, weight, bias, runningMean, runningVar, momentum, eps);
    }

    /**
     * Brings groups of {@code channels / numGroups} neighbouring channels of each sample of {@code (n, channels, …)} to mean 0 and variance 1,
     * then scales and shifts each channel: (x − mean)/√(variance + eps) · weight + bias.
     *
     * @param weight {@code (channels)}, or null for 1
     * @param bias   {@code (channels)}, or null for 0
     * @throws ShapeException if {@code x} has fewer than two dimensions, {@code numGroups} does not divide the channels, or weight or bias do not fit
     * @throws IllegalArgumentException if {@code x} has only one value per group, and one sample
     */
    public static Tensor groupNorm(Tensor x, int numGroups, Tensor weight, Tensor bias, double eps) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32_ON_CUDA, x)) {
            return Autocast.apply(Autocast.Rule.FLOAT32_ON_CUDA, t -> groupNorm(t[0], numGroups, t[1], t[2], eps), x, weight, bias);
        }
        if (x.dim() >= 2 && x.size(0) == 1 && x.size(1) == numGroups && positions(x) == 1) {
            throw new IllegalArgumentException("groupNorm: expected more than 1 value per group, got input " + x.shape() + " and " + numGroups + " groups");
        }
        return Normalize.group(x, numGroups, weight, bias, eps);
    }

    /**
     * Divides by a power of the squares in neighbouring channels: x/(k + alpha · mean of {@code size} squares)^beta. The window of channels begins
     * {@code size / 2} before an element's own; beyond the first and last channel there are zeros, which count.
     *
     * @param x {@code (n, channels, …)}, of three dimensions at least
     * @throws ShapeException if there are fewer dimensions
     * @throws IllegalArgumentException if {@code size} is not positive
     */
    public static Tensor localResponseNorm(Tensor x, int size, double alpha, double beta, double k) {
        if (size < 1) {
            throw new IllegalArgumentException("localResponseNorm: size must be positive, got " + size);
        }
        if (x.dim() < 3) {
            throw new ShapeException("localResponseNorm: input must be (n, channels, ...) of three dimensions at least, got %s", x.shape());
        }
        if (x.numel() == 0) {
            return x;
        }
        int channels = x.size(1);
        Tensor squares = x.square();
        Tensor padded = Tensor.cat(1, zeros(x, size / 2), squares, zeros(x, (size - 1) / 2));
        Tensor sum = padded.narrow(1, 0, channels);
        for (int i = 1; i < size; i++) {
            sum = sum.add(padded.narrow(1, i, channels));
        }
        return x.div(sum.mul(alpha / size).add(k).pow(beta));
    }

    private static Tensor zeros(Tensor like, int channels) {
        return Tensor.zeros(like.shape().with(1, channels), like.dtype(), like.device());
    }

    /**
     * Brings the last dimensions to mean 0 and variance 1, then scales and shifts: (x − mean)/√(variance + eps) · weight + bias.
     *
     * @param normalizedShape the sizes of the last dimensions
     * @param weight          in that shape, or null for 1
     * @param bias            in that shape, or null for 0
     * @throws ShapeException if {@code x} does not end in {@code normalizedShape}, or weight or bias have another shape
     * @throws io.candela.tensor.DTypeException if {@code x} is not floating point
     */
    public static Tensor layerNorm(Tensor x, int[] normalizedShape, Tensor weight, Tensor bias, double eps) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32_ON_CUDA, x)) {
            return Autocast.apply(Autocast.Rule.FLOAT32_ON_CUDA, t -> layerNorm(t[0], normalizedShape, t[1], t[2], eps), x, weight, bias);
        }
        LayerNorm.dims("layerNorm", x, normalizedShape, weight, bias);
        int rows = x.shape().dropLast(normalizedShape.length).numel();
        int length = Shape.of(normalizedShape).numel();
        Tensor scale = weight == null ? null : weight.reshape(length);
        Tensor shift = bias == null ? null : bias.reshape(length);
        return Pointwise.wide(x, y -> Normalize.rows("layerNorm", y.reshape(rows, length), scale, shift, eps).view(y.shape().toArray()));
    }

    /**
     * Divides the last dimensions by their root mean square, then scales: x/√(mean of x² + eps) · weight.
     *
     * @param normalizedShape the sizes of the last dimensions
     * @param weight          in that shape, or null for 1
     * @param eps             null for the gap between 1 and the next number of the type of {@code x}, of float32 for half types
     * @throws ShapeException if {@code x} does not end in {@code normalizedShape}, or the weight has another shape
     */
    public static Tensor rmsNorm(Tensor x, int[] normalizedShape, Tensor weight, Double eps) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32_ON_CUDA, x)) {
            return Autocast.apply(Autocast.Rule.FLOAT32_ON_CUDA, t -> rmsNorm(t[0], normalizedShape, t[1], eps), x, weight);
        }
        int[] dims = LayerNorm.dims("rmsNorm", x, normalizedShape, weight, null);
        double least = eps != null ? eps : x.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
        return Pointwise.wide(x, y -> {
            Tensor normal = y.mul(y.square().mean(true, dims).add(least).rsqrt());
            return weight == null ? normal : normal.mul(weight);
        });
    }

    /** {@link #normalize(Tensor, double, int, double)} with the Euclidean norm along dimension 1 and an eps of 1e-12. */
    public static Tensor normalize(Tensor x) {
        return normalize(x, 2, 1, 1e-12);
    }

    /**
     * Brings the vectors along a dimension to length 1.
     *
     * @param p   of the p-norm that is their length
     * @param eps the least length to divide by
     */
    public static Tensor normalize(Tensor x, double p, int dim, double eps) {
        return x.div(x.norm(p, true, dim).clampMin(eps));
    }
}
