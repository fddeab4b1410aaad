package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** eˣ / Σ eˣ along a dimension. */
public final class Softmax extends UnaryOp {
    private final int dim;
    private Saved y;

    private Softmax(int dim) {
        this.dim = dim;
    }

    /** Softmax along any dimension. */
    public static Tensor along(Tensor x, int dim) {
        return Autograd.apply(new Softmax(check("softmax", x, dim)), x);
    }

    /** The dimension from 0, for an operand that must be floating point. */
    static int check(String who, Tensor x, int dim) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("%s: needs floating point, got %s; convert with to(DType.FLOAT32)", who, x.dtype());
        }
        return x.shape().wrap(who, dim);
    }

    /** A view with the dimension last, for kernels. */
    static Tensor last(Tensor x, int dim) {
        if (dim >= x.dim() - 1) {
            return x;
        }
        int last = x.dim() - 1;
        int[] order = new int[x.dim()];
        Arrays.setAll(order, i -> i == dim ? last : i == last ? dim : i);
        return Views.permuted(x, order);
    }

    @Override
    public String name() {
        return "softmax";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("dim", dim);
    }

    @Override
    protected Tensor forward(Tensor x) {
        Tensor out = Pointwise.rowMajor(x);
        Backend.of(x).nn().softmax(last(x, dim), false, last(out, dim));
        y = saveResult(out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor p = y.get();
        if (!Autograd.isGradEnabled()) {
            Tensor out = Pointwise.rowMajor(p);
            Backend.of(g).nn().softmaxGrad(last(g, dim), last(p, dim), false, last(out, dim));
            return out;
        }
        Tensor gp = g.mul(p);
        return gp.sub(p.mul(gp.sum(true, dim)));
    }
}
