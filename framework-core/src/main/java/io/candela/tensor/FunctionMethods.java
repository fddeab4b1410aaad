package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.ops.Elementwise;
import io.candela.ops.ElementwiseBinary;
import io.candela.ops.FloatParts;
import io.candela.ops.Formulas;
import io.candela.ops.WithNumber;

/**
 * Methods of {@link Tensor} that apply a function to every element. Integers and bools are computed as float32, except where rounding or signs
 * leave them what they are. All are differentiable.
 */
public sealed interface FunctionMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** 2ˣ. */
    default Tensor exp2() {
        return Autograd.apply(new Elementwise(UnaryKernel.EXP2), self());
    }

    /** Logarithm to base 2. */
    default Tensor log2() {
        return Autograd.apply(new Elementwise(UnaryKernel.LOG2), self());
    }

    /** Logarithm to base 10. */
    default Tensor log10() {
        return Autograd.apply(new Elementwise(UnaryKernel.LOG10), self());
    }

    /** Tangent; x in radians. */
    default Tensor tan() {
        return Autograd.apply(new Elementwise(UnaryKernel.TAN), self());
    }

    /** Inverse of the sine, in radians; NaN outside −1 … 1. */
    default Tensor asin() {
        return Autograd.apply(new Elementwise(UnaryKernel.ASIN), self());
    }

    /** Inverse of the cosine, in radians; NaN outside −1 … 1. */
    default Tensor acos() {
        return Autograd.apply(new Elementwise(UnaryKernel.ACOS), self());
    }

    /** Inverse of the tangent, in radians. */
    default Tensor atan() {
        return Autograd.apply(new Elementwise(UnaryKernel.ATAN), self());
    }

    /** Hyperbolic sine. */
    default Tensor sinh() {
        return Autograd.apply(new Elementwise(UnaryKernel.SINH), self());
    }

    /** Hyperbolic cosine. */
    default Tensor cosh() {
        return Autograd.apply(new Elementwise(UnaryKernel.COSH), self());
    }

    /** Inverse of the hyperbolic sine. */
    default Tensor asinh() {
        return Autograd.apply(new Elementwise(UnaryKernel.ASINH), self());
    }

    /** Inverse of the hyperbolic cosine; NaN below 1. */
    default Tensor acosh() {
        return Autograd.apply(new Elementwise(UnaryKernel.ACOSH), self());
    }

    /** Inverse of the hyperbolic tangent; NaN outside −1 … 1. */
    default Tensor atanh() {
        return Autograd.apply(new Elementwise(UnaryKernel.ATANH), self());
    }

    /** Error function: (2/√π) ∫₀ˣ exp(−t²) dt. */
    default Tensor erf() {
        return Autograd.apply(new Elementwise(UnaryKernel.ERF), self());
    }

    /** 1 − erf x, without loss where that is small. */
    default Tensor erfc() {
        return Autograd.apply(new Elementwise(UnaryKernel.ERFC), self());
    }

    /** Inverse of {@link #erf}; NaN outside −1 … 1. */
    default Tensor erfinv() {
        return Autograd.apply(new Elementwise(UnaryKernel.ERFINV), self());
    }

    /** Logarithm of |Γ(x)|; infinite at 0 and the negative integers. */
    default Tensor lgamma() {
        return Autograd.apply(new Elementwise(UnaryKernel.LGAMMA), self());
    }

    /** Derivative of ln Γ; NaN at the negative integers. */
    default Tensor digamma() {
        return Autograd.apply(new Elementwise(UnaryKernel.DIGAMMA), self());
    }

    /** Modified Bessel function of the first kind, of order 0. */
    default Tensor i0() {
        return Autograd.apply(new Elementwise(UnaryKernel.I0), self());
    }

    /** {@link #i0}, in place. */
    default Tensor i0InPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.I0, self()), self());
    }

    /** Modified Bessel function of the first kind, of order 1: PyTorch's {@code special.i1}. */
    default Tensor i1() {
        return Autograd.apply(new Elementwise(UnaryKernel.I1), self());
    }

    /**
     * The regularized lower incomplete gamma function {@code 1/Γ(a) ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt} of this {@code a}, differentiable in {@code x} alone; NaN for
     * negative operands. Floating point only.
     *
     * @throws io.candela.autograd.GraphException in the backward pass if this tensor needs a gradient
     */
    default Tensor igamma(Tensor x) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.IGAMMA), self(), x);
    }

    /** {@link #igamma}, in place. */
    default Tensor igammaInPlace(Tensor x) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.IGAMMA, self()), self(), x);
    }

    /** The upper one, {@code 1 − igamma(x)}, without loss where that is small. */
    default Tensor igammac(Tensor x) {
        return Autograd.apply(new ElementwiseBinary(BinaryKernel.IGAMMAC), self(), x);
    }

    /** {@link #igammac}, in place. */
    default Tensor igammacInPlace(Tensor x) {
        return Autograd.applyInPlace(new ElementwiseBinary(BinaryKernel.IGAMMAC, self()), self(), x);
    }

    /**
     * Logarithm of the multivariate gamma function of dimension {@code p}: {@code p (p − 1)/4 · ln π + Σ ln Γ(x − j/2)} for j from 0 to p − 1.
     *
     * @throws IllegalArgumentException if {@code p} is below 1
     */
    default Tensor mvlgamma(int p) {
        return Formulas.mvlgamma(self(), p);
    }

    /** {@link #mvlgamma}, in place. */
    default Tensor mvlgammaInPlace(int p) {
        return Formulas.store("mvlgamma", self(), x -> x.mvlgamma(p));
    }

    /** Mantissas of 1/2 or more and below 1, and the powers of two that they are multiplied with; floating point only. The mantissas are differentiable. */
    default MantissaAndExponent frexp() {
        return FloatParts.frexp(self());
    }

    /** The next number of the type in the direction of {@code other}; float32 or float64, without gradient. */
    default Tensor nextafter(Tensor other) {
        return FloatParts.nextafter(self(), other);
    }

    /** {@link #nextafter}, in place. */
    default Tensor nextafterInPlace(Tensor other) {
        return Formulas.store("nextafter", self(), x -> x.nextafter(other));
    }

    /** {@link PointwiseMethods#floatPower(double)}, in place; float64 only. */
    default Tensor floatPowerInPlace(double exponent) {
        return Formulas.store("floatPower", FloatParts.float64("floatPowerInPlace", self()), x -> x.floatPower(exponent));
    }

    /** {@link PointwiseMethods#floatPower(Tensor)}, in place; float64 only. */
    default Tensor floatPowerInPlace(Tensor exponent) {
        return Formulas.store("floatPower", FloatParts.float64("floatPowerInPlace", self()), x -> x.floatPower(exponent));
    }

    /** ln(x / (1 − x)), the inverse of the sigmoid; NaN outside 0 … 1. */
    default Tensor logit() {
        return Autograd.apply(new Elementwise(UnaryKernel.LOGIT), self());
    }

    /** sin(πx) / (πx), 1 at 0. */
    default Tensor sinc() {
        return Autograd.apply(new Elementwise(UnaryKernel.SINC), self());
    }

    /** ln(1 + eˣ); x itself above 20. */
    default Tensor softplus() {
        return Autograd.apply(new Elementwise(UnaryKernel.SOFTPLUS), self());
    }

    /** {@link #logit()} of elements that are limited to {@code eps} … {@code 1 − eps} before. */
    default Tensor logit(double eps) {
        return self().clamp(eps, 1 - eps).logit();
    }

    /** {@code ln(1 + exp(beta · x)) / beta}, and x itself where {@code beta · x > threshold}. */
    default Tensor softplus(double beta, double threshold) {
        return Formulas.softplus(self(), beta, threshold);
    }

    /**
     * Derivative of order {@code n} of {@link #digamma}, PyTorch's {@code polygamma(n, x)}.
     *
     * @throws IllegalArgumentException if {@code n} is negative
     */
    default Tensor polygamma(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("polygamma: n must be 0 or more, got " + n);
        }
        return n == 0 ? digamma() : Autograd.apply(new WithNumber(BinaryKernel.POLYGAMMA, (double) n), self());
    }

    /** What is behind the point, with x's sign: {@code x − trunc(x)}; floating point only. */
    default Tensor frac() {
        return Formulas.frac(self());
    }

    /** x itself; refuses bools. */
    default Tensor positive() {
        return Formulas.positive(self());
    }

    /** Degrees to radians. */
    default Tensor deg2rad() {
        return self().mul(Math.PI / 180);
    }

    /** Radians to degrees. */
    default Tensor rad2deg() {
        return self().mul(180 / Math.PI);
    }

    /** 0 for NaN, and the type's largest and smallest numbers for the infinities. The gradient there is 0. */
    default Tensor nanToNum() {
        return Formulas.nanToNum(self(), 0, null, null);
    }

    /** Other numbers for NaN and the infinities; null for the type's largest and smallest. The gradient there is 0. */
    default Tensor nanToNum(double nan, Double posInf, Double negInf) {
        return Formulas.nanToNum(self(), nan, posInf, negInf);
    }

    /** {@link #logit()}, in place. */
    default Tensor logitInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.LOGIT, self()), self());
    }

    /** {@link #logit(double)}, in place. */
    default Tensor logitInPlace(double eps) {
        return Formulas.store("logit", self(), x -> x.logit(eps));
    }

    /** {@link #polygamma}, in place. */
    default Tensor polygammaInPlace(int n) {
        return Formulas.store("polygamma", self(), x -> x.polygamma(n));
    }

    /** {@link #frac}, in place. */
    default Tensor fracInPlace() {
        return Formulas.store("frac", self(), x -> x.frac());
    }

    /** {@link #deg2rad}, in place. */
    default Tensor deg2radInPlace() {
        return Formulas.store("deg2rad", self(), x -> x.deg2rad());
    }

    /** {@link #rad2deg}, in place. */
    default Tensor rad2degInPlace() {
        return Formulas.store("rad2deg", self(), x -> x.rad2deg());
    }

    /** {@link #nanToNum()}, in place. */
    default Tensor nanToNumInPlace() {
        return Formulas.store("nanToNum", self(), x -> x.nanToNum());
    }

    /** {@link #nanToNum(double, Double, Double)}, in place. */
    default Tensor nanToNumInPlace(double nan, Double posInf, Double negInf) {
        return Formulas.store("nanToNum", self(), x -> x.nanToNum(nan, posInf, negInf));
    }
}
