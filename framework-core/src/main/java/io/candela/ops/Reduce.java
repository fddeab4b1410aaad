package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.backend.ReduceKernels.Fused;
import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Locale;
import java.util.Map;

/** Reduces dimensions (all of them if none is named) to one element each. */
public final class Reduce extends UnaryOp {
    private final Reduction reduction;
    private final boolean keepDim;
    private final int[] dims;
    private Shape operand;
    private Shape kept; // the result's shape with reduced dimensions of size 1
    private Saved x;
    private Saved y;

    /** @param dims may be negative; none means all */
    public Reduce(Reduction reduction, boolean keepDim, int... dims) {
        this.reduction = reduction;
        this.keepDim = keepDim;
        this.dims = dims;
    }

    @Override
    public String name() {
        return switch (reduction) {
            case MAX -> "amax";
            case MIN -> "amin";
            case SQUARED_DEVIATION -> "var";
            default -> reduction.name().toLowerCase(Locale.ROOT);
        };
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("keepDim", keepDim, "dims", Axes.of(name(), operand, dims).dims());
    }

    @Override
    protected Tensor forward(Tensor a) {
        operand = a.shape();
        Axes axes = Axes.of(name(), a.shape(), dims);
        kept = axes.kept();
        DType type = resultType(a);
        boolean needsOne = reduction == Reduction.MAX || reduction == Reduction.MIN;
        if (needsOne && axes.count() == 0 && kept.numel() > 0) {
            throw new ShapeException("%s: %s has no elements along the reduced dimensions, and the result has no value for that", name(), a.shape());
        }
        Tensor out = Tensor.empty(keepDim ? kept : axes.dropped(), type, a.device());
        Backend.of(a).reduce().reduce(reduction, axes.reducedLast(a), axes.dims().length, out);
        switch (reduction) {
            case PROD, SQUARED_DEVIATION -> x = saveFor(LHS, a);
            case MAX, MIN -> {
                x = saveFor(LHS, a);
                y = saveResult(out);
            }
            default -> { } // linear, or no gradient
        }
        return out;
    }

    private DType resultType(Tensor a) {
        return switch (reduction) {
            case SUM, PROD -> a.dtype().isFloating() ? a.dtype() : DType.INT64;
            case ANY, ALL -> a.dtype() == DType.UINT8 ? DType.UINT8 : DType.BOOL; // uint8 served as bool once, and PyTorch keeps to it
            case MEAN, SQUARED_DEVIATION -> {
                if (!a.dtype().isFloating()) {
                    throw new DTypeException("%s: needs floating point, got %s; convert with to(DType.FLOAT32)", name(), a.dtype());
                }
                yield a.dtype();
            }
            case MAX, MIN -> a.dtype();
        };
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor wide = Views.viewOrCopy(g, kept);
        return switch (reduction) {
            case SUM -> wide.expand(operand.toArray());
            case MEAN -> wide.div((double) operand.numel() / Math.max(kept.numel(), 1)).expand(operand.toArray());
            case MAX, MIN -> {
                Tensor a = x.get();
                Tensor best = a.eq(Views.viewOrCopy(y.get(), kept));
                Tensor ties = (dims.length == 0 ? best.logicalOr(a.isNan()) : best).to(g.dtype()); // of all elements, NaN shares too
                yield ties.mul(wide.div(ties.sumTo(kept)));
            }
            case PROD -> prodGrad(wide);
            case SQUARED_DEVIATION -> {
                Tensor a = x.get();
                yield wide.mul(2.0).mul(a.sub(a.mean(true, Axes.of(name(), operand, dims).dims())));
            }
            default -> throw new AssertionError(reduction);
        };
    }

    /** The product of the others, also where some are 0: with one zero only that place has a gradient, with two none has. */
    private Tensor prodGrad(Tensor g) {
        Tensor a = x.get();
        Tensor zero = a.eq(0);
        if (Autograd.isGradEnabled() && zero.any().item() != 0) {
            return prodGradBothSides(g, a);
        }
        Tensor zeros = zero.to(DType.INT64).sumTo(kept);
        Tensor others = a.maskedFill(zero, 1);
        Tensor product = others;
        for (int d : Axes.of(name(), operand, dims).dims()) {
            product = product.prod(d, true);
        }
        Tensor atZero = g.mul(product).maskedFill(zeros.ne(1), 0);
        Tensor elsewhere = g.mul(product).div(others).maskedFill(zeros.ne(0), 0);
        return atZero.expand(operand.toArray()).where(zero, elsewhere);
    }

    /** The product of those before and that of those behind: no division, so that second derivatives are right where elements are 0. */
    private Tensor prodGradBothSides(Tensor g, Tensor a) {
        int[] from = Axes.of(name(), operand, dims).dims();
        int[] last = new int[from.length];
        java.util.Arrays.setAll(last, i -> i - last.length);
        Tensor moved = a.moveDim(from, last);
        Shape lead = moved.shape().dropLast(last.length);
        Tensor rows = moved.reshape(lead.append(a.numel() / lead.numel()).toArray());
        Tensor before = shifted(rows).cumprod(-1);
        Tensor behind = shifted(rows.flip(-1)).cumprod(-1).flip(-1);
        Tensor out = before.mul(behind).mul(g.moveDim(from, last).reshape(lead.append(1).toArray()));
        return out.reshape(moved.shape().toArray()).moveDim(last, from);
    }

    /** The last dimension with a 1 before, and without its last element. */
    private static Tensor shifted(Tensor rows) {
        Tensor one = rows.narrow(-1, 0, 1).detach().onesLike();
        return Tensor.cat(-1, one, rows.narrow(-1, 0, rows.size(-1) - 1));
    }

    /** Variance: squared distances from the mean, which is carried in double, divided by n − correction. */
    public static Tensor variance(Tensor a, int correction, boolean keepDim, int... dims) {
        if (!a.dtype().isFloating()) {
            throw new DTypeException("var: needs floating point, got %s; convert with to(DType.FLOAT32)", a.dtype());
        }
        if (a.dtype().isHalf()) { // the sum of squares may be too large for it
            return Pointwise.wide(a, x -> variance(x, correction, keepDim, dims));
        }
        Axes axes = Axes.of("var", a.shape(), dims);
        return Autograd.apply(new Reduce(Reduction.SQUARED_DEVIATION, keepDim, dims), a).div((double) Math.max(axes.count() - correction, 0));
    }

    /** Largest or smallest elements over dimensions, over all if none are named; other than that of all elements, a NaN's gradient is NaN. */
    public static Tensor extreme(Reduction reduction, Tensor a, boolean keepDim, int... dims) {
        int[] named = dims.length > 0 ? dims : java.util.stream.IntStream.range(0, a.dim()).toArray();
        return Autograd.apply(new Reduce(reduction, keepDim, named), a);
    }

    /** The square root of {@link #variance}. */
    public static Tensor deviation(Tensor a, int correction, boolean keepDim, int... dims) {
        return Pointwise.wide(a, x -> Autograd.apply(new Deviation(), variance(x, correction, keepDim, dims)));
    }

    /** ln Σ eˣ, with the largest element taken out before. */
    public static Tensor logSumExp(Tensor a, boolean keepDim, int... dims) {
        if (!a.dtype().isFloating()) {
            return logSumExp(a.to(DType.FLOAT32), keepDim, dims);
        }
        Axes axes = Axes.of("logSumExp", a.shape(), dims);
        if (a.numel() == 0) {
            return a.exp().sum(keepDim, axes.dims()).log();
        }
        if (a.dtype() == DType.FLOAT32) {
            return Autograd.apply(new LogSumExp(keepDim, dims), a);
        }
        return composedLogSumExp(a, keepDim, axes);
    }

    /** Of a tensor with elements. */
    static Tensor composedLogSumExp(Tensor a, boolean keepDim, Axes axes) {
        double most = a.dtype().finfo().max(); // infinity less infinity would be NaN
        Tensor shift = a.detach().amax(true, axes.dims()).clamp(-most, most);
        Tensor sum = a.sub(shift).exp().sum(true, axes.dims()).log().add(shift);
        return keepDim ? sum : sum.reshape(axes.dropped().toArray());
    }

    /** A reduction by a kernel of its own; null if the backend has none for such a tensor. */
    static Tensor fused(Fused reduction, Tensor a, boolean keepDim, Axes axes) {
        if (axes.count() == 0 || a.numel() == 0) {
            return null;
        }
        Tensor out = Tensor.empty(keepDim ? axes.kept() : axes.dropped(), a.dtype(), a.device());
        return Backend.of(a).reduce().fused(reduction, axes.reducedLast(a), axes.dims().length, out) ? out : null;
    }

    /** Sums a tensor to a shape that broadcasts to its own. */
    public static Tensor sumTo(Tensor a, Shape target) {
        if (a.shape().equals(target)) {
            return a;
        }
        if (!target.broadcastsTo(a.shape())) {
            throw new ShapeException("sumTo: %s does not broadcast to %s, so there is no sum back to it", target, a.shape());
        }
        int shift = a.dim() - target.rank();
        int[] dims = new int[a.dim()];
        int n = 0;
        for (int i = 0; i < a.dim(); i++) {
            if (i < shift || target.dim(i - shift) == 1 && a.size(i) != 1) {
                dims[n++] = i;
            }
        }
        if (n == 0) {
            return a.reshape(target.toArray());
        }
        Tensor sum = a.sum(true, java.util.Arrays.copyOf(dims, n));
        return sum.shape().equals(target) ? sum : sum.reshape(target.toArray());
    }
}
