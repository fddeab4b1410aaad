package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.autograd.NaryOp;
import io.candela.autograd.Saved;
import io.candela.autograd.Tracer;
import io.candela.backend.Backend;
import io.candela.backend.MatrixKernels;
import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Map;

/** {@code x Wᵀ + b} in one kernel: {@code x (rows, in)}, {@code W (out, in)}, {@code b (out)} or null. */
public final class Linear extends NaryOp {
    private static final int X = 0;
    private static final int WEIGHT = 1;
    private static final int BIAS = 2;
    private Saved x; // read by the weight's gradient
    private Saved weight; // read by x's gradient

    private Linear() {}

    /**
     * The affine map of the last dimension.
     *
     * @param bias may be null
     */
    public static Tensor apply(Tensor x, Tensor weight, Tensor bias) {
        if (Autocast.concerns(Autocast.Rule.LOWER, x)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> apply(t[0], t[1], t[2]), x, weight, bias);
        }
        check(x, weight, bias);
        if (x.dim() == 2) {
            return Autograd.apply(new Linear(), x, weight, bias);
        }
        Shape lead = x.shape().dropLast(1);
        return Autograd.apply(new Linear(), x.reshape(lead.numel(), x.size(-1)), weight, bias).reshape(lead.append(weight.size(0)).toArray());
    }

    /**
     * The affine map and what comes after it, without a graph and in one go; null if that is not possible here, so that the caller does one after the
     * other: gradients or a trace are recorded, there is no bias, the device has no such kernel, or it would round less often.
     */
    public static Tensor applyThen(Tensor x, Tensor weight, Tensor bias, MatrixKernels.Activation after) {
        boolean lower = Autocast.concerns(Autocast.Rule.LOWER, x);
        boolean half = lower ? x.dtype() != DType.FLOAT64 : x.dtype().isHalf();
        if (Autograd.isGradEnabled() || Tracer.isTracing() || bias == null || !weight.device().equals(x.device()) || !bias.device().equals(x.device())
                || !x.dtype().isFloating() || after == MatrixKernels.Activation.GELU_TANH && half) {
            return null;
        }
        MatrixKernels kernels = Backend.of(x).matrix();
        if (!kernels.hasActivations()) {
            return null;
        }
        if (lower) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> applyThen(t[0], t[1], t[2], after), x, weight, bias);
        }
        check(x, weight, bias);
        Shape lead = x.shape().dropLast(1);
        Tensor rows = x.dim() == 2 ? x : x.reshape(lead.numel(), x.size(-1));
        Tensor out = Tensor.empty(Shape.of(rows.size(0), weight.size(0)), x.dtype(), x.device());
        kernels.linear(rows, weight, bias, after, out);
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(weight);
        Reference.reachabilityFence(bias);
        return x.dim() == 2 ? out : out.reshape(lead.append(weight.size(0)).toArray());
    }

    private static void check(Tensor x, Tensor weight, Tensor bias) {
        if (weight.dim() != 2 || x.dim() == 0 || x.size(-1) != weight.size(1)) {
            throw new ShapeException("linear: the last dimension of the input must be %s, got input %s and weight %s",
                    weight.dim() == 2 ? weight.size(1) : "that of a weight (out, in)", x.shape(), weight.shape());
        }
        if (bias != null && (bias.dim() != 1 || bias.size(0) != weight.size(0))) {
            throw new ShapeException("linear: bias must be (%d), got %s", weight.size(0), bias.shape());
        }
        Matmul.checkTypes("linear", x, weight);
        if (bias != null) {
            Matmul.checkTypes("linear", x, bias);
        }
    }

    @Override
    public String name() {
        return "linear";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    protected Tensor forward(Tensor... xs) {
        x = saveFor(WEIGHT, xs[0]);
        weight = saveFor(X, xs[1]);
        Tensor out = Tensor.empty(Shape.of(xs[0].size(0), xs[1].size(0)), xs[0].dtype(), xs[0].device());
        Backend.of(out).matrix().linear(xs[0], xs[1], xs[2], out);
        return out;
    }

    @Override
    protected Tensor grad(int input, Tensor g) {
        if (Autograd.isGradEnabled()) {
            return switch (input) {
                case X -> g.mm(weight.get());
                case WEIGHT -> g.t().mm(x.get());
                default -> g.sum(0);
            };
        }
        return switch (input) { // the same without the way through the graph: half of the time of a small layer's gradient
            case X -> Matmul.product(g, weight.get(), inputShape(X));
            case WEIGHT -> Matmul.product(Views.transposed(g), x.get(), inputShape(WEIGHT));
            default -> {
                Tensor out = Tensor.empty(inputShape(BIAS), g.dtype(), g.device());
                Backend.of(g).reduce().reduce(Reduction.SUM, Views.transposed(g), 1, out);
                yield out;
            }
        };
    }
}
