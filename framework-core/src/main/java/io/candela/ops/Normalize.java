package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.JointOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * {@code (x − mean)/√(variance + eps) · weight + bias} of {@code (n, channels, …)}: over the batch, by channel, or over groups of channels, by
 * sample. The result is in the memory format of {@code x}.
 */
public final class Normalize extends JointOp {
    private static final int X = 0;
    private static final int WEIGHT = 1;
    private static final int BIAS = 2;
    private final String name;
    private final double eps;
    private final Shape statistics; // (channels), or (n, groups)
    private final boolean constant; // whether mean and variance were given
    private Tensor mean; // float64, as the variance: in all shapes of statistics
    private Tensor variance;
    private Tensor inverse;
    private Saved x;
    private Saved weight;

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
        Tensor y = apply(op, x, weight, bias);
        if (runningMean != null && x.numel() > 0) {
            op.track(runningMean, runningVar, momentum, x.numel() / x.size(1));
        }
        return y;
    }

    /**
     * By channel, with a mean and variance that are given, {@code (channels)} each; they get no gradient. Otherwise as {@link #batch}.
     */
    public static Tensor fixed(String who, Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double eps) {
        check(who, x, weight, bias, mean, variance);
        Tensor m = mean.detach().clone().to(DType.FLOAT64); // a copy: the layer's may move before the gradient is computed
        Tensor v = variance.detach().clone().to(DType.FLOAT64);
        return apply(new Normalize(who, eps, Shape.of(x.size(1)), m, v), x, weight, bias);
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
        return apply(new Normalize(who, eps, Shape.of(x.size(0), groups), null, null), x, weight, bias);
    }

    /** By sample and channel, over positions; otherwise as {@link #batch}. Running statistics move towards the average of the samples'. */
    public static Tensor instance(Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVar, double momentum, double eps) {
        String who = "instanceNorm";
        check(who, x, weight, bias, runningMean, runningVar);
        Normalize op = new Normalize(who, eps, Shape.of(x.size(0), x.size(1)), null, null);
        Tensor y = apply(op, x, weight, bias);
        if (runningMean != null && x.numel() > 0) {
            op.track(runningMean, runningVar, momentum, x.numel() / (x.size(0) * x.size(1)));
        }
        return y;
    }

    /**
     * Each row of {@code (rows, n)} by itself, to mean 0 and variance 1.
     *
     * @throws io.candela.tensor.DTypeException if {@code x} is not floating point
     */
    public static Tensor rows(String who, Tensor x, double eps) {
        Matrices.checkFloating(who, x);
        Tensor sample = x.contiguous().unsqueeze(0); // rows are the channels of one sample
        return apply(new Normalize(who, eps, Shape.of(1, x.size(0)), null, null), sample, null, null).squeeze(0);
    }

    /** Half types are computed in float32; weight and bias may then be that, too. */
    private static Tensor apply(Normalize op, Tensor x, Tensor weight, Tensor bias) {
        if (x.dtype().isHalf()) {
            return Pointwise.wide(x, y -> apply(op, y, weight == null ? null : weight.toFloat(), bias == null ? null : bias.toFloat()));
        }
        return Autograd.apply(op, x.contiguous(x.memoryFormat()), weight, bias);
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

    /** Moves running statistics towards those of this call, each over {@code count} elements. */
    private void track(Tensor runningMean, Tensor runningVar, double momentum, int count) {
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
            Backend.of(input).norm().moments(input, mean, variance);
        }
        inverse = variance.add(eps).rsqrt();
        Backend.of(input).norm().normalize(input, mean, inverse, xs[WEIGHT], xs[BIAS], out);
        return out;
    }

    @Override
    protected Tensor[] grads(Tensor g, boolean... needed) {
        Tensor input = x.get();
        Tensor factor = weight == null ? null : weight.get();
        if (Autograd.isGradEnabled() || input.numel() == 0) {
            return plain(g, input, factor, needed);
        }
        Tensor[] out = new Tensor[needed.length];
        out[X] = needed[X] ? Tensor.empty(input.shape(), input.dtype(), input.device(), input.memoryFormat()) : null;
        for (int i = WEIGHT; i <= BIAS; i++) {
            out[i] = needed[i] ? Tensor.empty(inputShape(i), input.dtype(), input.device()) : null;
        }
        Backend.of(input).norm().normalizeGrad(g.contiguous(input.memoryFormat()), input, mean, inverse, factor, constant, out[X], out[WEIGHT], out[BIAS]);
        return out;
    }

    /** In tensor methods, which can be differentiated again. */
    private Tensor[] plain(Tensor g, Tensor input, Tensor factor, boolean... needed) {
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
        return out;
    }
}
