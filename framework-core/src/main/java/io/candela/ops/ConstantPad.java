package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/** A tensor with a number around it. */
public final class ConstantPad extends UnaryOp {
    private final int[] before;
    private final Shape to;
    private final double value;
    private Shape from;

    private ConstantPad(int[] before, Shape to, double value) {
        this.before = before;
        this.to = to;
        this.value = value;
    }

    /**
     * The padded tensor; it keeps a channels-last order.
     *
     * @param before elements before the first one, per dimension, 0 or more
     * @param to     shape of the result, which has room for them
     */
    public static Tensor apply(Tensor x, int[] before, Shape to, double value) {
        return Autograd.apply(new ConstantPad(before, to, value), x);
    }

    @Override
    public String name() {
        return "pad";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("before", before, "to", to, "value", value);
    }

    @Override
    protected Tensor forward(Tensor x) {
        from = x.shape();
        Tensor out = Tensor.empty(to, x.dtype(), x.device(), x.memoryFormat());
        Backend.of(x).pointwise().fill(out, value);
        inside(out).copyFrom(x);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return inside(g);
    }

    private Tensor inside(Tensor padded) {
        Tensor window = padded;
        for (int d = 0; d < before.length; d++) {
            if (from.dim(d) != to.dim(d)) {
                window = window.narrow(d, before[d], from.dim(d));
            }
        }
        return window;
    }
}
