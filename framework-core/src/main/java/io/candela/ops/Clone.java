package io.candela.ops;

import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;
import java.util.Map;

/** A dense copy, in the operand's order or another one. */
public final class Clone extends UnaryOp {
    private final MemoryFormat format; // null for the operand's order

    /** In the operand's order, dense. */
    public Clone() {
        this(null);
    }

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
        Tensor out = format == null ? Pointwise.result(x.shape(), x.dtype(), x) : Tensor.empty(x.shape(), x.dtype(), x.device(), format);
        Backend.of(x).pointwise().copy(x, out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return g;
    }
}
