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

/** Functions of one operand, element by element: one line per function and derivative. */
public final class Elementwise extends UnaryOp {
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
    protected Tensor forward(Tensor a) {
        DType type = kernel.keepsIntegers() ? a.dtype() : Pointwise.floating(a.dtype());
        if (type == DType.BOOL) {
            type = ofBool();
        }
        Tensor out = Pointwise.result(name(), a.shape(), type, a, target);
        Backend.of(a).pointwise().unary(kernel, a, out);
        switch (kernel) {
            case ABS, SQUARE, LOG, LOG1P, SIN, COS -> x = saveFor(LHS, a);
            case RELU, EXP, EXPM1, SQRT, RSQRT, RECIPROCAL, SIGMOID, TANH -> y = saveResult(out);
            default -> { } // linear, or constant in pieces
        }
        return out;
    }

    private DType ofBool() {
        return switch (kernel) {
            case NEG -> throw new DTypeException("neg: bool has no negative; use logicalNot()");
            case RELU -> throw new DTypeException("relu: needs numbers, got bool; convert with to(DType.FLOAT32)");
            case SQUARE -> DType.INT64;
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
            case RELU -> fused(BinaryKernel.RELU_GRAD, g, () -> g.maskedFill(y.get().le(0), 0));
            case EXP -> g.mul(y.get());
            case EXPM1 -> g.mul(y.get().add(1.0));
            case LOG -> g.div(x.get());
            case LOG1P -> g.div(x.get().add(1.0));
            case SQRT -> g.div(y.get().mul(2.0));
            case RSQRT -> g.mul(y.get().pow(3.0).mul(-0.5));
            case RECIPROCAL -> g.neg().mul(y.get().square());
            case SIGMOID -> fused(BinaryKernel.SIGMOID_GRAD, g, () -> g.mul(y.get().mul(y.get().rsub(1))));
            case TANH -> fused(BinaryKernel.TANH_GRAD, g, () -> g.mul(y.get().square().rsub(1)));
            case SIN -> g.mul(x.get().cos());
            case COS -> g.neg().mul(x.get().sin());
        };
    }

    /** One kernel instead of several, unless the gradient is to be differentiated again. */
    private Tensor fused(BinaryKernel gradient, Tensor g, java.util.function.Supplier<Tensor> plain) {
        if (Autograd.isGradEnabled()) {
            return plain.get();
        }
        Tensor result = y.get();
        Tensor out = result.emptyLike();
        Backend.of(g).pointwise().binary(gradient, g, result, out.dtype(), out);
        return out;
    }
}
