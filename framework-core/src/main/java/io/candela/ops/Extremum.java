package io.candela.ops;

import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/** The larger or smaller of two, element by element; where they are equal each gets half of the gradient. */
public final class Extremum extends BinaryOp {
    private final BinaryKernel kernel;
    private Saved lhs;
    private Saved rhs;

    /** @param kernel MAXIMUM or MINIMUM */
    public Extremum(BinaryKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public String name() {
        return kernel.label();
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
        DType type = Pointwise.promote(a, b);
        Tensor out = Pointwise.result(Shape.broadcast(name(), a.shape(), b.shape()), type, a, b);
        Backend.of(a).pointwise().binary(kernel, a, b, type, out);
        lhs = save(a);
        rhs = save(b);
        return out;
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        return share(g, lhs.get(), rhs.get());
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        return share(g, rhs.get(), lhs.get());
    }

    private Tensor share(Tensor g, Tensor mine, Tensor other) {
        Tensor halved = g.div(2.0).where(mine.eq(other), g);
        Tensor lost = kernel == BinaryKernel.MAXIMUM ? mine.lt(other) : mine.gt(other);
        return halved.maskedFill(lost, 0);
    }
}
