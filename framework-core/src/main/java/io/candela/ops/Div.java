package io.candela.ops;

import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/** {@code a / b}, element by element, in floating point. */
public final class Div extends BinaryOp {
    private final Tensor target;
    private Saved lhs; // read by gradRhs
    private Saved rhs;

    /** Into a new tensor. */
    public Div() {
        this(null);
    }

    /** Into {@code target}, the left operand. */
    public Div(Tensor target) {
        this.target = target;
    }

    @Override
    public String name() {
        return "div";
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
        lhs = needsGrad(RHS) ? saveFor(RHS, Pointwise.before(a, target)) : null;
        rhs = save(b);
        DType type = Pointwise.floating(Pointwise.promote(a, b));
        Tensor out = Pointwise.result(name(), Shape.broadcast(name(), a.shape(), b.shape()), type, a, b, target);
        if (target != null) {
            Pointwise.checkOverlap(name(), target, b);
        }
        Backend.of(a).pointwise().binary(BinaryKernel.DIV, a, b, type, out);
        return out;
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        return g.div(rhs.get());
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        Tensor b = rhs.get();
        return g.neg().mul(lhs.get().div(b).div(b)); // in PyTorch's order, so that overflow happens where it does there
    }
}
