package io.candela.ops;

import io.candela.autograd.NaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/**
 * Limits the first operand to the range from the second to the third, of which one may be null. The gradient goes to the operand that the result
 * equals: to the first at the ends too, and to the upper limit where the limits are crossed.
 */
public final class ClampTensors extends NaryOp {
    private Saved x;
    private Saved low;
    private Saved high;

    @Override
    public String name() {
        return "clamp";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    protected Tensor forward(Tensor... xs) {
        if (xs[1] == null && xs[2] == null) {
            throw new IllegalArgumentException("clamp: at least one of low and high must not be null");
        }
        x = save(xs[0]);
        low = xs[1] == null ? null : save(xs[1]);
        high = xs[2] == null ? null : save(xs[2]);
        Tensor out = xs[1] == null ? xs[0] : limit(BinaryKernel.MAXIMUM, xs[0], xs[1]);
        return xs[2] == null ? out : limit(BinaryKernel.MINIMUM, out, xs[2]);
    }

    private Tensor limit(BinaryKernel kernel, Tensor a, Tensor b) {
        Tensor out = Pointwise.result(Shape.broadcast(name(), a.shape(), b.shape()), Pointwise.promote(a, b), a, b);
        Backend.of(a).pointwise().binary(kernel, a, b, out.dtype(), out);
        return out;
    }

    @Override
    protected Tensor grad(int input, Tensor g) {
        Tensor a = x.get();
        Tensor from = low == null ? null : low.get();
        Tensor to = high == null ? null : high.get();
        Tensor mine;
        if (input == 0) {
            mine = from == null ? a.le(to) : to == null ? a.ge(from) : a.ge(from).logicalAnd(a.le(to));
        } else if (input == 1) {
            mine = to == null ? a.lt(from) : a.lt(from).logicalAnd(from.lt(to));
        } else {
            mine = from == null ? a.gt(to) : a.gt(to).logicalOr(to.lt(from));
        }
        return g.maskedFill(mine.logicalNot(), 0);
    }
}
