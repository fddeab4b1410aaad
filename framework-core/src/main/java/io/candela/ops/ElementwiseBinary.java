package io.candela.ops;

import io.candela.autograd.BinaryOp;
import io.candela.autograd.GraphException;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/** Functions of two operands, element by element: one line per function and derivative. The most frequent ones have classes of their own. */
public final class ElementwiseBinary extends BinaryOp {
    private final BinaryKernel kernel;
    private final Tensor target;
    private Saved lhs;
    private Saved rhs;

    /** Into a new tensor. */
    public ElementwiseBinary(BinaryKernel kernel) {
        this(kernel, null);
    }

    /** Into {@code target}, the left operand. */
    public ElementwiseBinary(BinaryKernel kernel, Tensor target) {
        this.kernel = kernel;
        this.target = target;
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
        DType type = type(a, b);
        Shape shape = Shape.broadcast(name(), a.shape(), b.shape());
        if (!type.isFloating() && shape.numel() > 0) {
            checkDivisor(kernel, b);
        }
        Tensor out = Pointwise.result(name(), shape, type, a, b, target);
        if (isRecorded() && type.isFloating()) {
            lhs = save(Pointwise.before(a, target));
            rhs = save(b);
        }
        Backend.of(a).pointwise().binary(kernel, a, b, type, out);
        return out;
    }

    private DType type(Tensor a, Tensor b) {
        DType type = Pointwise.promote(a, b);
        return switch (kernel) {
            case ATAN2, XLOGY, COPYSIGN -> Pointwise.floating(type);
            case HYPOT, LOGADDEXP, LOGADDEXP2, IGAMMA, IGAMMAC -> needs(type.isFloating(), "floating point", type);
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR -> needs(!type.isFloating(), "integers or bools", type);
            case BITWISE_LEFT_SHIFT, BITWISE_RIGHT_SHIFT, GCD, LCM -> needs(type.isIntegral(), "integers", type);
            case HEAVISIDE -> {
                if (a.dtype() != b.dtype()) {
                    throw new DTypeException("heaviside: both operands must have one type, got %s and %s; convert one with to(dtype)", a.dtype(), b.dtype());
                }
                yield type;
            }
            case REMAINDER, FMOD, FLOOR_DIVIDE, TRUNC_DIVIDE -> needs(type != DType.BOOL, "numbers", type);
            default -> type;
        };
    }

    private DType needs(boolean met, String what, DType type) {
        if (!met) {
            throw new DTypeException("%s: needs %s, got %s; convert with to(dtype)", name(), what, type);
        }
        return type;
    }

    /** Whether integers cannot take 0 on the right. */
    static boolean divides(BinaryKernel kernel) {
        return kernel == BinaryKernel.REMAINDER || kernel == BinaryKernel.FMOD || kernel == BinaryKernel.FLOOR_DIVIDE
                || kernel == BinaryKernel.TRUNC_DIVIDE;
    }

    private static void checkDivisor(BinaryKernel kernel, Tensor divisor) {
        if (divides(kernel) && divisor.eq(0).any().item() != 0) {
            throw new ArithmeticException("%s: integer division by zero: the divisor %s holds a 0; floating point would give infinity or NaN"
                    .formatted(kernel.label(), divisor.shape()));
        }
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        Tensor a = lhs.get();
        Tensor b = rhs.get();
        return switch (kernel) {
            case REMAINDER, FMOD -> g;
            case FLOOR_DIVIDE, TRUNC_DIVIDE, HEAVISIDE -> g.zerosLike();
            case ATAN2 -> overSquares(g.mul(b), a, b);
            case HYPOT -> g.mul(a.div(a.hypot(b)));
            case XLOGY -> g.xlogy(b).maskedFill(a.eq(0).logicalAnd(b.le(0)), 0);
            case LOGADDEXP -> g.div(b.sub(a).exp().add(1.0));
            case LOGADDEXP2 -> g.div(b.sub(a).exp2().add(1.0));
            case COPYSIGN -> g.mul(a.detach().copysign(b).div(a.detach()).maskedFill(a.eq(0), 0));
            case IGAMMA, IGAMMAC -> throw new GraphException("%s: there is no gradient for its first operand; detach() it", name());
            case FMAX -> g.maskedFill(a.ge(b).logicalOr(b.isNan()).logicalNot(), 0);
            case FMIN -> g.maskedFill(a.le(b).logicalOr(b.isNan()).logicalNot(), 0);
            default -> throw new AssertionError(kernel);
        };
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        Tensor a = lhs.get();
        Tensor b = rhs.get();
        return switch (kernel) {
            case REMAINDER -> g.neg().mul(a.div(b, "floor"));
            case FMOD -> g.neg().mul(a.div(b, "trunc"));
            case FLOOR_DIVIDE, TRUNC_DIVIDE, COPYSIGN -> g.zerosLike();
            case HEAVISIDE -> g.maskedFill(a.ne(0), 0);
            case ATAN2 -> overSquares(g.mul(a.neg()), a, b);
            case HYPOT -> g.mul(b.div(a.hypot(b)));
            case XLOGY -> g.mul(a).div(b);
            case LOGADDEXP -> g.div(a.sub(b).exp().add(1.0));
            case LOGADDEXP2 -> g.div(a.sub(b).exp2().add(1.0));
            case IGAMMA, IGAMMAC -> {
                Tensor density = a.sub(1.0).mul(b.log()).sub(b).sub(a.lgamma()).exp();
                yield g.mul(kernel == BinaryKernel.IGAMMA ? density : density.neg());
            }
            case FMAX -> g.maskedFill(a.ge(b).logicalOr(b.isNan()), 0);
            case FMIN -> g.maskedFill(a.le(b).logicalOr(b.isNan()), 0);
            default -> throw new AssertionError(kernel);
        };
    }

    /** {@code x / (a² + b²)}; 0 where both are 0. */
    private static Tensor overSquares(Tensor x, Tensor a, Tensor b) {
        Tensor sum = a.square().add(b.square());
        return x.div(sum).maskedFill(sum.eq(0), 0);
    }
}
