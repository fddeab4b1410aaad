package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.backend.BinaryKernel;
import io.candela.backend.TernaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.ops.Add;
import io.candela.ops.AddProduct;
import io.candela.ops.Clamp;
import io.candela.ops.ClampTensors;
import io.candela.ops.Div;
import io.candela.ops.Elementwise;
import io.candela.ops.ElementwiseBinary;
import io.candela.ops.Extremum;
import io.candela.ops.Formulas;
import io.candela.ops.Mul;
import io.candela.ops.Pow;
import io.candela.ops.Where;
import io.candela.ops.WithNumber;

/**
 * Element by element methods of {@link Tensor}. Two operands broadcast: aligned at the last dimension, a size of 1 stretches. Results take
 * PyTorch's promoted type. All are differentiable unless they return {@code bool}.
 */
public sealed interface PointwiseMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@code this + other}. */
    default Tensor add(Tensor other) {
        return Autograd.apply(new Add(1), self(), other);
    }

    /** {@code this + alpha · other}. */
    default Tensor add(Tensor other, double alpha) {
        return Autograd.apply(new Add(alpha), self(), other);
    }

    /** {@code this + number}. */
    default Tensor add(double number) {
        return Autograd.apply(new WithNumber(BinaryKernel.ADD, number), self());
    }

    /** {@code this + number}; integer tensors keep their type. */
    default Tensor add(long number) {
        return isExact(number) ? Autograd.apply(new WithNumber(BinaryKernel.ADD, number), self()) : add(operand(number));
    }

    /** {@code this − other}. */
    default Tensor sub(Tensor other) {
        return Autograd.apply(new Add(-1), self(), other);
    }

    /** {@code this − number}. */
    default Tensor sub(double number) {
        return Autograd.apply(new WithNumber(BinaryKernel.SUB, number), self());
    }

    /** {@code this − number}; integer tensors keep their type. */
    default Tensor sub(long number) {
        return isExact(number) ? Autograd.apply(new WithNumber(BinaryKernel.SUB, number), self()) : sub(operand(number));
    }

    /** {@code number − this}. */
    default Tensor rsub(double number) {
        return Autograd.apply(new WithNumber(BinaryKernel.RSUB, number), self());
    }

    /** {@code this · other}, element by element. */
    default Tensor mul(Tensor other) {
        return Autograd.apply(new Mul(), self(), other);
    }

    /** {@code this · number}. */
    default Tensor mul(double number) {
        return Autograd.apply(new WithNumber(BinaryKernel.MUL, number), self());
    }

    /** {@code this · number}; integer tensors keep their type. */
    default Tensor mul(long number) {
        return isExact(number) ? Autograd.apply(new WithNumber(BinaryKernel.MUL, number), self()) : mul(operand(number));
    }

    /** {@code this / other}; integers are divided as floating point. */
    default Tensor div(Tensor other) {
        return Autograd.apply(new Div(), self(), other);
    }

    /** {@code this / number}; integers are divided as floating point. */
    default Tensor div(double number) {
        return Autograd.apply(new WithNumber(BinaryKernel.DIV, number), self());
    }

    /** {@code number / this}; integers are divided as floating point. */
    default Tensor rdiv(double number) {
        return Autograd.apply(new WithNumber(BinaryKernel.RDIV, number), self());
    }

    /** {@code this} to the power {@code exponent}. */
    default Tensor pow(double exponent) {
        return Autograd.apply(new WithNumber(BinaryKernel.POW, exponent), self());
    }

    /** {@code this} to the power {@code exponent}; integer tensors keep their type. */
    default Tensor pow(long exponent) {
        return Autograd.apply(new WithNumber(BinaryKernel.POW, exponent), self());
    }

    /** {@code this} to the power {@code exponent}, element by element. */
    default Tensor pow(Tensor exponent) {
        return Pow.apply(self(), exponent);
    }

    /** Remainder of {@code this / number} with the sign of {@code number}, as Python's {@code %}. */
    default Tensor remainder(double number) {
        return Autograd.apply(new WithNumber(BinaryKernel.REMAINDER, number), self());
    }

    /** Remainder of {@code this / number} with the sign of {@code number}; integer tensors keep their type. */
    default Tensor remainder(long number) {
        return Autograd.apply(new WithNumber(BinaryKernel.REMAINDER, number), self());
    }

    /** The larger of both, NaN if one is; where equal, each gets half of the gradient. */
    default Tensor maximum(Tensor other) {
        return Autograd.apply(new Extremum(BinaryKernel.MAXIMUM), self(), other);
    }

    /** The smaller of both, NaN if one is; where equal, each gets half of the gradient. */
    default Tensor minimum(Tensor other) {
        return Autograd.apply(new Extremum(BinaryKernel.MINIMUM), self(), other);
    }

    /** Limits every element to {@code low} … {@code high}; NaN stays. The gradient passes where the element was inside, ends included. */
    default Tensor clamp(double low, double high) {
        return Autograd.apply(new Clamp(low, high), self());
    }

    /**
     * Remainder of {@code this / other} with the sign of {@code other}, as Python's {@code %}.
     *
     * @throws ArithmeticException if integers are divided by 0
     */
    default Tensor remainder(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.REMAINDER), self(), other);
    }

    /**
     * Remainder of {@code this / other} with the sign of {@code this}, as C's {@code fmod}.
     *
     * @throws ArithmeticException if integers are divided by 0
     */
    default Tensor fmod(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.FMOD), self(), other);
    }

    /** Remainder of {@code this / number} with the sign of {@code this}. */
    default Tensor fmod(double number) {
        return Autograd.apply(new WithNumber(BinaryKernel.FMOD, number), self());
    }

    /** Remainder of {@code this / number} with the sign of {@code this}; integer tensors keep their type. */
    default Tensor fmod(long number) {
        return Autograd.apply(new WithNumber(BinaryKernel.FMOD, number), self());
    }

    /**
     * Quotient rounded down; integers stay integers. Its gradient is 0.
     *
     * @throws ArithmeticException if integers are divided by 0
     */
    default Tensor floorDivide(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.FLOOR_DIVIDE), self(), other);
    }

    /** {@code this / number} rounded down. Its gradient is 0. */
    default Tensor floorDivide(double number) {
        return Autograd.apply(new WithNumber(BinaryKernel.FLOOR_DIVIDE, number), self());
    }

    /** {@code this / number} rounded down; integer tensors keep their type. Its gradient is 0. */
    default Tensor floorDivide(long number) {
        return Autograd.apply(new WithNumber(BinaryKernel.FLOOR_DIVIDE, number), self());
    }

    /**
     * Quotient with PyTorch's {@code rounding_mode}: null for none, {@code "trunc"} for towards zero, {@code "floor"} for down. Rounded quotients of
     * integers are integers, and their gradient is 0.
     */
    default Tensor div(Tensor other, String roundingMode) {
        return Formulas.div(self(), other, roundingMode);
    }

    /** As {@link #div(Tensor, String)}; a whole number leaves integer tensors their type. */
    default Tensor div(double number, String roundingMode) {
        return Formulas.div(self(), number, roundingMode);
    }

    /** Angle in radians of the point ({@code other}, {@code this}), in −π … π. */
    default Tensor atan2(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.ATAN2), self(), other);
    }

    /** √(this² + other²), without overflow on the way. */
    default Tensor hypot(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.HYPOT), self(), other);
    }

    /** {@code this · ln(other)}; 0 where {@code this} is 0, unless {@code other} is NaN. */
    default Tensor xlogy(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.XLOGY), self(), other);
    }

    /** ln(eᵃ + eᵇ), without overflow on the way. */
    default Tensor logaddexp(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.LOGADDEXP), self(), other);
    }

    /** log₂(2ᵃ + 2ᵇ), without overflow on the way. */
    default Tensor logaddexp2(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.LOGADDEXP2), self(), other);
    }

    /** The absolute values with the signs of {@code other}. */
    default Tensor copysign(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.COPYSIGN), self(), other);
    }

    /** 0 for negative elements, 1 for positive ones, those of {@code other} at 0; both of one type. */
    default Tensor heaviside(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.HEAVISIDE), self(), other);
    }

    /** The larger of both; a number wins over NaN. */
    default Tensor fmax(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.FMAX), self(), other);
    }

    /** The smaller of both; a number wins over NaN. */
    default Tensor fmin(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.FMIN), self(), other);
    }

    /** {@code this · 2^other}. */
    default Tensor ldexp(Tensor other) {
        return Formulas.ldexp(self(), other);
    }

    /** {@code this + weight · (end − this)}. */
    default Tensor lerp(Tensor end, double weight) {
        return Formulas.lerp(self(), end, weight);
    }

    /** {@code this + weight · (end − this)}, element by element. */
    default Tensor lerp(Tensor end, Tensor weight) {
        return Formulas.lerp(self(), end, weight);
    }

    /** {@code this + a · b}. */
    default Tensor addcmul(Tensor a, Tensor b) {
        return addcmul(a, b, 1);
    }

    /** {@code this + value · a · b}. */
    default Tensor addcmul(Tensor a, Tensor b, double value) {
        return Autograd.apply(new AddProduct(TernaryKernel.ADDCMUL, value), self(), a, b);
    }

    /** {@code this + a / b}. */
    default Tensor addcdiv(Tensor a, Tensor b) {
        return addcdiv(a, b, 1);
    }

    /** {@code this + value · a / b}; not of integers alone. */
    default Tensor addcdiv(Tensor a, Tensor b, double value) {
        return Autograd.apply(new AddProduct(TernaryKernel.ADDCDIV, value), self(), a, b);
    }

    /** {@link #clamp(double, double)} with one end open: null for none. */
    default Tensor clamp(Double low, Double high) {
        return Formulas.clamp(self(), low, high);
    }

    /** Limits to ranges, element by element; null for an open end. Where the limits are crossed, {@code high} counts. */
    default Tensor clamp(Tensor low, Tensor high) {
        return Autograd.apply(new ClampTensors(), self(), low, high);
    }

    /** Raises elements to {@code low} at least. */
    default Tensor clampMin(double low) {
        return clamp(low, Double.POSITIVE_INFINITY);
    }

    /** Raises elements to {@code low} at least, element by element. */
    default Tensor clampMin(Tensor low) {
        return clamp(low, (Tensor) null);
    }

    /** Lowers elements to {@code high} at most. */
    default Tensor clampMax(double high) {
        return clamp(Double.NEGATIVE_INFINITY, high);
    }

    /** Lowers elements to {@code high} at most, element by element. */
    default Tensor clampMax(Tensor high) {
        return clamp((Tensor) null, high);
    }

    /**
     * {@code this} where {@code condition} is true, else {@code other}.
     *
     * @throws DTypeException if {@code condition} is not bool
     */
    default Tensor where(Tensor condition, Tensor other) {
        return Autograd.apply(new Where(), condition, self(), other);
    }

    /** A contiguous copy with {@code value} wherever {@code mask} (bool, broadcast) is true. */
    default Tensor maskedFill(Tensor mask, double value) {
        return Autograd.apply(new Where(true), mask, Tensor.full(Shape.SCALAR, value, self().dtype(), self().device()), self());
    }

    /** −x. */
    default Tensor neg() {
        return unary(UnaryKernel.NEG);
    }

    /** |x|; the gradient at 0 is 0. */
    default Tensor abs() {
        return unary(UnaryKernel.ABS);
    }

    /** −1, 0 or 1, 0 for NaN; its gradient is 0. */
    default Tensor sign() {
        return unary(UnaryKernel.SIGN);
    }

    /** x². */
    default Tensor square() {
        return unary(UnaryKernel.SQUARE);
    }

    /** max(x, 0); the gradient at 0 is 0. */
    default Tensor relu() {
        return unary(UnaryKernel.RELU);
    }

    /** Largest integer not above x; its gradient is 0. */
    default Tensor floor() {
        return unary(UnaryKernel.FLOOR);
    }

    /** Smallest integer not below x; its gradient is 0. */
    default Tensor ceil() {
        return unary(UnaryKernel.CEIL);
    }

    /** Nearest integer, ties to even; its gradient is 0. */
    default Tensor round() {
        return unary(UnaryKernel.ROUND);
    }

    /** Cut off towards zero; its gradient is 0. */
    default Tensor trunc() {
        return unary(UnaryKernel.TRUNC);
    }

    /** eˣ. */
    default Tensor exp() {
        return unary(UnaryKernel.EXP);
    }

    /** eˣ − 1, exact near 0. */
    default Tensor expm1() {
        return unary(UnaryKernel.EXPM1);
    }

    /** Natural logarithm. */
    default Tensor log() {
        return unary(UnaryKernel.LOG);
    }

    /** ln(1 + x), exact near 0. */
    default Tensor log1p() {
        return unary(UnaryKernel.LOG1P);
    }

    /** √x. */
    default Tensor sqrt() {
        return unary(UnaryKernel.SQRT);
    }

    /** 1/√x. */
    default Tensor rsqrt() {
        return unary(UnaryKernel.RSQRT);
    }

    /** 1/x. */
    default Tensor reciprocal() {
        return unary(UnaryKernel.RECIPROCAL);
    }

    /** 1/(1 + e⁻ˣ). */
    default Tensor sigmoid() {
        return unary(UnaryKernel.SIGMOID);
    }

    /** Hyperbolic tangent. */
    default Tensor tanh() {
        return unary(UnaryKernel.TANH);
    }

    /** Sine; x in radians. */
    default Tensor sin() {
        return unary(UnaryKernel.SIN);
    }

    /** Cosine; x in radians. */
    default Tensor cos() {
        return unary(UnaryKernel.COS);
    }

    private static boolean isExact(long number) {
        return number >= -(1L << 53) && number <= 1L << 53; // kernels take numbers as doubles
    }

    private Tensor operand(long number) {
        return Tensor.scalar(number).to(self().device());
    }

    private Tensor unary(UnaryKernel kernel) {
        return Autograd.apply(new Elementwise(kernel), self());
    }

    /** {@link #heaviside}, in place. */
    default Tensor heavisideInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.HEAVISIDE, self()), self(), other);
    }

    /** {@link #ldexp}, in place. */
    default Tensor ldexpInPlace(Tensor other) {
        return Formulas.store("ldexp", self(), x -> x.ldexp(other));
    }

    /** {@link #maskedFill}, in place. */
    default Tensor maskedFillInPlace(Tensor mask, double value) {
        return Formulas.store("maskedFill", self(), x -> x.maskedFill(mask, value));
    }

    /** Power computed in float64, whatever the types are. */
    default Tensor floatPower(double exponent) {
        return self().to(DType.FLOAT64).pow(exponent);
    }

    /** Power computed in float64, whatever the types are. */
    default Tensor floatPower(Tensor exponent) {
        return self().to(DType.FLOAT64).pow(exponent.to(DType.FLOAT64));
    }
}
