package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

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
