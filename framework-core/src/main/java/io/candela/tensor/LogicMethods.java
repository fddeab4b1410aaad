package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.backend.BinaryKernel;
import io.candela.ops.ElementwiseBinary;
import io.candela.ops.Formulas;
import io.candela.ops.Pointwise;

/**
 * Methods of {@link Tensor} that compare elements, ask what they are, or work on their bits. Comparisons give {@code bool}, those in place 1 and 0 in
 * the tensor's own type; nothing here is differentiable, and what a comparison in place overwrites gets no gradient.
 */
public sealed interface LogicMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
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

    /** {@link #eq(Tensor)} in place: 1 where {@code this = other}, else 0. */
    default Tensor eqInPlace(Tensor other) {
        return Pointwise.compareInPlace(BinaryKernel.EQ, self(), other);
    }

    /** {@link #eq(double)} in place: 1 where {@code this = number}, else 0. */
    default Tensor eqInPlace(double number) {
        return self().copyFrom(eq(number));
    }

    /** {@link #ne(Tensor)} in place: 1 where {@code this ≠ other}, else 0. */
    default Tensor neInPlace(Tensor other) {
        return Pointwise.compareInPlace(BinaryKernel.NE, self(), other);
    }

    /** {@link #ne(double)} in place: 1 where {@code this ≠ number}, else 0. */
    default Tensor neInPlace(double number) {
        return self().copyFrom(ne(number));
    }

    /** {@link #lt(Tensor)} in place: 1 where {@code this < other}, else 0. */
    default Tensor ltInPlace(Tensor other) {
        return Pointwise.compareInPlace(BinaryKernel.LT, self(), other);
    }

    /** {@link #lt(double)} in place: 1 where {@code this < number}, else 0. */
    default Tensor ltInPlace(double number) {
        return self().copyFrom(lt(number));
    }

    /** {@link #le(Tensor)} in place: 1 where {@code this ≤ other}, else 0. */
    default Tensor leInPlace(Tensor other) {
        return Pointwise.compareInPlace(BinaryKernel.LE, self(), other);
    }

    /** {@link #le(double)} in place: 1 where {@code this ≤ number}, else 0. */
    default Tensor leInPlace(double number) {
        return self().copyFrom(le(number));
    }

    /** {@link #gt(Tensor)} in place: 1 where {@code this > other}, else 0. */
    default Tensor gtInPlace(Tensor other) {
        return Pointwise.compareInPlace(BinaryKernel.GT, self(), other);
    }

    /** {@link #gt(double)} in place: 1 where {@code this > number}, else 0. */
    default Tensor gtInPlace(double number) {
        return self().copyFrom(gt(number));
    }

    /** {@link #ge(Tensor)} in place: 1 where {@code this ≥ other}, else 0. */
    default Tensor geInPlace(Tensor other) {
        return Pointwise.compareInPlace(BinaryKernel.GE, self(), other);
    }

    /** {@link #ge(double)} in place: 1 where {@code this ≥ number}, else 0. */
    default Tensor geInPlace(double number) {
        return self().copyFrom(ge(number));
    }

    /** {@link #logicalAnd} in place: 1 where both are not 0, else 0. */
    default Tensor logicalAndInPlace(Tensor other) {
        return Pointwise.compareInPlace(BinaryKernel.AND, self(), other);
    }

    /** {@link #logicalOr} in place: 1 where one at least is not 0, else 0. */
    default Tensor logicalOrInPlace(Tensor other) {
        return Pointwise.compareInPlace(BinaryKernel.OR, self(), other);
    }

    /** {@link #logicalXor} in place: 1 where exactly one is not 0, else 0. */
    default Tensor logicalXorInPlace(Tensor other) {
        return Pointwise.compareInPlace(BinaryKernel.XOR, self(), other);
    }

    /** {@link #logicalNot} in place: 1 where the element is 0, else 0. */
    default Tensor logicalNotInPlace() {
        return self().copyFrom(logicalNot());
    }

    /** Where the element is not a number, as bool. */
    default Tensor isNan() {
        return ne(self());
    }

    /** Bits that are set in both; integers or bools. */
    default Tensor bitwiseAnd(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.BITWISE_AND), self(), other);
    }

    /** As {@link #bitwiseAnd(Tensor)}. */
    default Tensor bitwiseAnd(long number) {
        return Formulas.withInteger(BinaryKernel.BITWISE_AND, self(), number, false);
    }

    /** Bits that are set in one at least; integers or bools. */
    default Tensor bitwiseOr(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.BITWISE_OR), self(), other);
    }

    /** As {@link #bitwiseOr(Tensor)}. */
    default Tensor bitwiseOr(long number) {
        return Formulas.withInteger(BinaryKernel.BITWISE_OR, self(), number, false);
    }

    /** Bits that are set in exactly one; integers or bools. */
    default Tensor bitwiseXor(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.BITWISE_XOR), self(), other);
    }

    /** As {@link #bitwiseXor(Tensor)}. */
    default Tensor bitwiseXor(long number) {
        return Formulas.withInteger(BinaryKernel.BITWISE_XOR, self(), number, false);
    }

    /** {@code this · 2^other}, without what the type cannot hold; integers. */
    default Tensor bitwiseLeftShift(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.BITWISE_LEFT_SHIFT), self(), other);
    }

    /** As {@link #bitwiseLeftShift(Tensor)}. */
    default Tensor bitwiseLeftShift(long number) {
        return Formulas.withInteger(BinaryKernel.BITWISE_LEFT_SHIFT, self(), number, false);
    }

    /** {@code this / 2^other}, rounded down; integers. */
    default Tensor bitwiseRightShift(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.BITWISE_RIGHT_SHIFT), self(), other);
    }

    /** As {@link #bitwiseRightShift(Tensor)}. */
    default Tensor bitwiseRightShift(long number) {
        return Formulas.withInteger(BinaryKernel.BITWISE_RIGHT_SHIFT, self(), number, false);
    }

    /** Every bit inverted; of bools, true and false exchanged. */
    default Tensor bitwiseNot() {
        return Formulas.bitwiseNot(self());
    }

    /** Greatest common divisor; integers. */
    default Tensor gcd(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.GCD), self(), other);
    }

    /** Least common multiple; integers. */
    default Tensor lcm(Tensor other) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.LCM), self(), other);
    }

    /** Where the element is an infinity, as bool. */
    default Tensor isInf() {
        return self().detach().abs().eq(Double.POSITIVE_INFINITY);
    }

    /** Where the element is +∞, as bool. */
    default Tensor isPosInf() {
        return eq(Double.POSITIVE_INFINITY);
    }

    /** Where the element is −∞, as bool. */
    default Tensor isNegInf() {
        return eq(Double.NEGATIVE_INFINITY);
    }

    /** Where the element is neither infinite nor NaN, as bool. */
    default Tensor isFinite() {
        return Formulas.isFinite(self());
    }

    /** Where the sign bit is set, as bool: for negative elements and −0. */
    default Tensor signbit() {
        return Formulas.signbit(self());
    }

    /** {@link #isClose(Tensor, double, double, boolean)} with PyTorch's tolerances: 1e-5 of {@code other} and 1e-8; NaN is close to nothing. */
    default Tensor isClose(Tensor other) {
        return isClose(other, 1e-5, 1e-8, false);
    }

    /**
     * Where {@code |this − other| ≤ atol + rtol · |other|}, or both are equal, as bool.
     *
     * @param equalNan whether NaN is close to NaN
     * @throws DTypeException if the types differ
     */
    default Tensor isClose(Tensor other, double rtol, double atol, boolean equalNan) {
        return Formulas.isClose(self(), other, rtol, atol, equalNan);
    }

    /** Whether all elements are close, with the tolerances of {@link #isClose(Tensor)}. */
    default boolean allClose(Tensor other) {
        return isClose(other).all().item() != 0;
    }

    /** Whether all elements are close, as {@link #isClose(Tensor, double, double, boolean)} says. */
    default boolean allClose(Tensor other, double rtol, double atol, boolean equalNan) {
        return isClose(other, rtol, atol, equalNan).all().item() != 0;
    }

    /** {@link #gcd}, in place. */
    default Tensor gcdInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.GCD, self()), self(), other);
    }

    /** {@link #lcm}, in place. */
    default Tensor lcmInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.LCM, self()), self(), other);
    }

    /** {@link #bitwiseNot}, in place. */
    default Tensor bitwiseNotInPlace() {
        return Formulas.store("bitwiseNot", self(), x -> x.bitwiseNot());
    }
}
