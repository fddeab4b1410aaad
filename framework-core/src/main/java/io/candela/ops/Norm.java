package io.candela.ops;

import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.ReduceKernels.Fused;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Map;

/** Norm of any order over dimensions (all if none is named): {@code (Σ |x|ᵖ)^(1/p)}; counts for order 0, extremes for the infinite ones. */
public final class Norm extends UnaryOp {
    private final double p;
    private final boolean keepDim;
    private final int[] dims;
    private Saved x;
    private Saved y;

    /** The Euclidean norm; dimensions may be negative, none means all. */
    public Norm(boolean keepDim, int... dims) {
        this(2, keepDim, dims);
    }

    /** @param dims may be negative; none means all */
    public Norm(double p, boolean keepDim, int... dims) {
        this.p = p;
        this.keepDim = keepDim;
        this.dims = dims;
    }

    @Override
    public String name() {
        return "norm";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("p", p, "keepDim", keepDim, "dims", dims);
    }

    @Override
    protected Tensor forward(Tensor a) {
        if (!a.dtype().isFloating()) {
            throw new DTypeException("norm: needs floating point, got %s; convert with to(DType.FLOAT32)", a.dtype());
        }
        if (p < 0 || p == Double.POSITIVE_INFINITY) {
            Axes axes = Axes.of(name(), a.shape(), dims);
            if (axes.count() == 0 && axes.kept().numel() > 0) {
                throw new ShapeException("norm: %s has no elements along the reduced dimensions, and the norm of order %s has no value for that", a.shape(), p);
            }
        }
        Tensor out = Pointwise.wide(a, this::compute);
        x = saveFor(LHS, a);
        y = saveResult(out);
        return out;
    }

    private Tensor compute(Tensor a) {
        if (p == 2 || p == 1) {
            Tensor fused = Reduce.fused(p == 2 ? Fused.EUCLIDEAN_NORM : Fused.SUM_OF_MAGNITUDES, a, keepDim, Axes.of(name(), a.shape(), dims));
            if (fused != null) {
                return fused;
            }
        }
        if (p == 2) {
            return a.square().sum(keepDim, dims).sqrtInPlace();
        }
        if (p == 0) {
            return a.ne(0).to(a.dtype()).sum(keepDim, dims);
        }
        if (Double.isInfinite(p)) {
            return p > 0 ? a.abs().amax(keepDim, dims) : a.abs().amin(keepDim, dims);
        }
        return p == 1 ? a.abs().sum(keepDim, dims) : a.abs().pow(p).sum(keepDim, dims).pow(1 / p);
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor a = x.get();
        Shape kept = Axes.of(name(), a.shape(), dims).kept();
        Tensor norm = Views.viewOrCopy(y.get(), kept);
        Tensor wide = Views.viewOrCopy(g, kept);
        if (p == 0) {
            return a.zerosLike();
        }
        if (p == 1) {
            return a.sign().mul(wide);
        }
        if (p == 2) {
            return a.mul(wide.div(norm)).maskedFill(norm.eq(0), 0);
        }
        if (Double.isInfinite(p)) {
            Tensor best = a.abs().eq(norm).logicalOr(a.isNan()).to(a.dtype()); // equal ones share the gradient
            return a.sign().mul(best).mul(wide.div(best.sumTo(kept)));
        }
        if (p < 1) {
            Tensor slope = a.sign().mul(a.abs().pow(p - 1)).maskedFill(a.eq(0), 0);
            return slope.mul(wide).mul(norm.pow(1 - p));
        }
        Tensor scale = wide.div(norm.pow(p - 1)).maskedFill(norm.eq(0), 0);
        return (p < 2 ? a.sign().mul(a.abs().pow(p - 1)) : a.mul(a.abs().pow(p - 2))).mul(scale);
    }
}
