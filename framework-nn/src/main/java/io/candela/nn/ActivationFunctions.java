package io.candela.nn;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.ops.Clamp;
import io.candela.ops.Elementwise;
import io.candela.ops.Pointwise;
import io.candela.ops.WithNumber;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Generator;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** The element by element part of {@link F}, which inherits it. Gradients at kinks, of NaN and of infinity are PyTorch's. */
abstract sealed class ActivationFunctions extends ConvolutionFunctions permits LossFunctions {
    private static final double SELU_ALPHA = 1.6732632423543772848170429916717;
    private static final double SELU_SCALE = 1.0507009873554804934193349852946;

    ActivationFunctions() {}

    /** max(x, 0). */
    public static Tensor relu(Tensor x) {
        return x.relu();
    }

    /** 1/(1 + e⁻ˣ). */
    public static Tensor sigmoid(Tensor x) {
        return x.sigmoid();
    }

    /** Hyperbolic tangent. */
    public static Tensor tanh(Tensor x) {
        return x.tanh();
    }

    /** eˣ / Σ eˣ along a dimension. */
    public static Tensor softmax(Tensor x, int dim) {
        return x.softmax(dim);
    }

    /** ln of {@link #softmax}, computed without loss. */
    public static Tensor logSoftmax(Tensor x, int dim) {
        return x.logSoftmax(dim);
    }

    /** {@link #softmax} of −x. */
    public static Tensor softmin(Tensor x, int dim) {
        return x.neg().softmax(dim);
    }

    /**
     * Samples of a relaxed one-hot distribution: {@link #softmax} of {@code (logits + noise) / tau}, the noise being Gumbel-distributed and drawn as
     * PyTorch's from the default generator. E. Jang, S. Gu and B. Poole, Categorical Reparameterization with Gumbel-Softmax, 2017.
     *
     * @param tau  the temperature; 1 in PyTorch unless given
     * @param hard whether the result is one-hot, with the gradient of the soft one
     */
    public static Tensor gumbelSoftmax(Tensor logits, double tau, boolean hard, int dim) {
        Tensor noise = logits.detach().contiguous().emptyLike().exponentialInPlace(1).logInPlace();
        Tensor soft = logits.sub(noise).div(tau).softmax(dim);
        if (!hard) {
            return soft;
        }
        Tensor fixed = soft.detach();
        Tensor oneHot = soft.zerosLike().scatter(dim, fixed.argmax(dim, true), 1.0);
        return oneHot.sub(fixed).add(soft);
    }

    /** x above {@code threshold}, {@code value} elsewhere. */
    public static Tensor threshold(Tensor x, double threshold, double value) {
        return x.maskedFill(x.le(threshold), value);
    }

    /**
     * x limited to {@code min} … {@code max}; the gradient is 0 at both ends and beyond.
     *
     * @throws IllegalArgumentException if {@code min} is above {@code max}
     */
    public static Tensor hardtanh(Tensor x, double min, double max) {
        if (!(min <= max)) {
            throw new IllegalArgumentException("hardtanh: min must not be above max, got %s and %s".formatted(min, max));
        }
        return Autograd.apply(Clamp.open(min, max), x);
    }

    /** x limited to 0 … 6; the gradient is 0 at both ends and beyond. */
    public static Tensor relu6(Tensor x) {
        return hardtanh(x, 0, 6);
    }

    /** {@link #leakyRelu(Tensor, double)} with PyTorch's slope 0.01. */
    public static Tensor leakyRelu(Tensor x) {
        return leakyRelu(x, 0.01);
    }

    /** x where positive, {@code slope} · x elsewhere; the gradient at 0 is the slope. */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return Autograd.apply(new WithNumber(BinaryKernel.LEAKY_RELU, slope), x);
    }

    /**
     * {@link #leakyRelu(Tensor, double)} with slopes that are learned.
     *
     * @param weight one slope, or one for each channel of {@code (n, channels, …)}
     * @throws ShapeException if there are other than one slope or one per channel
     */
    public static Tensor prelu(Tensor x, Tensor weight) {
        if (Autocast.concerns(Autocast.Rule.LOWER, x)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> prelu(t[0], t[1]), x, weight);
        }
        Tensor slopes = weight;
        if (weight.numel() == 1) {
            slopes = weight.reshape();
        } else {
            int channels = x.dim() < 2 ? 1 : x.size(1);
            if (weight.dim() != 1 || weight.size(0) != channels) {
                throw new ShapeException("prelu: weight must be (1) or (%d), one slope per channel of %s, got %s", channels, x.shape(), weight.shape());
            }
            slopes = weight.view(alongDim1(x, channels));
        }
        Tensor positive = x.gt(0);
        return x.where(positive, x.maskedFill(positive, 0).mul(slopes)); // an infinite x must not reach the slope's gradient
    }

    private static int[] alongDim1(Tensor x, int size) {
        int[] shape = new int[x.dim()];
        java.util.Arrays.fill(shape, 1);
        shape[1] = size;
        return shape;
    }

    /** {@link #rrelu(Tensor, double, double, boolean)} with PyTorch's bounds 1/8 and 1/3. */
    public static Tensor rrelu(Tensor x, boolean training) {
        return rrelu(x, 1.0 / 8, 1.0 / 3, training);
    }

    /**
     * {@link #leakyRelu(Tensor, double)} with a slope that training draws for each element that is not positive, uniform in {@code lower} …
     * {@code upper}; otherwise it is their middle. Draws PyTorch's slopes from the default generator.
     *
     * @throws IllegalArgumentException if a bound is not finite, or {@code lower} above {@code upper}
     */
    public static Tensor rrelu(Tensor x, double lower, double upper, boolean training) {
        if (!(lower <= upper && Double.isFinite(upper - lower))) {
            throw new IllegalArgumentException("rrelu: lower must not be above upper, both finite, got %s and %s".formatted(lower, upper));
        }
        if (!training) {
            return leakyRelu(x, (lower + upper) / 2);
        }
        double from = x.dtype() == DType.FLOAT64 ? lower : (float) lower;
        double to = x.dtype() == DType.FLOAT64 ? upper : (float) upper;
        if (x.device().type() != Device.Type.CPU) {
            Tensor drawn = x.detach().emptyLike().uniformInPlace(from, to);
            return x.mul(Tensor.where(x.detach().le(0), drawn, drawn.onesLike()));
        }
        boolean[] negative = x.le(0).toBooleanArray();
        double[] slopes = new double[negative.length];
        for (int i = 0; i < slopes.length; i++) { // one draw for each, in the order of the elements
            if (negative[i]) {
                Generator.getDefault().uniform(slopes, i, 1, 0, 1);
                slopes[i] = slopes[i] * (to - from) + from; // rounded twice, as in PyTorch, and unlike its uniform_
            } else {
                slopes[i] = 1;
            }
        }
        return x.mul(Tensor.of(slopes).view(x.shape().toArray()).to(x.dtype()).to(x.device()));
    }

    /** {@link #elu(Tensor, double)} with PyTorch's alpha 1. */
    public static Tensor elu(Tensor x) {
        return elu(x, 1);
    }

    /** x where positive, {@code alpha} (eˣ − 1) elsewhere. */
    public static Tensor elu(Tensor x, double alpha) {
        return Pointwise.wide(x, y -> Autograd.apply(new WithNumber(BinaryKernel.ELU, alpha), y));
    }

    /** Scaled exponential linear unit: {@link #elu(Tensor, double)} with fixed alpha and scale, which keep mean 0 and variance 1. */
    public static Tensor selu(Tensor x) {
        return Pointwise.wide(x, y -> elu(y, SELU_ALPHA).mul(SELU_SCALE));
    }

    /** {@link #celu(Tensor, double)} with PyTorch's alpha 1. */
    public static Tensor celu(Tensor x) {
        return celu(x, 1);
    }

    /**
     * x where positive, {@code alpha} (e^(x/alpha) − 1) elsewhere: smooth for any alpha.
     *
     * @throws IllegalArgumentException if {@code alpha} is 0
     */
    public static Tensor celu(Tensor x, double alpha) {
        if (alpha == 0) {
            throw new IllegalArgumentException("celu: alpha must not be 0");
        }
        if (alpha == 1) {
            return elu(x);
        }
        return Pointwise.wide(x, y -> {
            Tensor low = y.le(0);
            Tensor masked = y.maskedFill(low.logicalNot(), 0); // else e^x of the other elements overflows
            return masked.mul(1 / alpha).expm1().mul(alpha).where(low, y);
        });
    }

    /** x Φ(x), with Φ the distribution function of the standard normal distribution. */
    public static Tensor gelu(Tensor x) {
        return Pointwise.wide(x, y -> apply(UnaryKernel.GELU, y));
    }

    /** {@link #gelu(Tensor)}, exact or approximated by a tanh. */
    public static Tensor gelu(Tensor x, GELU.Approximate approximate) {
        return approximate == GELU.Approximate.NONE ? gelu(x) : Pointwise.wide(x, y -> apply(UnaryKernel.GELU_TANH, y));
    }

    private static Tensor apply(UnaryKernel kernel, Tensor x) {
        return Autograd.apply(new Elementwise(kernel), x);
    }

    /** x sigmoid(x), also called swish. */
    public static Tensor silu(Tensor x) {
        return Pointwise.wide(x, y -> apply(UnaryKernel.SILU, y));
    }

    /** x tanh(softplus(x)). */
    public static Tensor mish(Tensor x) {
        return Pointwise.wide(x, y -> apply(UnaryKernel.MISH, y));
    }

    /** 0 below −3, x above 3, x (x + 3)/6 between. */
    public static Tensor hardswish(Tensor x) {
        return Pointwise.wide(x, y -> apply(UnaryKernel.HARDSWISH, y));
    }

    /** 0 below −3, 1 above 3, x/6 + 1/2 between; the gradient is 0 at both ends. */
    public static Tensor hardsigmoid(Tensor x) {
        return Pointwise.wide(x, y -> apply(UnaryKernel.HARDSIGMOID, y));
    }

    /** {@link #hardshrink(Tensor, double)} with PyTorch's lambda 1/2. */
    public static Tensor hardshrink(Tensor x) {
        return hardshrink(x, 0.5);
    }

    /** 0 from −{@code lambda} to {@code lambda}, both included, x elsewhere. */
    public static Tensor hardshrink(Tensor x, double lambda) {
        return x.maskedFill(x.ge(-lambda).logicalAnd(x.le(lambda)), 0);
    }

    /** {@link #softshrink(Tensor, double)} with PyTorch's lambda 1/2. */
    public static Tensor softshrink(Tensor x) {
        return softshrink(x, 0.5);
    }

    /**
     * x moved towards 0 by {@code lambda}, and 0 if it is nearer than that.
     *
     * @throws IllegalArgumentException if {@code lambda} is negative
     */
    public static Tensor softshrink(Tensor x, double lambda) {
        if (!(lambda >= 0)) {
            throw new IllegalArgumentException("softshrink: lambda must not be negative, got " + lambda);
        }
        return Pointwise.wide(x, y -> y.sub(y.clamp(-lambda, lambda)));
    }

    /** x − tanh(x). */
    public static Tensor tanhshrink(Tensor x) {
        return x.sub(x.tanh());
    }

    /** {@link #softplus(Tensor, double, double)} with PyTorch's beta 1 and threshold 20. */
    public static Tensor softplus(Tensor x) {
        return softplus(x, 1, 20);
    }

    /** ln(1 + e^(beta x)) / beta, and x itself where beta x is above {@code threshold}. */
    public static Tensor softplus(Tensor x, double beta, double threshold) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32_ON_CUDA, x)) {
            return Autocast.apply(Autocast.Rule.FLOAT32_ON_CUDA, t -> softplus(t[0], beta, threshold), x);
        }
        if (x.dtype().isHalf()) {
            return Pointwise.wide(x, y -> softplus(y, beta, threshold));
        }
        if (beta == 1 && threshold == 20) {
            return x.softplus();
        }
        Tensor scaled = x.mul(beta);
        Tensor linear = scaled.gt(threshold);
        return x.where(linear, scaled.maskedFill(linear, 0).exp().log1p().div(beta));
    }

    /** x/(1 + |x|). */
    public static Tensor softsign(Tensor x) {
        return x.div(x.abs().add(1.0));
    }

    /** ln of {@link #sigmoid}, computed without loss. */
    public static Tensor logSigmoid(Tensor x) {
        return Pointwise.wide(x, y -> apply(UnaryKernel.LOG_SIGMOID, y));
    }

    /** {@link #glu(Tensor, int)} along the last dimension. */
    public static Tensor glu(Tensor x) {
        return glu(x, -1);
    }

    /**
     * The first half along a dimension times the sigmoid of the second.
     *
     * @throws ShapeException if the size is odd
     */
    public static Tensor glu(Tensor x, int dim) {
        int size = x.dim() == 0 ? 1 : x.size(dim);
        if (size % 2 != 0) {
            throw new ShapeException("glu: dimension %d must have an even size, got input %s", dim, x.shape());
        }
        return Pointwise.wide(x, y -> y.narrow(dim, 0, size / 2).mul(y.narrow(dim, size / 2, size / 2).sigmoid()));
    }
}
