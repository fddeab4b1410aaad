package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.Tensor;

/** {@code x − ln Σ eˣ} along the last dimension. */
public final class LogSoftmax extends UnaryOp {
    private Saved y;

    private LogSoftmax() {}

    /** The logarithm of softmax along any dimension. */
    public static Tensor along(Tensor x, int dim) {
        return Softmax.alongLast("logSoftmax", x, dim, t -> Autograd.apply(new LogSoftmax(), t));
    }

    @Override
    public String name() {
        return "logSoftmax";
    }

    @Override
    protected Tensor forward(Tensor x) {
        Tensor out = x.emptyLike();
        Backend.of(x).nn().softmax(x, true, out);
        y = saveResult(out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor logp = y.get();
        if (!Autograd.isGradEnabled()) {
            Tensor out = logp.emptyLike();
            Backend.of(g).nn().softmaxGrad(g, logp, true, out);
            return out;
        }
        return g.sub(logp.exp().mul(g.sum(true, -1)));
    }
}
