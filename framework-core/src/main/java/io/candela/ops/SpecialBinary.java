package io.candela.ops;

import io.candela.autograd.BinaryOp;
import io.candela.autograd.GraphException;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.SpecialKernels.Binary;
import io.candela.tensor.Shape;
import io.candela.tensor.Special;
import io.candela.tensor.Tensor;
import java.util.Map;

/** The rarer functions of two operands, which broadcast. Integers are computed as float32. */
public final class SpecialBinary extends BinaryOp {
    private final Binary function;
    private Saved lhs;
    private Saved rhs;

    /** Into a new tensor. */
    public SpecialBinary(Binary function) {
        this.function = function;
    }

    @Override
    public String name() {
        return function.label();
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    protected boolean travels(Tensor operand) {
        return Pointwise.isNumber(operand);
    }

    @Override
    protected Tensor forward(Tensor a, Tensor b) {
        Tensor out = Pointwise.result(name(), Shape.broadcast(name(), a.shape(), b.shape()), Pointwise.floating(Pointwise.promote(a, b)), a, b, null);
        if (isRecorded()) {
            lhs = save(a);
            rhs = save(b);
        }
        Backend.of(a).special().binary(function, a, b, out);
        return out;
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        return switch (function) {
            case ZETA -> throw new GraphException("zeta: there is no gradient for its first operand; detach() it");
            case XLOG1PY -> Special.xlog1py(g, rhs.get()).maskedFill(lhs.get().eq(0).logicalAnd(rhs.get().le(-1)), 0);
        };
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        Tensor a = lhs.get();
        Tensor b = rhs.get();
        return switch (function) {
            case ZETA -> g.mul(a.neg()).mul(Special.zeta(a.add(1.0), b));
            case XLOG1PY -> g.mul(a).div(b.add(1.0));
        };
    }
}
