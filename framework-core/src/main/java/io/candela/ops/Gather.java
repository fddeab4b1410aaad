package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Map;

/** Picks along a dimension by an index tensor of the same rank. */
public final class Gather extends UnaryOp {
    private final int dim;
    private final Tensor index;
    private Saved saved; // the index: refuses the gradient if it was changed meanwhile
    private Shape from;

    /** @param index int64 */
    public Gather(int dim, Tensor index) {
        this.dim = dim;
        this.index = index;
    }

    @Override
    public String name() {
        return "gather";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("dim", dim, "index", index);
    }

    @Override
    protected Tensor forward(Tensor x) {
        int d = check(name(), x.shape(), dim, index);
        from = x.shape();
        saved = saveFor(LHS, index);
        Tensor out = Tensor.empty(index.shape(), x.dtype(), x.device());
        Backend.of(x).index().gather(x, d, index, out);
        return out;
    }

    static int check(String who, Shape x, int dim, Tensor index) {
        int d = x.wrap(who, dim);
        if (index.dtype() != DType.INT64) {
            throw new DTypeException("%s: the index must be int64, got %s; convert with to(DType.INT64)", who, index.dtype());
        }
        if (index.dim() != x.rank()) {
            throw new ShapeException("%s: index %s must have as many dimensions as the tensor %s", who, index.shape(), x);
        }
        for (int i = 0; i < x.rank(); i++) {
            if (i != d && index.size(i) > x.dim(i)) {
                throw new ShapeException("%s: index %s reaches beyond %s in dimension %d", who, index.shape(), x, i);
            }
        }
        return d;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return Autograd.apply(new ScatterAdd(dim, saved.get()), Tensor.zeros(from, g.dtype(), g.device()), g);
    }
}
