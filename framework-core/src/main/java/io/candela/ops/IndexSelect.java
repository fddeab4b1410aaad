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

/** Slices along a dimension in the order of an index vector. */
public final class IndexSelect extends UnaryOp {
    private final int dim;
    private final Tensor index;
    private Saved saved; // the index: refuses the gradient if it was changed meanwhile
    private Shape from;

    /** @param index int64 or int32, one dimension (or 0-d, taken as one element) */
    public IndexSelect(int dim, Tensor index) {
        this.dim = dim;
        this.index = index;
    }

    /** The op; a scalar counts as a vector of one, of which one element is taken. */
    public static Tensor apply(Tensor x, int dim, Tensor index) {
        if (x.dim() == 0 && index.numel() == 1) {
            x.shape().wrap("indexSelect", dim);
            return Autograd.apply(new IndexSelect(0, index), x.reshape(1)).reshape();
        }
        return Autograd.apply(new IndexSelect(dim, index), x);
    }

    @Override
    public String name() {
        return "indexSelect";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("dim", dim, "index", index);
    }

    @Override
    protected Tensor forward(Tensor x) {
        int d = x.shape().wrap(name(), dim);
        if (index.dtype() != DType.INT64 && index.dtype() != DType.INT32) {
            throw new DTypeException("indexSelect: the index must be int64 or int32, got %s", index.dtype());
        }
        if (index.dim() > 1) {
            throw new ShapeException("indexSelect: the index must have one dimension, got %s", index.shape());
        }
        if (x.dim() == 0) {
            throw new ShapeException("indexSelect: of a 0-d tensor one element can be taken, got %d indices", index.numel());
        }
        from = x.shape();
        saved = saveFor(LHS, index);
        // Slices of the first dimension are rows; another dimension is brought to the front and back again.
        Tensor front = d == 0 ? x : x.transpose(0, d);
        Tensor rows = Tensor.empty(front.shape().with(0, index.numel()), x.dtype(), x.device());
        Backend.of(x).index().selectRows(name(), front, index, rows);
        return d == 0 ? rows : rows.transpose(0, d).contiguous();
    }

    @Override
    protected Tensor grad(Tensor g) {
        saved.get();
        return Autograd.apply(new IndexAdd(this), g);
    }

    /** The transpose: rows added into zeros. */
    private static final class IndexAdd extends UnaryOp {
        private final IndexSelect select;

        IndexAdd(IndexSelect select) {
            this.select = select;
        }

        @Override
        public String name() {
            return "indexSelectBackward";
        }

        @Override
        protected Tensor forward(Tensor g) {
            int d = select.from.wrap(name(), select.dim);
            Tensor front = d == 0 ? g : g.transpose(0, d);
            Tensor out = Tensor.zeros(front.shape().with(0, select.from.dim(d)), g.dtype(), g.device());
            Backend.of(g).index().addRows(front, select.index, out);
            return d == 0 ? out : out.transpose(0, d).contiguous();
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new IndexSelect(select.dim, select.index), g);
        }
    }
}
