package io.candela.ops;

import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Tensor;

/** Euclidean norm over dimensions (all if none is named). */
public final class Norm extends UnaryOp {
    private final boolean keepDim;
    private final int[] dims;
    private Saved x;
    private Saved y;

    /** @param dims may be negative; none means all */
    public Norm(boolean keepDim, int... dims) {
        this.keepDim = keepDim;
        this.dims = dims;
    }

    @Override
    public String name() {
        return "norm";
    }

    @Override
    protected Tensor forward(Tensor a) {
        if (!a.dtype().isFloating()) {
            throw new DTypeException("norm: needs floating point, got %s; convert with to(DType.FLOAT32)", a.dtype());
        }
        Tensor out = a.square().sum(keepDim, dims).sqrtInPlace();
        x = saveFor(LHS, a);
        y = saveResult(out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor a = x.get();
        var kept = Axes.of(name(), a.shape(), dims).kept();
        Tensor norm = Views.viewOrCopy(y.get(), kept);
        return a.mul(Views.viewOrCopy(g, kept).div(norm)).maskedFill(norm.eq(0), 0);
    }
}
