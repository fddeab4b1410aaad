package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Tensor;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Functions of one operand, element by element: one line per function and derivative. */
public final class Elementwise extends UnaryOp {
    private static final double LN2 = Math.log(2);
    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

    private final UnaryKernel kernel;
    private final Tensor target;
    private Saved x;
    private Saved y;

    /** Into a new tensor. */
    public Elementwise(UnaryKernel kernel) {
        this(kernel, null);
    }

    /** Into {@code target}, the operand. */
    public Elementwise(UnaryKernel kernel, Tensor target) {
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
    protected Tensor forward(Tensor a) {
        DType type = kernel.keepsIntegers() ? a.dtype() : Pointwise.floating(a.dtype());
        if (type == DType.BOOL) {
            type = ofBool();
        } else if (kernel == UnaryKernel.BITWISE_NOT && type.isFloating()) {
            throw new DTypeException("bitwiseNot: needs integers or bools, got %s", type);
        }
        Tensor out = Pointwise.result(name(), a.shape(), type, a, target);
        boolean fromOperand = switch (kernel) {
            case ABS, SQUARE, LOG, LOG1P, LOG2, LOG10, SIN, COS, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, LOGIT, SOFTPLUS, SINC, ERF, ERFC,
                    LGAMMA, DIGAMMA, I0, I1, GELU, GELU_TANH, SILU, MISH, LOG_SIGMOID, HARDSWISH, HARDSIGMOID -> true;
            default -> false;
        };
        if (fromOperand && needsGrad(LHS)) {
            x = saveFor(LHS, Pointwise.before(a, target));
        }
        Backend.of(a).pointwise().unary(kernel, a, out);
        switch (kernel) {
            case RELU, EXP, EXPM1, EXP2, SQRT, RSQRT, RECIPROCAL, SIGMOID, TANH, TAN, ERFINV -> y = saveResult(out);
            default -> { } // from the operand; or linear, or constant in pieces
        }
        return out;
    }

    private DType ofBool() {
        return switch (kernel) {
            case NEG -> throw new DTypeException("neg: bool has no negative; use logicalNot()");
            case RELU -> throw new DTypeException("relu: needs numbers, got bool; convert with to(DType.FLOAT32)");
            case SQUARE -> DType.INT64;
            case BITWISE_NOT -> throw new AssertionError("logicalNot is called instead");
            default -> DType.BOOL;
        };
    }

    @Override
    protected Tensor grad(Tensor g) {
        return switch (kernel) {
            case NEG -> g.neg();
            case ABS -> g.mul(x.get().sign());
            case SIGN, FLOOR, CEIL, ROUND, TRUNC -> g.zerosLike();
            case SQUARE -> g.mul(x.get().mul(2.0));
            case RELU -> fused(BinaryKernel.RELU_GRAD, g, y.get(), y -> g.maskedFill(y.le(0), 0));
            case EXP -> g.mul(y.get());
            case EXPM1 -> g.mul(y.get().add(1.0));
            case LOG -> g.div(x.get());
            case LOG1P -> g.div(x.get().add(1.0));
            case SQRT -> g.div(y.get().mul(2.0));
            case RSQRT -> g.mul(-0.5).mul(y.get().pow(3.0));
            case RECIPROCAL -> g.neg().mul(y.get().square());
            case SIGMOID -> fused(BinaryKernel.SIGMOID_GRAD, g, y.get(), y -> g.mul(y.mul(y.rsub(1))));
            case TANH -> fused(BinaryKernel.TANH_GRAD, g, y.get(), y -> g.mul(y.square().rsub(1)));
            case SIN -> g.mul(x.get().cos());
            case COS -> g.neg().mul(x.get().sin());
            case TAN -> g.mul(y.get().square().add(1.0));
            case ASIN -> g.mul(x.get().square().rsub(1).rsqrt());
            case ACOS -> g.neg().mul(x.get().square().rsub(1).rsqrt());
            case ATAN -> g.div(x.get().square().add(1.0));
            case SINH -> g.mul(x.get().cosh());
            case COSH -> g.mul(x.get().sinh());
            case ASINH -> g.mul(x.get().square().add(1.0).rsqrt());
            case ACOSH -> g.mul(x.get().square().sub(1.0).rsqrt());
            case ATANH -> g.div(x.get().square().rsub(1));
            case EXP2 -> g.mul(y.get()).mul(LN2);
            case LOG2 -> g.div(x.get().mul(LN2));
            case LOG10 -> g.div(x.get().mul(Math.log(10)));
            case LOGIT -> g.div(x.get().mul(x.get().rsub(1))).maskedFill(x.get().lt(0).logicalOr(x.get().gt(1)), Double.NaN);
            case SOFTPLUS -> fused(BinaryKernel.SOFTPLUS_GRAD, g, x.get(), x -> g.where(x.gt(20), g.mul(x.sigmoid())));
            case GELU -> fused(BinaryKernel.GELU_GRAD, g, x.get(), x -> g.mul(Formulas.geluSlope(x)));
            case GELU_TANH -> fused(BinaryKernel.GELU_TANH_GRAD, g, x.get(), x -> g.mul(Formulas.geluTanhSlope(x)));
            case SILU -> fused(BinaryKernel.SILU_GRAD, g, x.get(), x -> g.mul(Formulas.siluSlope(x)));
            case MISH -> fused(BinaryKernel.MISH_GRAD, g, x.get(), x -> g.mul(Formulas.mishSlope(x)));
            case LOG_SIGMOID -> fused(BinaryKernel.LOG_SIGMOID_GRAD, g, x.get(), x -> g.mul(x.neg().sigmoid()));
            case HARDSWISH -> fused(BinaryKernel.HARDSWISH_GRAD, g, x.get(),
                    x -> g.mul(x.div(3.0).add(0.5)).where(x.lt(3), g).maskedFill(x.le(-3), 0));
            case HARDSIGMOID -> fused(BinaryKernel.HARDSIGMOID_GRAD, g, x.get(),
                    x -> g.div(6.0).maskedFill(x.gt(-3).logicalAnd(x.lt(3)).logicalNot(), 0));
            case SINC -> sincGrad(g, x.get());
            case ERF -> g.mul(x.get().square().neg().exp().mul(TWO_OVER_ROOT_PI));
            case ERFC -> g.mul(x.get().square().neg().exp().mul(-TWO_OVER_ROOT_PI));
            case ERFINV -> g.mul(y.get().square().exp().mul(1 / TWO_OVER_ROOT_PI));
            case LGAMMA -> g.mul(x.get().digamma());
            case DIGAMMA -> g.mul(x.get().polygamma(1));
            case I0 -> g.mul(x.get().i1());
            case I1 -> g.mul(x.get().i0().sub(x.get().i1().div(x.get()).maskedFill(x.get().eq(0), 0.5)));
            case BITWISE_NOT -> throw new AssertionError(kernel);
        };
    }

    private static Tensor sincGrad(Tensor g, Tensor x) {
        Tensor angle = x.mul(Math.PI);
        Tensor divisor = x.square().mul(Math.PI);
        Tensor slope = angle.mul(angle.cos()).sub(angle.sin()).div(divisor);
        return g.mul(slope).maskedFill(divisor.eq(0), 0);
    }

    /** One kernel instead of several, unless the gradient is to be differentiated again. */
    private static Tensor fused(BinaryKernel gradient, Tensor g, Tensor saved, UnaryOperator<Tensor> plain) {
        if (Autograd.isGradEnabled()) {
            return plain.apply(saved);
        }
        Tensor out = Pointwise.result(saved.shape(), saved.dtype(), saved);
        Backend.of(g).pointwise().binary(gradient, g, saved, out.dtype(), out);
        return out;
    }
}
