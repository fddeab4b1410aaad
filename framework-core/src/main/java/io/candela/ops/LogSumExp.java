package io.candela.ops;

import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.ReduceKernels.Fused;
import io.candela.tensor.Tensor;
import java.util.Map;

/** {@code ln Σ eˣ} over dimensions, of a tensor with elements. */
final class LogSumExp extends UnaryOp {
    private final boolean keepDim;
    private final int[] dims;
    private Axes axes;
    private Saved x;
    private Saved y;

    /** @param dims may be negative; none means all */
    LogSumExp(boolean keepDim, int... dims) {
        this.keepDim = keepDim;
        this.dims = dims;
    }

    @Override
    public String name() {
        return "logSumExp";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("keepDim", keepDim, "dims", axes.dims());
    }

    @Override
    protected Tensor forward(Tensor a) {
        axes = Axes.of(name(), a.shape(), dims);
        Tensor fused = Reduce.fused(Fused.LOG_SUM_EXP, a, keepDim, axes);
        Tensor out = fused != null ? fused : Reduce.composedLogSumExp(a, keepDim, axes);
        x = saveFor(LHS, a);
        y = saveResult(out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return x.get().sub(Views.viewOrCopy(y.get(), axes.kept())).exp().mul(Views.viewOrCopy(g, axes.kept()));
    }
}
