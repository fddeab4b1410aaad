package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.Generator;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Start values, PyTorch's {@code torch.nn.init}: each method overwrites a tensor and returns it, outside any graph. Random ones draw from the default
 * generator and give PyTorch's values for the same seed.
 */
public final class Init {
    private Init() {}

    /** The function behind a layer, for {@link #calculateGain}. */
    public enum Nonlinearity {
        /** None: a linear layer or a convolution. */ LINEAR,
        /** 1/(1 + e⁻ˣ). */ SIGMOID,
        /** Hyperbolic tangent. */ TANH,
        /** max(x, 0). */ RELU,
        /** max(x, 0) + slope · min(x, 0). */ LEAKY_RELU,
        /** Scaled exponential linear unit. */ SELU
    }

    /** Which side of a weight keeps its variance in {@link #kaimingUniform} and {@link #kaimingNormal}. */
    public enum FanMode {
        /** Of the forward pass. */ FAN_IN,
        /** Of the backward pass. */ FAN_OUT
    }

    /** Every element {@code value}. */
    public static Tensor constant(Tensor tensor, double value) {
        return Autograd.noGrad(() -> tensor.fillInPlace(value));
    }

    /** Every element 0. */
    public static Tensor zeros(Tensor tensor) {
        return constant(tensor, 0);
    }

    /** Every element 1. */
    public static Tensor ones(Tensor tensor) {
        return constant(tensor, 1);
    }

    /** Uniform in {@code from} … {@code to} (excluded). */
    public static Tensor uniform(Tensor tensor, double from, double to) {
        return Autograd.noGrad(() -> tensor.uniformInPlace(from, to));
    }

    /** Normal. */
    public static Tensor normal(Tensor tensor, double mean, double std) {
        return Autograd.noGrad(() -> tensor.normalInPlace(mean, std));
    }

    /** {@link #truncNormal(Tensor, double, double, double, double)} with PyTorch's defaults: mean 0, standard deviation 1, −2 … 2. */
    public static Tensor truncNormal(Tensor tensor) {
        return truncNormal(tensor, 0, 1, -2, 2);
    }

    /** Normal numbers, drawn again where they are not in {@code low} … {@code high}. */
    public static Tensor truncNormal(Tensor tensor, double mean, double std, double low, double high) {
        return Autograd.noGrad(() -> TruncatedNormal.fill(tensor, mean, std, low, high));
    }

    /**
     * The identity: 1 where row and column are equal, else 0.
     *
     * @throws ShapeException if there are not two dimensions
     */
    public static Tensor eye(Tensor tensor) {
        checkMatrix("eye", tensor);
        return ones(tensor, IntStream.range(0, Math.min(tensor.size(0), tensor.size(1))).map(i -> i * (tensor.size(1) + 1)));
    }

    private static void checkMatrix(String who, Tensor tensor) {
        if (tensor.dim() != 2) {
            throw new ShapeException("%s: needs two dimensions, got %s", who, tensor.shape());
        }
    }

    /** 1 at positions in row-major order, else 0. */
    private static Tensor ones(Tensor tensor, IntStream positions) {
        double[] data = new double[tensor.numel()];
        positions.forEach(i -> data[i] = 1);
        return overwrite(tensor, data);
    }

    private static Tensor overwrite(Tensor tensor, double[] data) {
        return Autograd.noGrad(() -> tensor.copyFrom(Tensor.of(data).view(tensor.shape().toArray())));
    }

    /** {@link #dirac(Tensor, int)} with one group. */
    public static Tensor dirac(Tensor tensor) {
        return dirac(tensor, 1);
    }

    /**
     * The identity of a convolution, for as many channels as there are on both sides: 1 in the middle of the kernel from a channel to itself.
     *
     * @param tensor {@code (out, in, …)} with one to three dimensions of the kernel
     * @param groups how many convolutions stand side by side
     * @throws ShapeException if there are other dimensions, or the groups do not divide {@code out}
     */
    public static Tensor dirac(Tensor tensor, int groups) {
        if (tensor.dim() < 3 || tensor.dim() > 5) {
            throw new ShapeException("dirac: needs a weight (out, in, ...) with one to three dimensions of the kernel, got %s", tensor.shape());
        }
        if (groups <= 0 || tensor.size(0) % groups != 0) {
            throw new ShapeException("dirac: %d groups do not divide %d channels", groups, tensor.size(0));
        }
        int kernel = 1;
        int middle = 0;
        for (int i = 2; i < tensor.dim(); i++) {
            kernel *= tensor.size(i);
            middle = middle * tensor.size(i) + tensor.size(i) / 2;
        }
        int perGroup = tensor.size(0) / groups;
        int in = tensor.size(1);
        int size = kernel;
        int at = middle;
        return ones(tensor, IntStream.range(0, groups * perGroup).filter(out -> out % perGroup < in).map(out -> (out * in + out % perGroup) * size + at));
    }

    /** {@link #orthogonal(Tensor, double)} with a gain of 1. */
    public static Tensor orthogonal(Tensor tensor) {
        return orthogonal(tensor, 1);
    }

    /**
     * Orthogonal rows, or columns if there are fewer of them, of length {@code gain}; dimensions from the second on count as columns. Draws what
     * PyTorch draws; values equal PyTorch's up to rounding.
     *
     * @throws ShapeException if there are fewer than two dimensions
     */
    public static Tensor orthogonal(Tensor tensor, double gain) {
        if (tensor.dim() < 2) {
            throw new ShapeException("orthogonal: needs two dimensions at least, got %s", tensor.shape());
        }
        if (tensor.numel() == 0) {
            return tensor;
        }
        int rows = tensor.size(0);
        int columns = tensor.numel() / rows;
        double[] drawn = Tensor.empty(Shape.of(rows, columns), tensor.dtype(), tensor.device()).normalInPlace(0, 1).toDoubleArray();
        int across = rows < columns ? columns : 1; // from one vector to the next
        int along = rows < columns ? 1 : columns;
        Orthogonal.normalize(drawn, Math.min(rows, columns), across, Math.max(rows, columns), along);
        return overwrite(tensor, Arrays.stream(drawn).map(value -> value * gain).toArray());
    }

    /** {@link #sparse(Tensor, double, double)} with PyTorch's standard deviation 0.01. */
    public static Tensor sparse(Tensor tensor, double sparsity) {
        return sparse(tensor, sparsity, 0.01);
    }

    /**
     * Normal numbers, of which a part of each column is then set to 0.
     *
     * @param sparsity which part, from 0 to 1; rounded up to whole elements
     * @throws ShapeException if there are not two dimensions
     */
    public static Tensor sparse(Tensor tensor, double sparsity, double std) {
        checkMatrix("sparse", tensor);
        int rows = tensor.size(0);
        int columns = tensor.size(1);
        normal(tensor, 0, std);
        boolean[] zero = new boolean[rows * columns];
        for (int column = 0; column < columns; column++) {
            long[] order = Generator.getDefault().randperm(rows);
            for (int i = 0; i < Math.min(Math.ceil(sparsity * rows), rows); i++) {
                zero[(int) order[i] * columns + column] = true;
            }
        }
        return Autograd.noGrad(() -> tensor.copyFrom(tensor.maskedFill(Tensor.of(zero, rows, columns).to(tensor.device()), 0)));
    }

    /** {@link #xavierUniform(Tensor, double)} with a gain of 1. */
    public static Tensor xavierUniform(Tensor tensor) {
        return xavierUniform(tensor, 1);
    }

    /**
     * Glorot's: uniform with variance gain² · 2 / (fanIn + fanOut).
     *
     * @param tensor {@code (out, in, …)}
     * @throws ShapeException if it has fewer than two dimensions
     */
    public static Tensor xavierUniform(Tensor tensor, double gain) {
        double bound = Math.sqrt(3.0) * xavierStd("xavierUniform", tensor, gain);
        return uniform(tensor, -bound, bound);
    }

    /** {@link #xavierNormal(Tensor, double)} with a gain of 1. */
    public static Tensor xavierNormal(Tensor tensor) {
        return xavierNormal(tensor, 1);
    }

    /** As {@link #xavierUniform(Tensor, double)}, from a normal distribution. */
    public static Tensor xavierNormal(Tensor tensor, double gain) {
        return normal(tensor, 0, xavierStd("xavierNormal", tensor, gain));
    }

    private static double xavierStd(String who, Tensor tensor, double gain) {
        return gain * Math.sqrt(2.0 / (fan(who, tensor, FanMode.FAN_IN) + fan(who, tensor, FanMode.FAN_OUT)));
    }

    /** {@link #kaimingUniform(Tensor, double, FanMode, Nonlinearity)} with PyTorch's defaults: slope 0, FAN_IN, LEAKY_RELU. */
    public static Tensor kaimingUniform(Tensor tensor) {
        return kaimingUniform(tensor, 0, FanMode.FAN_IN, Nonlinearity.LEAKY_RELU);
    }

    /**
     * He's: uniform with variance gain² / fan. A tensor without elements is left alone.
     *
     * @param tensor {@code (out, in, …)}
     * @param slope  of the leaky rectifier's negative part; used with LEAKY_RELU alone
     * @throws ShapeException if it has fewer than two dimensions
     */
    public static Tensor kaimingUniform(Tensor tensor, double slope, FanMode mode, Nonlinearity nonlinearity) {
        if (tensor.numel() == 0) {
            return tensor;
        }
        double bound = Math.sqrt(3.0) * kaimingStd("kaimingUniform", tensor, slope, mode, nonlinearity);
        return uniform(tensor, -bound, bound);
    }

    /** {@link #kaimingNormal(Tensor, double, FanMode, Nonlinearity)} with PyTorch's defaults: slope 0, FAN_IN, LEAKY_RELU. */
    public static Tensor kaimingNormal(Tensor tensor) {
        return kaimingNormal(tensor, 0, FanMode.FAN_IN, Nonlinearity.LEAKY_RELU);
    }

    /** As {@link #kaimingUniform(Tensor, double, FanMode, Nonlinearity)}, from a normal distribution. */
    public static Tensor kaimingNormal(Tensor tensor, double slope, FanMode mode, Nonlinearity nonlinearity) {
        return tensor.numel() == 0 ? tensor : normal(tensor, 0, kaimingStd("kaimingNormal", tensor, slope, mode, nonlinearity));
    }

    private static double kaimingStd(String who, Tensor tensor, double slope, FanMode mode, Nonlinearity nonlinearity) {
        return calculateGain(nonlinearity, slope) / Math.sqrt(fan(who, tensor, mode));
    }

    /** {@link #calculateGain(Nonlinearity, double)} with PyTorch's default slope 0.01. */
    public static double calculateGain(Nonlinearity nonlinearity) {
        return calculateGain(nonlinearity, 0.01);
    }

    /**
     * By how much to widen start values so that a function keeps the variance.
     *
     * @param slope of the leaky rectifier's negative part; used with LEAKY_RELU alone
     */
    public static double calculateGain(Nonlinearity nonlinearity, double slope) {
        return switch (nonlinearity) {
            case LINEAR, SIGMOID -> 1;
            case TANH -> 5.0 / 3;
            case RELU -> Math.sqrt(2.0);
            case LEAKY_RELU -> Math.sqrt(2.0 / (1 + slope * slope));
            case SELU -> 3.0 / 4;
        };
    }

    /** How many inputs reach an output, or outputs an input: channels times the size of the kernel behind them. */
    private static double fan(String who, Tensor tensor, FanMode mode) {
        if (tensor.dim() < 2) {
            throw new ShapeException("%s: needs a weight (out, in, ...), got %s", who, tensor.shape());
        }
        double fan = tensor.size(mode == FanMode.FAN_IN ? 1 : 0);
        for (int i = 2; i < tensor.dim(); i++) {
            fan *= tensor.size(i);
        }
        return fan;
    }
}
