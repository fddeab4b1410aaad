package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/** {@code a} to the power {@code b}, element by element. */
public final class Pow extends BinaryOp {
    private Saved base;
    private Saved exponent;
    private Saved result; // read by gradRhs

    private Pow() {}

    /** The op, in float32 where {@link Autocast} wants that. */
    public static Tensor apply(Tensor a, Tensor b) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32_ON_CUDA, a)) {
            return Autocast.apply(Autocast.Rule.FLOAT32_ON_CUDA, t -> apply(t[0], t[1]), a, b);
        }
        return Autograd.apply(new Pow(), a, b);
    }

    @Override
    public String name() {
        return "pow";
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
        Backend.of(a).pointwise().binary(BinaryKernel.POW, a, b, type, out);
        base = save(a);
        exponent = save(b);
        result = needsGrad(RHS) ? saveResult(out) : null;
        return out;
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        Tensor a = base.get();
        Tensor b = exponent.get();
        return g.mul(b.mul(a.pow(b.sub(1)))).maskedFill(b.eq(0), 0); // x⁰ is constant, also at 0
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        Tensor a = base.get();
        Tensor zeroToPositive = a.eq(0).logicalAnd(exponent.get().ge(0)); // where ln 0 stands beside a factor 0
        return g.mul(result.get().mul(a.log())).maskedFill(zeroToPositive, 0);
    }
}
