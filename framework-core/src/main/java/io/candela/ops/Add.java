package io.candela.ops;

import io.candela.autograd.BinaryOp;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.backend.TernaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Half;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/** {@code a + alpha · b}. */
public final class Add extends BinaryOp {
    private final double alpha;
    private final Tensor target;

    /** Into a new tensor. */
    public Add(double alpha) {
        this(alpha, null);
    }

    /** Into {@code target}, the left operand. */
    public Add(double alpha, Tensor target) {
        this.alpha = alpha;
        this.target = target;
    }

    @Override
    public String name() {
        return alpha == -1 ? "sub" : "add";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("alpha", alpha);
    }

    @Override
    protected boolean travels(Tensor operand) {
        return Pointwise.isNumber(operand);
    }

    @Override
    protected Tensor forward(Tensor a, Tensor b) {
        DType type = Pointwise.promote(a, b);
        checkTypes(a, b, type);
        Tensor out = Pointwise.result(name(), Shape.broadcast(name(), a.shape(), b.shape()), type, a, b, target);
        if (target != null) {
            Pointwise.checkOverlap(name(), target, b);
        }
        if (alpha == 1) {
            Backend.of(a).pointwise().binary(BinaryKernel.ADD, a, b, type, out);
        } else if (alpha == -1) {
            Backend.of(a).pointwise().binary(BinaryKernel.SUB, a, b, type, out);
        } else {
            Tensor one = Tensor.full(Shape.SCALAR, 1, type, a.device());
            double factor = type.isHalf() ? Half.round(type, (float) alpha) : alpha; // PyTorch's add holds it in the type
            Backend.of(a).pointwise().ternary(TernaryKernel.ADDCMUL, a, b, one, factor, out);
        }
        return out;
    }

    private void checkTypes(Tensor a, Tensor b, DType type) {
        if (alpha == -1 && (a.dtype() == DType.BOOL || b.dtype() == DType.BOOL)) {
            throw new DTypeException("sub: bools cannot be subtracted, got %s and %s; use logicalXor, or convert with to(dtype)", a.dtype(), b.dtype());
        }
        if (!type.isFloating() && alpha != Math.rint(alpha)) {
            throw new DTypeException("add: %s cannot be multiplied by the fraction %s; convert with to(DType.FLOAT32)", type, alpha);
        }
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        return g;
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        return alpha == 1 ? g : g.mul(alpha);
    }
}
