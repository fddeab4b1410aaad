package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Tensor;
import java.util.function.UnaryOperator;

/** eˣ / Σ eˣ along the last dimension. */
public final class Softmax extends UnaryOp {
    private Saved y;

    private Softmax() {}

    /** Softmax along any dimension. */
    public static Tensor along(Tensor x, int dim) {
        return alongLast("softmax", x, dim, t -> Autograd.apply(new Softmax(), t));
    }

    /** Applies to the last dimension what a caller wants for dimension {@code dim}. */
    static Tensor alongLast(String who, Tensor x, int dim, UnaryOperator<Tensor> op) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("%s: needs floating point, got %s; convert with to(DType.FLOAT32)", who, x.dtype());
        }
        int d = x.shape().wrap(who, dim);
        return d >= x.dim() - 1 ? op.apply(x) : op.apply(x.transpose(d, -1)).transpose(d, -1);
    }

    @Override
    public String name() {
        return "softmax";
    }

    @Override
    protected Tensor forward(Tensor x) {
        Tensor out = x.emptyLike();
        Backend.of(x).nn().softmax(x, false, out);
        y = saveResult(out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor p = y.get();
        if (!Autograd.isGradEnabled()) {
            Tensor out = p.emptyLike();
            Backend.of(g).nn().softmaxGrad(g, p, false, out);
            return out;
        }
        Tensor gp = g.mul(p);
        return gp.sub(p.mul(gp.sum(true, -1)));
    }
}
