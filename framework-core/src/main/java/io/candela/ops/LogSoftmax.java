package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.Tensor;
import java.util.Map;

/** {@code x − ln Σ eˣ} along a dimension. */
public final class LogSoftmax extends UnaryOp {
    private final int dim;
    private Saved y;

    private LogSoftmax(int dim) {
        this.dim = dim;
    }

    /** The logarithm of softmax along any dimension. */
    public static Tensor along(Tensor x, int dim) {
        return Autograd.apply(new LogSoftmax(Softmax.check("logSoftmax", x, dim)), x);
    }

    @Override
    public String name() {
        return "logSoftmax";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("dim", dim);
    }

    @Override
    protected Tensor forward(Tensor x) {
        Tensor out = Pointwise.rowMajor(x);
        Backend.of(x).nn().softmax(Softmax.last(x, dim), true, Softmax.last(out, dim));
        y = saveResult(out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor logp = y.get();
        if (!Autograd.isGradEnabled()) {
            Tensor out = Pointwise.rowMajor(logp);
            Backend.of(g).nn().softmaxGrad(Softmax.last(g, dim), Softmax.last(logp, dim), true, Softmax.last(out, dim));
            return out;
        }
        return g.sub(logp.exp().mul(g.sum(true, dim)));
    }
}
