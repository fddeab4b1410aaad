package io.candela.ops;

import io.candela.autograd.NaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.TernaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/** The second operand where the first (bool) is true, else the third. */
public final class Where extends NaryOp {
    private final boolean rowMajor;
    private Saved condition;

    /** In the order of the operands. */
    public Where() {
        this(false);
    }

    /** @param rowMajor whether the result lies in row-major order, whatever the operands' is */
    public Where(boolean rowMajor) {
        this.rowMajor = rowMajor;
    }

    @Override
    public String name() {
        return "where";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    protected Tensor forward(Tensor... xs) {
        Tensor mask = xs[0];
        Tensor a = xs[1];
        Tensor b = xs[2];
        if (mask.dtype() != DType.BOOL) {
            throw new DTypeException("where: the condition %s must be bool, got %s; compare first, such as with ne(0)", mask.shape(), mask.dtype());
        }
        condition = save(mask);
        Shape shape = Shape.broadcast(name(), mask.shape(), Shape.broadcast(name(), a.shape(), b.shape()));
        DType dtype = Pointwise.promote(a, b);
        Tensor out = rowMajor ? Tensor.empty(shape, dtype, a.device()) : Pointwise.result(shape, dtype, mask, a, b);
        Backend.of(a).pointwise().ternary(TernaryKernel.WHERE, mask, a, b, 0, out);
        return out;
    }

    @Override
    protected Tensor grad(int input, Tensor g) {
        Tensor mask = condition.get();
        Tensor zero = Tensor.zeros(Shape.SCALAR, g.dtype(), g.device());
        return input == 1 ? g.where(mask, zero) : zero.where(mask, g);
    }
}
