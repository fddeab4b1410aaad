package io.candela.ops;

import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.tensor.Tensor;
import java.util.Map;

/** A standard deviation from its variance: the square root, with 0 as gradient at 0, where that of the root is infinite. */
public final class Deviation extends UnaryOp {
    private Saved y;

    @Override
    public String name() {
        return "std";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    protected Tensor forward(Tensor variance) {
        Tensor out = variance.sqrt();
        y = saveResult(out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor deviation = y.get();
        return g.div(deviation.mul(2.0)).maskedFill(deviation.eq(0), 0);
    }
}
