package io.candela.ops;

import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;
import java.util.Map;

/** A dense copy, in one of the orders that elements may have. */
public final class Clone extends UnaryOp {
    private final MemoryFormat format;

    /** Of this order. */
    public Clone(MemoryFormat format) {
        this.format = format;
    }

    @Override
    public String name() {
        return "clone";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    protected Tensor forward(Tensor x) {
        Tensor out = Tensor.empty(x.shape(), x.dtype(), x.device(), format);
        Backend.of(x).pointwise().copy(x, out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return g;
    }
}
