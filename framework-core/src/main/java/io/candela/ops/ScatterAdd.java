package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** A copy of the left operand to which the right one is added at an index: the transpose of {@link Gather}. */
public final class ScatterAdd extends BinaryOp {
    private final int dim;
    private final Tensor index;
    private Saved saved; // the index: refuses the gradient if it was changed meanwhile

    /** @param index int64, of the right operand's shape or smaller */
    public ScatterAdd(int dim, Tensor index) {
        this.dim = dim;
        this.index = index;
    }

    /** The op, of the wider type where {@link Autocast} wants that. */
    public static Tensor apply(Tensor x, int dim, Tensor index, Tensor source) {
        if (Autocast.concerns(Autocast.Rule.WIDEST_ON_CUDA, x)) {
            return Autocast.apply(Autocast.Rule.WIDEST_ON_CUDA, t -> apply(t[0], dim, index, t[1]), x, source);
        }
        if (x.dim() == 0 && index.dim() <= 1 && index.shape().equals(source.shape())) { // a scalar counts as a vector of one
            x.shape().wrap("scatterAdd", dim);
            return Autograd.apply(new ScatterAdd(0, index.reshape(index.numel())), x.reshape(1), source.reshape(source.numel())).reshape();
        }
        return Autograd.apply(new ScatterAdd(dim, index), x, source);
    }

    @Override
    public String name() {
        return "scatterAdd";
    }

    @Override
    protected Tensor forward(Tensor x, Tensor source) {
        int d = Gather.check(name(), x.shape(), dim, index);
        if (source.dtype() != x.dtype()) {
            throw new DTypeException("scatterAdd: source is %s, the tensor %s", source.dtype(), x.dtype());
        }
        if (!index.shape().equals(source.shape())) {
            throw new ShapeException("scatterAdd: index %s and source %s must have one shape", index.shape(), source.shape());
        }
        saved = saveFor(RHS, index);
        Tensor out = Pointwise.rowMajor(x);
        Backend.of(x).pointwise().copy(x, out);
        Backend.of(x).index().scatter(source, d, index, true, out);
        return out;
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        return g;
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        return Autograd.apply(new Gather(dim, saved.get()), g);
    }
}
