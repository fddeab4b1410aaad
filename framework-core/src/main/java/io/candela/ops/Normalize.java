package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.JointOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.NormKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Map;

/**
 * {@code (x − mean)/√(variance + eps) · weight + bias} of {@code (n, channels, …)}: over the batch, by channel, or over groups of channels, by
 * sample. The result is in the memory format of {@code x}. A residual addition and ReLU may follow at once.
 */
public final class Normalize extends JointOp {
    private static final int X = 0;
    private static final int WEIGHT = 1;
    private static final int BIAS = 2;
    private static final int RESIDUAL = 3;
    private final String name;
    private final double eps;
    private final Shape statistics; // (channels), or (n, groups)
    private final boolean constant; // whether mean and variance were given
    private Tensor mean; // float64, as the variance: in all shapes of statistics
    private Tensor variance;
    private Tensor inverse;
    private Saved x;
    private Saved weight;
    private boolean relu;
    private Saved y; // with ReLU of a sum
    private Tensor weightThen; // with ReLU alone, as the next: they tell where the result was above 0, whatever becomes of it
    private Tensor biasThen;

    private Normalize(String name, double eps, Shape statistics, Tensor mean, Tensor variance) {
        this.name = name;
        this.eps = eps;
        this.statistics = statistics;
        this.constant = mean != null;
        this.mean = mean;
        this.variance = variance;
    }

    /**
     * By channel, over all samples and positions.
     *
     * @param weight      {@code (channels)}, or null for 1
     * @param bias        {@code (channels)}, or null for 0
     * @param runningMean {@code (channels)}, moves towards the batch's; or null
     * @param runningVar  {@code (channels)}, moves towards the batch's, unbiased; null if {@code runningMean} is
     * @param momentum    how far: 0 not at all, 1 all the way
     * @throws ShapeException if {@code x} has fewer than two dimensions, or the others do not fit
     * @throws io.candela.tensor.DTypeException if {@code x} is not floating point, or types differ
     */
    public static Tensor batch(Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVar, double momentum, double eps) {
        String who = "batchNorm";
        check(who, x, weight, bias, runningMean, runningVar);
        Normalize op = new Normalize(who, eps, Shape.of(x.size(1)), null, null);
        Tensor y = apply(op, x, weight, bias, null);
        op.track(x, runningMean, runningVar, momentum);
        return y;
    }

    /**
     * {@code relu(batch(…) + residual)} in one go, equal in every bit.
     *
     * @param residual as {@code x}, or null for none
     */
    public static Tensor batchRelu(Tensor x, Tensor residual, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVar, double momentum,
            double eps) {
        String who = "batchNorm";
        check(who, x, weight, bias, runningMean, runningVar);
        if (!fuses(x, residual)) {
            return relu(batch(x, weight, bias, runningMean, runningVar, momentum, eps), residual);
        }
        Normalize op = new Normalize(who, eps, Shape.of(x.size(1)), null, null);
        op.relu = true;
        Tensor y = apply(op, x, weight, bias, residual);
        op.track(x, runningMean, runningVar, momentum);
        return y;
    }

    /** As {@link #batchRelu}, with a mean and variance that are given: {@code relu(fixed(…) + residual)}. */
    public static Tensor fixedRelu(String who, Tensor x, Tensor residual, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double eps) {
        check(who, x, weight, bias, mean, variance);
        if (!fuses(x, residual)) {
            return relu(fixed(who, x, weight, bias, mean, variance, eps), residual);
        }
        Normalize op = given(who, x, mean, variance, eps);
        op.relu = true;
        return apply(op, x, weight, bias, residual);
    }

    /** Half types are rounded before each step: what is computed in float32 gives other numbers in one step. */
    private static boolean fuses(Tensor x, Tensor residual) {
        if (residual != null) {
            Shape.broadcast("add", x.shape(), residual.shape()); // before any statistics move
        }
        return (!x.dtype().isHalf() || Backend.of(x).norm().takesHalves()) && (residual == null || residual.dtype() == x.dtype() && residual.shape().equals(x.shape()));
    }

    private static Tensor relu(Tensor normal, Tensor residual) {
        return residual == null ? normal.relu() : normal.add(residual).relu();
    }

    /**
     * By channel, with a mean and variance that are given, {@code (channels)} each; they get no gradient. Otherwise as {@link #batch}.
     */
    public static Tensor fixed(String who, Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double eps) {
        check(who, x, weight, bias, mean, variance);
        return apply(given(who, x, mean, variance, eps), x, weight, bias, null);
    }

    private static Normalize given(String who, Tensor x, Tensor mean, Tensor variance, double eps) {
        return new Normalize(who, eps, Shape.of(x.size(1)), copy(mean).to(DType.FLOAT64), copy(variance).to(DType.FLOAT64));
    }

    /** The layer's may change before the gradient is computed. */
    private static Tensor copy(Tensor t) {
        return t == null ? null : t.detach().clone();
    }

    /**
     * By sample, over the positions of {@code channels / groups} neighbouring channels.
     *
     * @param weight {@code (channels)}, or null for 1
     * @param bias   {@code (channels)}, or null for 0
     * @throws ShapeException if {@code x} has fewer than two dimensions, {@code groups} does not divide the channels, or weight or bias do not fit
     * @throws io.candela.tensor.DTypeException if {@code x} is not floating point, or types differ
     */
    public static Tensor group(Tensor x, int groups, Tensor weight, Tensor bias, double eps) {
        String who = "groupNorm";
        check(who, x, weight, bias, null, null);
        if (groups < 1 || x.size(1) % groups != 0) {
            throw new ShapeException("groupNorm: %d groups do not divide the %d channels of %s", groups, x.size(1), x.shape());
        }
        return apply(new Normalize(who, eps, Shape.of(x.size(0), groups), null, null), x, weight, bias, null);
    }

    /** By sample and channel, over positions; otherwise as {@link #batch}. Running statistics move towards the average of the samples'. */
    public static Tensor instance(Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVar, double momentum, double eps) {
        String who = "instanceNorm";
        check(who, x, weight, bias, runningMean, runningVar);
        Normalize op = new Normalize(who, eps, Shape.of(x.size(0), x.size(1)), null, null);
        Tensor y = apply(op, x, weight, bias, null);
        op.track(x, runningMean, runningVar, momentum);
        return y;
    }

    /**
     * Each row of {@code (rows, n)} by itself, to mean 0 and variance 1, then scaled and shifted element by element.
     *
     * @param weight {@code (n)}, or null for 1
     * @param bias   {@code (n)}, or null for 0
     * @throws io.candela.tensor.DTypeException if {@code x} is not floating point
     */
    public static Tensor rows(String who, Tensor x, Tensor weight, Tensor bias, double eps) {
        Matrices.checkFloating(who, x);
        Tensor dense = x.contiguous();
        boolean like = (weight == null || weight.dtype() == x.dtype()) && (bias == null || bias.dtype() == x.dtype());
        if (like && Backend.of(x).norm().weighsElements(x.dtype(), x.size(1))) {
            return apply(new Normalize(who, eps, Shape.of(x.size(0), 1), null, null), dense, weight, bias, null);
        }
        Tensor sample = dense.unsqueeze(0); // rows are the channels of one sample
        Tensor normal = apply(new Normalize(who, eps, Shape.of(1, x.size(0)), null, null), sample, null, null, null).squeeze(0);
        Tensor scaled = weight == null ? normal : normal.mul(weight);
        return bias == null ? scaled : scaled.add(bias);
    }

    /** Half types are computed in float32; weight and bias may then be that, too. */
    private static Tensor apply(Normalize op, Tensor x, Tensor weight, Tensor bias, Tensor residual) {
        if (x.dtype().isHalf()) {
            Tensor w = weight == null ? null : weight.toFloat();
            Tensor b = bias == null ? null : bias.toFloat();
            return Backend.of(x).norm().takesHalves() ? run(op, x, w, b, residual) : Pointwise.wide(x, y -> run(op, y, w, b, residual));
        }
        return run(op, x, weight, bias, residual);
    }

    private static Tensor run(Normalize op, Tensor x, Tensor weight, Tensor bias, Tensor residual) {
        Tensor added = residual == null ? null : residual.contiguous(x.memoryFormat());
        return Autograd.apply(op, x.contiguous(x.memoryFormat()), weight, bias, added);
    }

    private static void check(String who, Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance) {
        if (x.dim() < 2) {
            throw new ShapeException("%s: input must be (n, channels, ...), got %s", who, x.shape());
        }
        Matrices.checkFloating(who, x);
        if ((mean == null) != (variance == null)) {
            throw new IllegalArgumentException(who + ": the running mean and variance must both be given, or none of them");
        }
        String[] names = {"weight", "bias", "running mean", "running variance"};
        Tensor[] perChannel = {weight, bias, mean, variance};
        for (int i = 0; i < names.length; i++) {
            Tensor t = perChannel[i];
            if (t == null) {
                continue;
            }
            if (t.dim() != 1 || t.size(0) != x.size(1)) {
                throw new ShapeException("%s: %s must be (%d), one per channel of the input %s, got %s", who, names[i], x.size(1), x.shape(), t.shape());
            }
            if (!(x.dtype().isHalf() && t.dtype() == DType.FLOAT32)) {
                Matmul.checkTypes(who, x, t);
            }
        }
    }

    /** Moves running statistics, unless null, towards those of this call. */
    private void track(Tensor x, Tensor runningMean, Tensor runningVar, double momentum) {
        if (runningMean == null || x.numel() == 0) {
            return;
        }
        int count = x.numel() / statistics.numel();
        Autograd.noGrad(() -> {
            move(runningMean, mean, momentum);
            move(runningVar, variance.mul((double) count / (count - 1)), momentum);
        });
    }

    private static void move(Tensor running, Tensor found, double momentum) {
        Tensor average = found.dim() == 2 ? found.mean(0) : found;
        running.copyFrom(running.to(DType.FLOAT64).mul(1 - momentum).add(average.mul(momentum)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    protected Map<String, Object> attributes() {
        return constant ? Map.of("eps", eps, "mean", mean, "variance", variance, "relu", relu) : Map.of("eps", eps, "statistics", statistics, "relu", relu);
    }

    @Override
    protected Tensor forward(Tensor... xs) {
        Tensor input = xs[X];
        x = save(input);
        weight = xs[WEIGHT] == null ? null : saveFor(X, xs[WEIGHT]);
        Tensor out = Tensor.empty(input.shape(), input.dtype(), input.device(), input.memoryFormat());
        if (input.numel() == 0) {
            return out;
        }
        if (!constant) {
            mean = Tensor.empty(statistics, DType.FLOAT64, input.device());
            variance = Tensor.empty(statistics, DType.FLOAT64, input.device());
        }
        NormKernels kernels = Backend.of(input).norm();
        if (!constant && !relu) {
            inverse = kernels.standardize(input, eps, xs[WEIGHT], xs[BIAS], mean, variance, out);
            return out;
        }
        if (!constant) {
            kernels.moments(input, mean, variance);
        }
        inverse = variance.add(eps).rsqrt();
        if (!relu) {
            kernels.normalize(input, mean, inverse, xs[WEIGHT], xs[BIAS], out);
            return out;
        }
        kernels.normalizeRelu(input, mean, inverse, xs[WEIGHT], xs[BIAS], xs[RESIDUAL], out);
        if (xs[RESIDUAL] != null) {
            y = saveResult(out);
        } else if (isRecorded()) {
            weightThen = copy(xs[WEIGHT]);
            biasThen = copy(xs[BIAS]);
        }
        return out;
    }

    @Override
    protected Tensor[] grads(Tensor g, boolean... needed) {
        Tensor input = x.get();
        Tensor factor = weight == null ? null : weight.get();
        if (Autograd.isGradEnabled() || input.numel() == 0) {
            return plain(relu && input.numel() > 0 ? g.maskedFill(result(input).le(0), 0) : g, input, factor, needed);
        }
        Tensor[] out = new Tensor[needed.length];
        for (int i : new int[] {X, RESIDUAL}) {
            out[i] = needed[i] ? Tensor.empty(input.shape(), input.dtype(), input.device(), input.memoryFormat()) : null;
        }
        for (int i = WEIGHT; i <= BIAS; i++) {
            out[i] = needed[i] ? Tensor.empty(inputShape(i), input.dtype().isHalf() ? DType.FLOAT32 : input.dtype(), input.device()) : null;
        }
        NormKernels kernels = Backend.of(input).norm();
        Tensor gradient = g.contiguous(input.memoryFormat());
        if (!relu) {
            kernels.normalizeGrad(gradient, input, mean, inverse, factor, constant, out[X], out[WEIGHT], out[BIAS]);
        } else if (y == null) {
            kernels.normalizeReluGrad(gradient, input, null, mean, inverse, weightThen, biasThen, constant, out[X], out[WEIGHT], out[BIAS], null);
        } else {
            kernels.normalizeReluGrad(gradient, input, y.get(), mean, inverse, factor, null, constant, out[X], out[WEIGHT], out[BIAS], out[RESIDUAL]);
        }
        return out;
    }

    /** What forward gave; in the memory format of the input. */
    private Tensor result(Tensor input) {
        if (y != null) {
            return y.get();
        }
        Tensor out = Tensor.empty(input.shape(), input.dtype(), input.device(), input.memoryFormat());
        Autograd.noGrad(() -> Backend.of(input).norm().normalizeRelu(input, mean, inverse, weightThen, biasThen, null, out));
        return out;
    }

    /** In tensor methods, which can be differentiated again. */
    private Tensor[] plain(Tensor result, Tensor operand, Tensor factor, boolean... needed) {
        Tensor g = operand.dtype().isHalf() ? result.toFloat() : result; // the pass converts back
        Tensor input = operand.dtype().isHalf() ? operand.toFloat() : operand;
        int channels = input.size(1);
        int groups = statistics.rank() == 2 ? statistics.dim(1) : channels;
        int positions = 1;
        for (int d = 2; d < input.dim(); d++) {
            positions *= input.size(d);
        }
        int[] split = {input.size(0), groups, groups == 0 ? 0 : channels / groups, positions};
        int[] over = statistics.rank() == 2 ? new int[] {2, 3} : new int[] {0, 2, 3};
        Tensor gradient = g.reshape(split);
        Tensor inputs = input.reshape(split);
        Tensor scaled = factor == null ? gradient : gradient.mul(factor.reshape(split[1], split[2], 1));
        Tensor scale;
        Tensor normal;
        if (constant) {
            scale = variance.add(eps).rsqrt().to(input.dtype()).reshape(split[1], 1, 1);
            normal = inputs.sub(mean.to(input.dtype()).reshape(split[1], 1, 1)).mul(scale);
        } else {
            Tensor centered = inputs.sub(inputs.mean(true, over));
            scale = centered.square().mean(true, over).add(eps).rsqrt();
            normal = centered.mul(scale);
        }
        Tensor[] out = new Tensor[needed.length];
        if (needed[X]) {
            Tensor free = constant ? scaled : scaled.sub(scaled.mean(true, over)).sub(normal.mul(scaled.mul(normal).mean(true, over)));
            out[X] = free.mul(scale).reshape(input.shape().toArray());
        }
        if (needed[WEIGHT]) {
            out[WEIGHT] = gradient.mul(normal).sum(false, 0, 3).reshape(channels);
        }
        if (needed[BIAS]) {
            out[BIAS] = gradient.sum(false, 0, 3).reshape(channels);
        }
        if (needed[RESIDUAL]) {
            out[RESIDUAL] = g;
        }
        return out;
    }
}
