package io.candela.ops;

import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Tensor;
import java.util.Map;

/** Arithmetic of a tensor with a Java number. */
public final class WithNumber extends UnaryOp {
    private final BinaryKernel kernel;
    private final double number;
    private final boolean integral;
    private final Tensor target;
    private Saved x; // read by the gradients that are not linear
    private Saved y; // RDIV and RPOW

    /** With a floating point number: integer tensors become float32. */
    public WithNumber(BinaryKernel kernel, double number) {
        this(kernel, number, false, null);
    }

    /** With an integer: integer tensors keep their type. */
    public WithNumber(BinaryKernel kernel, long number) {
        this(kernel, number, true, null);
    }

    /** Into {@code target}, the operand. */
    public WithNumber(BinaryKernel kernel, double number, Tensor target) {
        this(kernel, number, number == Math.rint(number), target);
    }

    private WithNumber(BinaryKernel kernel, double number, boolean integral, Tensor target) {
        this.kernel = kernel;
        this.number = number;
        this.integral = integral;
        this.target = target;
    }

    @Override
    public String name() {
        return kernel.label();
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("number", number);
    }

    @Override
    protected Tensor forward(Tensor a) {
        DType type = Pointwise.promote(a, integral);
        boolean division = kernel == BinaryKernel.DIV || kernel == BinaryKernel.RDIV;
        if (division) {
            type = Pointwise.floating(type);
        }
        if (!type.isFloating() && kernel == BinaryKernel.POW && number < 0) {
            throw new DTypeException("pow: integers to the negative power %s are not integers; convert with to(DType.FLOAT32) first", number);
        }
        if (!type.isFloating() && number == 0 && a.numel() > 0 && ElementwiseBinary.divides(kernel)) {
            throw new ArithmeticException(name() + ": integer division by zero, tensor " + a.shape() + " of " + type);
        }
        if (a.dtype() == DType.BOOL && (kernel == BinaryKernel.SUB || kernel == BinaryKernel.RSUB)) {
            throw new DTypeException("%s: bools cannot be subtracted; use logicalXor, or convert with to(dtype)", name());
        }
        Tensor out = Pointwise.result(name(), a.shape(), type, a, target);
        UnaryKernel root = kernel == BinaryKernel.POW && type.isFloating() ? root() : null;
        boolean fromOperand = kernel == BinaryKernel.POW || kernel == BinaryKernel.RDIV || kernel == BinaryKernel.POLYGAMMA
                || kernel == BinaryKernel.LEAKY_RELU || kernel == BinaryKernel.ELU;
        x = fromOperand && needsGrad(LHS) ? saveFor(LHS, Pointwise.before(a, target)) : null;
        if (root != null) {
            Backend.of(a).pointwise().unary(root, a, out);
        } else {
            Backend.of(a).pointwise().binary(kernel, a, number, type, out);
        }
        y = kernel == BinaryKernel.RPOW ? saveResult(out) : null;
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return switch (kernel) {
            case ADD, SUB, REMAINDER, FMOD -> g;
            case FLOOR_DIVIDE, TRUNC_DIVIDE -> g.zerosLike();
            case POLYGAMMA -> g.mul(x.get().polygamma((int) number + 1));
            case RSUB -> g.neg();
            case MUL -> g.mul(number);
            case DIV -> g.div(number);
            case RDIV -> g.mul(number).neg().mul(x.get().reciprocal().square());
            case POW -> powGrad(g);
            case LEAKY_RELU -> g.where(x.get().gt(0), g.mul(number));
            case ELU -> g.mul(x.get().clampMax(0).exp().mul(number)).where(x.get().le(0), g);
            case RPOW -> g.mul(y.get().mul(Math.log(number)));
            default -> throw new AssertionError(kernel);
        };
    }

    /** The exponents that PyTorch computes otherwise: the root of −∞ is NaN, its power 0.5 would be ∞. */
    private UnaryKernel root() {
        return number == 0.5 ? UnaryKernel.SQRT : number == -0.5 ? UnaryKernel.RSQRT : number == 2 ? UnaryKernel.SQUARE : null;
    }

    private Tensor powGrad(Tensor g) {
        if (number == 0) {
            return g.zerosLike();
        }
        return number == 2 ? g.mul(x.get().mul(2.0)) : g.mul(x.get().pow(number - 1).mul(number));
    }
}
