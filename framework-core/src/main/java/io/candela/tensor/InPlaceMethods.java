package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.backend.BinaryKernel;
import io.candela.backend.NnKernels.Distribution;
import io.candela.backend.UnaryKernel;
import io.candela.ops.Add;
import io.candela.ops.Assign;
import io.candela.ops.Div;
import io.candela.ops.Elementwise;
import io.candela.ops.ElementwiseBinary;
import io.candela.ops.Formulas;
import io.candela.ops.Mul;
import io.candela.ops.WithNumber;

/**
 * Methods of {@link Tensor} that overwrite it and return it: PyTorch's names with a trailing underscore. The other operand broadcasts to this
 * tensor; the result is converted to this tensor's type and refused if that would be a lower kind (floating point into integers).
 *
 * <p>Recorded where a gradient is asked for, except that leaves that require one can be changed only inside {@code Autograd.noGrad}.
 */
public sealed interface InPlaceMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** Adds {@code other}. */
    default Tensor addInPlace(Tensor other) {
        return Autograd.applyInPlace(new Add(1, self()), self(), other);
    }

    /** Adds {@code alpha · other}. */
    default Tensor addInPlace(Tensor other, double alpha) {
        return Autograd.applyInPlace(new Add(alpha, self()), self(), other);
    }

    /** Adds a number. */
    default Tensor addInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.ADD, number, self()), self());
    }

    /** Subtracts {@code other}. */
    default Tensor subInPlace(Tensor other) {
        return Autograd.applyInPlace(new Add(-1, self()), self(), other);
    }

    /** Subtracts a number. */
    default Tensor subInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.SUB, number, self()), self());
    }

    /** Multiplies by {@code other}, element by element. */
    default Tensor mulInPlace(Tensor other) {
        return Autograd.applyInPlace(new Mul(self()), self(), other);
    }

    /** Multiplies by a number. */
    default Tensor mulInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.MUL, number, self()), self());
    }

    /** Divides by {@code other}, element by element. */
    default Tensor divInPlace(Tensor other) {
        return Autograd.applyInPlace(new Div(self()), self(), other);
    }

    /** Divides by a number. */
    default Tensor divInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.DIV, number, self()), self());
    }

    /** max(x, 0). */
    default Tensor reluInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.RELU, self()), self());
    }

    /** eˣ. */
    default Tensor expInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.EXP, self()), self());
    }

    /** √x. */
    default Tensor sqrtInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.SQRT, self()), self());
    }

    /** 1/(1 + e⁻ˣ). */
    default Tensor sigmoidInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.SIGMOID, self()), self());
    }

    /** Hyperbolic tangent. */
    default Tensor tanhInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.TANH, self()), self());
    }

    /** −x. */
    default Tensor negInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.NEG, self()), self());
    }

    /** |x|. */
    default Tensor absInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ABS, self()), self());
    }

    /** −1, 0 or 1. */
    default Tensor signInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.SIGN, self()), self());
    }

    /** x². */
    default Tensor squareInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.SQUARE, self()), self());
    }

    /** Largest integer not above x. */
    default Tensor floorInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.FLOOR, self()), self());
    }

    /** Smallest integer not below x. */
    default Tensor ceilInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.CEIL, self()), self());
    }

    /** Nearest integer, ties to even. */
    default Tensor roundInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ROUND, self()), self());
    }

    /** Cut off towards zero. */
    default Tensor truncInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.TRUNC, self()), self());
    }

    /** Natural logarithm. */
    default Tensor logInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.LOG, self()), self());
    }

    /** ln(1 + x). */
    default Tensor log1pInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.LOG1P, self()), self());
    }

    /** eˣ − 1. */
    default Tensor expm1InPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.EXPM1, self()), self());
    }

    /** 1/√x. */
    default Tensor rsqrtInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.RSQRT, self()), self());
    }

    /** 1/x. */
    default Tensor reciprocalInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.RECIPROCAL, self()), self());
    }

    /** Sine. */
    default Tensor sinInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.SIN, self()), self());
    }

    /** Cosine. */
    default Tensor cosInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.COS, self()), self());
    }

    /** 2ˣ. */
    default Tensor exp2InPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.EXP2, self()), self());
    }

    /** Logarithm to base 2. */
    default Tensor log2InPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.LOG2, self()), self());
    }

    /** Logarithm to base 10. */
    default Tensor log10InPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.LOG10, self()), self());
    }

    /** Tangent; x in radians. */
    default Tensor tanInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.TAN, self()), self());
    }

    /** Inverse of the sine, in radians; NaN outside −1 … 1. */
    default Tensor asinInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ASIN, self()), self());
    }

    /** Inverse of the cosine, in radians; NaN outside −1 … 1. */
    default Tensor acosInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ACOS, self()), self());
    }

    /** Inverse of the tangent, in radians. */
    default Tensor atanInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ATAN, self()), self());
    }

    /** Hyperbolic sine. */
    default Tensor sinhInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.SINH, self()), self());
    }

    /** Hyperbolic cosine. */
    default Tensor coshInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.COSH, self()), self());
    }

    /** Inverse of the hyperbolic sine. */
    default Tensor asinhInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ASINH, self()), self());
    }

    /** Inverse of the hyperbolic cosine; NaN below 1. */
    default Tensor acoshInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ACOSH, self()), self());
    }

    /** Inverse of the hyperbolic tangent; NaN outside −1 … 1. */
    default Tensor atanhInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ATANH, self()), self());
    }

    /** Error function: (2/√π) ∫₀ˣ exp(−t²) dt. */
    default Tensor erfInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ERF, self()), self());
    }

    /** 1 − erf x, without loss where that is small. */
    default Tensor erfcInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ERFC, self()), self());
    }

    /** Inverse of the error function; NaN outside −1 … 1. */
    default Tensor erfinvInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.ERFINV, self()), self());
    }

    /** Logarithm of |Γ(x)|; infinite at 0 and the negative integers. */
    default Tensor lgammaInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.LGAMMA, self()), self());
    }

    /** Derivative of ln Γ; NaN at the negative integers. */
    default Tensor digammaInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.DIGAMMA, self()), self());
    }

    /** sin(πx) / (πx), 1 at 0. */
    default Tensor sincInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.SINC, self()), self());
    }

    /** Remainder with the divisor's sign. */
    default Tensor remainderInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.REMAINDER, self()), self(), other);
    }

    /** Remainder with the divisor's sign. */
    default Tensor remainderInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.REMAINDER, number, self()), self());
    }

    /** Remainder with this tensor's sign. */
    default Tensor fmodInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.FMOD, self()), self(), other);
    }

    /** Remainder with this tensor's sign. */
    default Tensor fmodInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.FMOD, number, self()), self());
    }

    /** Quotient rounded down. */
    default Tensor floorDivideInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.FLOOR_DIVIDE, self()), self(), other);
    }

    /** Quotient rounded down. */
    default Tensor floorDivideInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.FLOOR_DIVIDE, number, self()), self());
    }

    /** This tensor to a power. */
    default Tensor powInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.POW, number, self()), self());
    }

    /** Angle of the point ({@code other}, {@code this}). */
    default Tensor atan2InPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.ATAN2, self()), self(), other);
    }

    /** √(this² + other²). */
    default Tensor hypotInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.HYPOT, self()), self(), other);
    }

    /** {@code this · ln(other)}. */
    default Tensor xlogyInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.XLOGY, self()), self(), other);
    }

    /** Takes the signs of {@code other}. */
    default Tensor copysignInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.COPYSIGN, self()), self(), other);
    }

    /** Keeps the bits that are set in {@code other} too. */
    default Tensor bitwiseAndInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.BITWISE_AND, self()), self(), other);
    }

    /** Sets the bits that are set in {@code other}. */
    default Tensor bitwiseOrInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.BITWISE_OR, self()), self(), other);
    }

    /** Inverts the bits that are set in {@code other}. */
    default Tensor bitwiseXorInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.BITWISE_XOR, self()), self(), other);
    }

    /** Multiplies by {@code 2^other}. */
    default Tensor bitwiseLeftShiftInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.BITWISE_LEFT_SHIFT, self()), self(), other);
    }

    /** Divides by {@code 2^other}, rounded down. */
    default Tensor bitwiseRightShiftInPlace(Tensor other) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.BITWISE_RIGHT_SHIFT, self()), self(), other);
    }

    /** Moves towards {@code end} by the fraction {@code weight} of the way. */
    default Tensor lerpInPlace(Tensor end, double weight) {
        return Formulas.store("lerp", self(), x -> x.lerp(end, weight));
    }

    /** Moves towards {@code end} by the fractions {@code weight} of the way. */
    default Tensor lerpInPlace(Tensor end, Tensor weight) {
        return Formulas.store("lerp", self(), x -> x.lerp(end, weight));
    }

    /** Adds {@code value · a · b}. */
    default Tensor addcmulInPlace(Tensor a, Tensor b, double value) {
        return Formulas.store("addcmul", self(), x -> x.addcmul(a, b, value));
    }

    /** Adds {@code value · a / b}; not of integers alone. */
    default Tensor addcdivInPlace(Tensor a, Tensor b, double value) {
        return Formulas.store("addcdiv", self(), x -> x.addcdiv(a, b, value));
    }

    /** Raises elements to {@code low} at least. */
    default Tensor clampMinInPlace(double low) {
        return clampInPlace(low, Double.POSITIVE_INFINITY);
    }

    /** Lowers elements to {@code high} at most. */
    default Tensor clampMaxInPlace(double high) {
        return clampInPlace(Double.NEGATIVE_INFINITY, high);
    }

    /** Limits every element to {@code low} … {@code high}. */
    default Tensor clampInPlace(double low, double high) {
        return Autograd.applyInPlace(new io.candela.ops.Clamp(low, high, self()), self());
    }

    /** Copies {@code source}, broadcast and converted, into this tensor; also from another device. */
    default Tensor copyFrom(Tensor source) {
        Tensor here = source.device().equals(self().device()) ? source : source.to(self().device());
        return Autograd.applyInPlace(new Assign(), self(), here);
    }

    /** Sets every element to {@code value}. */
    default Tensor fillInPlace(double value) {
        return Autograd.applyInPlace(new Assign.Number(value), self());
    }

    /** Sets every element to 0. */
    default Tensor zeroInPlace() {
        return fillInPlace(0);
    }

    /** Fills with uniform numbers in {@code from} … {@code to} (excluded) from the default generator, as PyTorch's {@code uniform_}. */
    default Tensor uniformInPlace(double from, double to) {
        return uniformInPlace(from, to, Generator.getDefault(self().device()));
    }

    /** Fills with uniform numbers in {@code from} … {@code to} (excluded). */
    default Tensor uniformInPlace(double from, double to, Generator generator) {
        return random(Distribution.UNIFORM, from, to, generator);
    }

    /** Fills with normal numbers from the default generator, as PyTorch's {@code normal_}. */
    default Tensor normalInPlace(double mean, double std) {
        return normalInPlace(mean, std, Generator.getDefault(self().device()));
    }

    /** Fills with normal numbers. */
    default Tensor normalInPlace(double mean, double std, Generator generator) {
        return random(Distribution.NORMAL, mean, std, generator);
    }

    /** Fills with 1 (probability {@code p}) and 0 from the default generator. */
    default Tensor bernoulliInPlace(double p) {
        return bernoulliInPlace(p, Generator.getDefault(self().device()));
    }

    /** Fills with 1 (probability {@code p}) and 0. */
    default Tensor bernoulliInPlace(double p, Generator generator) {
        return random(Distribution.BERNOULLI, p, 0, generator);
    }

    private Tensor random(Distribution d, double first, double second, Generator generator) {
        return Autograd.applyInPlace(new Assign.Random(d, first, second, generator), self());
    }

}
