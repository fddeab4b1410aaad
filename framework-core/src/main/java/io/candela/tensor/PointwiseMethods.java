package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.ops.Add;
import io.candela.ops.Clamp;
import io.candela.ops.Div;
import io.candela.ops.Elementwise;
import io.candela.ops.Extremum;
import io.candela.ops.Mul;
import io.candela.ops.Pointwise;
import io.candela.ops.Pow;
import io.candela.ops.WithNumber;
import io.candela.ops.Where;

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
        return Autograd.apply(new WithNumber(BinaryKernel.ADD, number), self());
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
        return Autograd.apply(new WithNumber(BinaryKernel.SUB, number), self());
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
        return Autograd.apply(new WithNumber(BinaryKernel.MUL, number), self());
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
        return Autograd.apply(new Pow(), self(), exponent);
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
     * {@code this} where {@code condition} is true, else {@code other}.
     *
     * @throws DTypeException if {@code condition} is not bool
     */
    default Tensor where(Tensor condition, Tensor other) {
        return Autograd.apply(new Where(), condition, self(), other);
    }

    /** A copy with {@code value} wherever {@code mask} (bool, broadcast) is true. */
    default Tensor maskedFill(Tensor mask, double value) {
        return Autograd.apply(new Where(), mask, Tensor.full(Shape.SCALAR, value, self().dtype(), self().device()), self());
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

    private Tensor unary(UnaryKernel kernel) {
        return Autograd.apply(new Elementwise(kernel), self());
    }

    /** Where {@code this = other}, as bool. */
    default Tensor eq(Tensor other) {
        return Pointwise.compare(BinaryKernel.EQ, self(), other);
    }

    /** Where {@code this = number}, as bool. */
    default Tensor eq(double number) {
        return Pointwise.compare(BinaryKernel.EQ, self(), number);
    }

    /** Where {@code this ≠ other}, as bool. */
    default Tensor ne(Tensor other) {
        return Pointwise.compare(BinaryKernel.NE, self(), other);
    }

    /** Where {@code this ≠ number}, as bool. */
    default Tensor ne(double number) {
        return Pointwise.compare(BinaryKernel.NE, self(), number);
    }

    /** Where {@code this < other}, as bool. */
    default Tensor lt(Tensor other) {
        return Pointwise.compare(BinaryKernel.LT, self(), other);
    }

    /** Where {@code this < number}, as bool. */
    default Tensor lt(double number) {
        return Pointwise.compare(BinaryKernel.LT, self(), number);
    }

    /** Where {@code this ≤ other}, as bool. */
    default Tensor le(Tensor other) {
        return Pointwise.compare(BinaryKernel.LE, self(), other);
    }

    /** Where {@code this ≤ number}, as bool. */
    default Tensor le(double number) {
        return Pointwise.compare(BinaryKernel.LE, self(), number);
    }

    /** Where {@code this > other}, as bool. */
    default Tensor gt(Tensor other) {
        return Pointwise.compare(BinaryKernel.GT, self(), other);
    }

    /** Where {@code this > number}, as bool. */
    default Tensor gt(double number) {
        return Pointwise.compare(BinaryKernel.GT, self(), number);
    }

    /** Where {@code this ≥ other}, as bool. */
    default Tensor ge(Tensor other) {
        return Pointwise.compare(BinaryKernel.GE, self(), other);
    }

    /** Where {@code this ≥ number}, as bool. */
    default Tensor ge(double number) {
        return Pointwise.compare(BinaryKernel.GE, self(), number);
    }

    /** Where both are not 0, as bool. */
    default Tensor logicalAnd(Tensor other) {
        return Pointwise.compare(BinaryKernel.AND, self(), other);
    }

    /** Where one at least is not 0, as bool. */
    default Tensor logicalOr(Tensor other) {
        return Pointwise.compare(BinaryKernel.OR, self(), other);
    }

    /** Where exactly one is not 0, as bool. */
    default Tensor logicalXor(Tensor other) {
        return Pointwise.compare(BinaryKernel.XOR, self(), other);
    }

    /** Where the element is 0, as bool. */
    default Tensor logicalNot() {
        return eq(0);
    }

    /** Where the element is not a number, as bool. */
    default Tensor isNan() {
        return ne(self());
    }
}
