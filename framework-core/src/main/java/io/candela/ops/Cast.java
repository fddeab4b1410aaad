package io.candela.ops;

import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Map;

/** The same numbers in another element type. Floating point becomes an integer by cutting off; anything but 0 becomes true. */
public final class Cast extends UnaryOp {
    private final DType to;

    /** @param to the new type */
    public Cast(DType to) {
        this.to = to;
    }

    @Override
    public String name() {
        return "to";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("dtype", to);
    }

    @Override
    protected Tensor forward(Tensor x) {
        Tensor out = Pointwise.result(x.shape(), to, x);
        Backend.of(x).pointwise().copy(x, out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return g; // converted back to the operand's type by the pass
    }
}
