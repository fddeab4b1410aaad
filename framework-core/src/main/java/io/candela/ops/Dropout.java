package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.Tracer;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;

/** Sets elements to 0 with a probability and scales the others, in one kernel that keeps a byte per element for the way back. */
public final class Dropout extends UnaryOp {
    private final double keep;
    private Saved kept; // bool, in the order of the result

    private Dropout(double keep) {
        this.keep = keep;
    }

    /**
     * Dropout of single elements, with numbers of the device's default generator; null where the device has no such kernel, or a trace is recorded.
     *
     * @param p above 0 and below 1
     * @param x of at least one element
     */
    public static Tensor apply(Tensor x, double p) {
        return Backend.of(x).nn().hasDropout() && x.dtype().isFloating() && !Tracer.isTracing() ? Autograd.apply(new Dropout(1 - p), x) : null;
    }

    @Override
    public String name() {
        return "dropout";
    }

    @Override
    protected Tensor forward(Tensor x) {
        Tensor out = Pointwise.like(x, x.dtype());
        Tensor mask = Pointwise.like(out, DType.BOOL);
        Backend.of(x).nn().dropout(x, keep, Generator.getDefault(x.device()), out, mask);
        kept = save(mask);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor mask = kept.get();
        if (Autograd.isGradEnabled()) {
            return g.mul(mask).mul(1 / keep);
        }
        Tensor out = Pointwise.like(mask, g.dtype());
        Backend.of(g).nn().dropoutGrad(g, mask, 1 / keep, out);
        return out;
    }
}
