package io.candela.ops;

import io.candela.autograd.GraphException;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.backend.SpecialKernels.Unary;
import io.candela.tensor.Special;
import io.candela.tensor.Tensor;
import java.util.Map;

/** The rarer functions of one operand: one line per derivative. Integers are computed as float32. */
public final class SpecialUnary extends UnaryOp {
    private static final double ROOT_PI = Math.sqrt(Math.PI);
    private static final double ROOT_HALF = Math.sqrt(0.5);

    private final Unary function;
    private Saved x;
    private Saved y;

    /** Into a new tensor. */
    public SpecialUnary(Unary function) {
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
    protected Tensor forward(Tensor a) {
        Tensor out = Pointwise.result(name(), a.shape(), Pointwise.floating(a.dtype()), a, null);
        x = saveFor(LHS, a);
        Backend.of(a).special().unary(function, a, out);
        y = saveResult(out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        Tensor x = this.x.get();
        return switch (function) {
            case AIRY_AI -> throw new GraphException("airyAi: there is no gradient; detach() its operand");
            case BESSEL_J0 -> g.mul(Special.besselJ1(x)).neg();
            case BESSEL_J1 -> g.mul(Special.besselJ0(x).sub(overX(y.get(), x, 0.5)));
            case BESSEL_Y0 -> g.mul(Special.besselY1(x)).neg();
            case BESSEL_Y1 -> g.mul(Special.besselY0(x).sub(y.get().div(x)));
            case ENTR -> g.mul(x.log().neg().sub(1.0));
            case ERFCX -> g.mul(x.mul(y.get()).mul(2.0).sub(2 / ROOT_PI));
            case I0E -> g.mul(Special.i1e(x).sub(x.sign().mul(y.get())));
            case I1E -> g.mul(Special.i0e(x).sub(x.sign().mul(y.get())).sub(overX(y.get(), x, 0.5)));
            case MODIFIED_BESSEL_K0 -> g.mul(Special.modifiedBesselK1(x)).neg();
            case MODIFIED_BESSEL_K1 -> g.mul(Special.modifiedBesselK0(x).add(y.get().div(x))).neg();
            case SCALED_MODIFIED_BESSEL_K0 -> g.mul(y.get().sub(Special.scaledModifiedBesselK1(x)));
            case SCALED_MODIFIED_BESSEL_K1 -> g.mul(y.get().sub(Special.scaledModifiedBesselK0(x)).sub(y.get().div(x)));
            case LOG_NDTR -> g.mul(2 * ROOT_HALF / ROOT_PI).div(Special.erfcx(x.mul(-ROOT_HALF)));
            case NDTRI -> g.mul(y.get().square().mul(0.5).exp().mul(ROOT_PI / ROOT_HALF));
            case SPHERICAL_BESSEL_J0 -> g.mul(x.cos().sub(y.get()).div(x).where(x.abs().gt(1e-4), x.div(-3.0))); // whose terms cancel at 0
        };
    }

    /** {@code y / x}, and its limit at 0. */
    private static Tensor overX(Tensor y, Tensor x, double limit) {
        return y.div(x).maskedFill(x.eq(0), limit);
    }
}
