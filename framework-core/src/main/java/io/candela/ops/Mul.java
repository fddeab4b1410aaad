package io.candela.ops;

import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/** {@code a · b}, element by element. */
public final class Mul extends BinaryOp {
    private final Tensor target;
    private Saved lhs; // read by gradRhs
    private Saved rhs; // read by gradLhs

    /** Into a new tensor. */
    public Mul() {
        this(null);
    }

    /** Into {@code target}, the left operand. */
    public Mul(Tensor target) {
        this.target = target;
    }

    @Override
    public String name() {
        return "mul";
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
        rhs = saveFor(LHS, b);
        DType type = Pointwise.promote(a, b);
        Tensor out = Pointwise.result(name(), Shape.broadcast(name(), a.shape(), b.shape()), type, a, b, target);
        if (target != null) {
            Pointwise.checkOverlap(name(), target, b);
        }
        Backend.of(a).pointwise().binary(BinaryKernel.MUL, a, b, type, out);
        return out;
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        return g.mul(rhs.get());
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        return g.mul(lhs.get());
    }
}
