package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.backend.BinaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Element by element operations that are made of others, and so need no gradient of their own. */
public final class Formulas {
    private Formulas() {}

    /** Quotient with PyTorch's rounding mode: null, {@code trunc} or {@code floor}. */
    public static Tensor div(Tensor a, Tensor b, String roundingMode) {
        BinaryKernel kernel = rounding(roundingMode);
        return kernel == null ? a.div(b) : Autograd.apply(new ElementwiseBinary(kernel), a, b);
    }

    /** As {@link #div(Tensor, Tensor, String)}, by a number. */
    public static Tensor div(Tensor a, double number, String roundingMode) {
        BinaryKernel kernel = rounding(roundingMode);
        if (kernel == null) {
            return a.div(number);
        }
        boolean integral = number == Math.rint(number);
        return Autograd.apply(integral ? new WithNumber(kernel, (long) number) : new WithNumber(kernel, number), a);
    }

    private static BinaryKernel rounding(String mode) {
        if (mode == null) {
            return null;
        }
        return switch (mode) {
            case "floor" -> BinaryKernel.FLOOR_DIVIDE;
            case "trunc" -> BinaryKernel.TRUNC_DIVIDE;
            default -> throw new IllegalArgumentException("div: the rounding mode must be null, \"trunc\" or \"floor\", got \"" + mode + "\"");
        };
    }

    /** An integer operation with a number, which changes the type of bools only. */
    public static Tensor withInteger(BinaryKernel kernel, Tensor a, long number, boolean inPlace) {
        DType type = Pointwise.promote(a, true);
        Tensor n = Tensor.scalar(number).to(type).to(a.device());
        return inPlace ? Autograd.applyInPlace(new ElementwiseBinary(kernel, a), a, n) : Autograd.apply(new ElementwiseBinary(kernel), a, n);
    }

    /** {@code a + weight · (end − a)}; from the end backwards for weights from a half on, so that 1 gives {@code end}. */
    public static Tensor lerp(Tensor a, Tensor end, double weight) {
        checkLerp(a, end);
        if (a.dtype().isHalf()) {
            return Pointwise.wide(a, x -> lerp(x, end.to(DType.FLOAT32), weight));
        }
        Tensor way = end.sub(a);
        return Math.abs(weight) < 0.5 ? a.add(way, weight) : end.sub(way.mul(1 - weight));
    }

    /** As {@link #lerp(Tensor, Tensor, double)}, with a weight for each element. */
    public static Tensor lerp(Tensor a, Tensor end, Tensor weight) {
        checkLerp(a, end);
        checkLerp(a, weight);
        if (a.dtype().isHalf()) {
            return Pointwise.wide(a, x -> lerp(x, end.to(DType.FLOAT32), weight.to(DType.FLOAT32)));
        }
        Tensor way = end.sub(a);
        return a.add(way.mul(weight)).where(weight.abs().lt(0.5), end.sub(way.mul(weight.rsub(1))));
    }

    private static void checkLerp(Tensor a, Tensor b) {
        if (!a.dtype().isFloating() || a.dtype() != b.dtype()) {
            throw new DTypeException("lerp: all operands must have one floating point type, got %s and %s; convert one with to(dtype)", a.dtype(), b.dtype());
        }
    }

    /** {@code a · 2ᵇ}, in floating point. */
    public static Tensor ldexp(Tensor a, Tensor b) {
        DType type = Pointwise.floating(Pointwise.promote(a, b));
        Tensor power = b.dtype().isFloating() && b.dim() > 0 ? b.exp2() : b.to(type).exp2();
        return a.to(type).mul(power);
    }

    /** A range of which one end may be open. */
    public static Tensor clamp(Tensor x, Double low, Double high) {
        if (low == null && high == null) {
            throw new IllegalArgumentException("clamp: at least one of low and high must not be null");
        }
        return x.clamp(low == null ? Double.NEGATIVE_INFINITY : (double) low, high == null ? Double.POSITIVE_INFINITY : (double) high);
    }

    /** {@code ln(1 + e^(beta x)) / beta}, and x itself where {@code beta x > threshold}. */
    public static Tensor softplus(Tensor x, double beta, double threshold) {
        Tensor scaled = x.mul(beta);
        Tensor y = scaled.softplus().div(beta);
        return threshold == 20 && beta == 1 ? x.softplus() : x.where(scaled.gt(threshold), y);
    }

    /** The derivative of GELU: Φ(x) + x φ(x). */
    static Tensor geluSlope(Tensor x) {
        Tensor below = x.mul(Math.sqrt(0.5)).erf().add(1.0).mul(0.5);
        return below.add(x.mul(x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI))));
    }

    /** The derivative of GELU's approximation by tanh. */
    static Tensor geluTanhSlope(Tensor x) {
        double factor = Math.sqrt(2 / Math.PI);
        Tensor t = x.add(x.square().mul(x).mul(0.044715)).mul(factor).tanh();
        Tensor inner = x.square().mul(3 * 0.044715 * factor).add(factor);
        return t.add(1.0).mul(0.5).add(x.mul(0.5).mul(t.square().rsub(1).mul(inner)));
    }

    /** The derivative of SiLU: σ (1 + x (1 − σ)). */
    static Tensor siluSlope(Tensor x) {
        Tensor s = x.sigmoid();
        return s.mul(x.mul(s.rsub(1)).add(1.0));
    }

    /** The derivative of Mish. */
    static Tensor mishSlope(Tensor x) {
        Tensor t = x.softplus().tanh();
        return t.add(x.mul(t.square().rsub(1).mul(x.sigmoid())));
    }

    /** Other numbers for NaN and the infinities; null for the type's limits. */
    public static Tensor nanToNum(Tensor x, double nan, Double posInf, Double negInf) {
        if (!x.dtype().isFloating()) {
            return x.clone();
        }
        double most = x.dtype().finfo().max();
        return x.maskedFill(x.isNan(), nan)
                .maskedFill(x.eq(Double.POSITIVE_INFINITY), posInf == null ? most : posInf)
                .maskedFill(x.eq(Double.NEGATIVE_INFINITY), negInf == null ? -most : negInf);
    }

    /** Where elements are numbers, as bool. */
    public static Tensor isFinite(Tensor x) {
        Tensor finite = Tensor.full(x.shape(), 1, DType.BOOL, x.device());
        return x.dtype().isFloating() ? x.detach().abs().lt(Double.POSITIVE_INFINITY) : finite;
    }

    /** Where {@code |a − b| ≤ atol + rtol · |b|}, or both are equal; infinities only where equal. */
    public static Tensor isClose(Tensor a, Tensor b, double rtol, double atol, boolean equalNan) {
        if (a.dtype() != b.dtype()) {
            throw new DTypeException("isClose: both operands must have one type, got %s and %s; convert one with to(dtype)", a.dtype(), b.dtype());
        }
        if (rtol < 0 || atol < 0) {
            throw new IllegalArgumentException("isClose: tolerances must not be negative, got rtol %s and atol %s".formatted(rtol, atol));
        }
        boolean whole = !a.dtype().isFloating(); // differences of integers would wrap
        Tensor x = whole ? a.to(DType.FLOAT64) : a.detach();
        Tensor y = whole ? b.to(DType.FLOAT64) : b.detach();
        Tensor close = a.eq(b);
        if (equalNan) {
            close = close.logicalOr(x.isNan().logicalAnd(y.isNan()));
        }
        Tensor distance = x.sub(y).abs();
        Tensor allowed = y.abs().mul(rtol).add(atol);
        return close.logicalOr(isFinite(distance).logicalAnd(distance.le(allowed)));
    }

    /** Where the sign bit is set, as bool: also at −0. */
    public static Tensor signbit(Tensor x) {
        return x.dtype().isFloating() ? Tensor.full(Shape.SCALAR, 1, x.dtype(), x.device()).copysign(x.detach()).lt(0) : x.lt(0);
    }

    /** What is behind the point, with x's sign. */
    public static Tensor frac(Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("frac: needs floating point, got %s; integers have no fraction", x.dtype());
        }
        return x.sub(x.trunc());
    }

    /** Every bit inverted; of bools, true and false exchanged. */
    public static Tensor bitwiseNot(Tensor x) {
        return x.dtype() == DType.BOOL ? x.logicalNot() : Autograd.apply(new Elementwise(io.candela.backend.UnaryKernel.BITWISE_NOT), x);
    }

    /**
     * Stores in a tensor what is computed from it.
     *
     * @param formula gets a copy if gradients are recorded: they may need the former contents
     * @throws io.candela.tensor.ShapeException if the shape is another one
     * @throws DTypeException                   if the type is of a higher kind
     */
    public static Tensor store(String who, Tensor x, UnaryOperator<Tensor> formula) {
        Tensor result = formula.apply(Autograd.isGradEnabled() ? x.clone() : x);
        Pointwise.result(who, result.shape(), result.dtype(), x, x); // refuses what does not fit
        return x.copyFrom(result);
    }

    /** Logarithm of the multivariate gamma function. */
    public static Tensor mvlgamma(Tensor x, int p) {
        if (p < 1) {
            throw new IllegalArgumentException("mvlgamma: p must be 1 or more, got " + p);
        }
        Tensor sum = x.lgamma();
        for (int j = 1; j < p; j++) {
            sum = sum.add(x.sub(j / 2.0).lgamma());
        }
        return sum.add(p * (p - 1) / 4.0 * Math.log(Math.PI));
    }

    /** The tensor itself, for numbers. */
    public static Tensor positive(Tensor x) {
        if (x.dtype() == DType.BOOL) {
            throw new DTypeException("positive: needs numbers, got bool; convert with to(DType.INT64)");
        }
        return x;
    }
}
