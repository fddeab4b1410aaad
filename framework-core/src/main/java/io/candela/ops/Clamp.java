package io.candela.ops;

import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.Tensor;
import java.util.Map;

/** Limits to a range; the gradient passes where the element was inside, ends included, or not if they are open. */
public final class Clamp extends UnaryOp {
    private final double low;
    private final double high;
    private final boolean open;
    private final Tensor target;
    private Saved x;

    /** Into a new tensor. */
    public Clamp(double low, double high) {
        this(low, high, false, null);
    }

    /** Into a new tensor, as hardtanh: the gradient is 0 at the ends too, and passes at NaN. */
    public static Clamp open(double low, double high) {
        return new Clamp(low, high, true, null);
    }

    /** Into {@code target}, the operand. */
    public Clamp(double low, double high, Tensor target) {
        this(low, high, false, target);
    }

    private Clamp(double low, double high, boolean open, Tensor target) {
        this.open = open;
        this.low = low;
        this.high = high;
        this.target = target;
    }

    @Override
    public String name() {
        return "clamp";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("low", low, "high", high);
    }

    @Override
    protected Tensor forward(Tensor a) {
        boolean integral = low == Math.rint(low) && high == Math.rint(high);
        Tensor out = Pointwise.result(name(), a.shape(), Pointwise.promote(a, integral), a, target);
        x = needsGrad(LHS) ? saveFor(LHS, Pointwise.before(a, target)) : null;
        Backend.of(a).pointwise().clamp(a, low, high, out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor a = x.get();
        if (open) {
            return g.maskedFill(a.le(low).logicalOr(a.ge(high)), 0);
        }
        return g.maskedFill(a.ge(low).logicalAnd(a.le(high)).logicalNot(), 0); // 0 for NaN too
    }
}
