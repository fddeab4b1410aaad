package io.candela.ops;

import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Map;

/** Matrix product: {@code (m, k)} by {@code (k, n)}, or with one leading dimension on both, where 1 broadcasts. That of integers wraps. */
public final class Matmul extends BinaryOp {
    private Saved lhs; // read by gradRhs
    private Saved rhs; // read by gradLhs

    @Override
    public String name() {
        return "matmul";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    protected Tensor forward(Tensor a, Tensor b) {
        checkTypes(name(), a, b);
        if (a.size(-1) != b.size(-2)) {
            throw new ShapeException("matmul: inner sizes differ: lhs %s has %d columns, rhs %s has %d rows", a.shape(), a.size(-1), b.shape(),
                    b.size(-2));
        }
        lhs = saveFor(RHS, a);
        rhs = saveFor(LHS, b);
        if (a.dim() == 2 && b.dim() == 2) {
            return product(a, b, Shape.of(a.size(0), b.size(1)));
        }
        Shape batch = Shape.broadcast(name(), a.shape().dropLast(2), b.shape().dropLast(2));
        Tensor out = Tensor.empty(batch.append(a.size(-2), b.size(-1)), a.dtype(), a.device());
        Backend.of(a).matrix().matmul(a, b, out);
        return out;
    }

    /** The product of two matrices that fit, of this shape, outside the graph. */
    static Tensor product(Tensor a, Tensor b, Shape shape) {
        Tensor out = Tensor.empty(shape, a.dtype(), a.device());
        Backend.of(a).matrix().matmul(a, b, out);
        return out;
    }

    static void checkTypes(String who, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            throw new DTypeException("%s: operands must have one type: lhs is %s, rhs %s; convert one with to(dtype)", who, a.dtype(), b.dtype());
        }
        if (a.dtype() == DType.BOOL) {
            throw new DTypeException("%s: needs numbers, got bool; convert with to(dtype)", who);
        }
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        return g.matmul(rhs.get().mT());
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        return lhs.get().mT().matmul(g);
    }
}
