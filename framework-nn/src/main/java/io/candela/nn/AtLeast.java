package io.candela.nn;

import io.candela.autograd.UnaryOp;
import io.candela.tensor.Tensor;
import java.util.Map;

/** max(x, low) whose gradient passes everywhere, as where PyTorch limits a divisor outside the graph. */
final class AtLeast extends UnaryOp {
    private final double low;

    AtLeast(double low) {
        this.low = low;
    }

    @Override
    public String name() {
        return "atLeast";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("low", low, "high", Double.POSITIVE_INFINITY);
    }

    @Override
    protected Tensor forward(Tensor x) {
        return x.clamp(low, Double.POSITIVE_INFINITY);
    }

    @Override
    protected Tensor grad(Tensor g) {
        return g;
    }
}
