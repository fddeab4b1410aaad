package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.backend.SpecialKernels.Binary;
import io.candela.backend.SpecialKernels.Unary;
import io.candela.ops.Polynomials;
import io.candela.ops.SpecialBinary;
import io.candela.ops.SpecialUnary;

/**
 * The rarer functions of {@code torch.special}, element by element. The others are methods of {@link Tensor}: {@code digamma} (also {@code psi}),
 * {@code erf}, {@code erfc}, {@code erfinv}, {@code exp2}, {@code expm1}, {@code i0} and {@code i1} (also {@code modified_bessel_…}), {@code igamma}
 * and {@code igammac} ({@code gammainc}, {@code gammaincc}), {@code lgamma} ({@code gammaln}), {@code log1p}, {@code logit}, {@code mvlgamma}
 * ({@code multigammaln}), {@code polygamma}, {@code sigmoid} ({@code expit}), {@code sinc}, {@code xlogy}.
 *
 * <p>Integers are computed as float32. All is computed in double precision and rounded once, so that float64 results are right to about 15
 * digits; differentiable, any number of times, unless a method says otherwise. On a GPU the CPU's kernels are used.
 *
 * <pre>{@code
 * Tensor p = Special.ndtr(Tensor.randn(5));    // of the standard normal distribution
 * Tensor x = Special.ndtri(p);                 // the same numbers again
 * }</pre>
 */
public final class Special {
    private Special() {}

    /**
     * Airy's function Ai; NaN at infinity. Without gradient.
     *
     * @throws io.candela.autograd.GraphException in the backward pass if {@code x} needs a gradient
     */
    public static Tensor airyAi(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.AIRY_AI), x);
    }

    /** Bessel function of the first kind, of order 0; NaN at infinity. */
    public static Tensor besselJ0(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.BESSEL_J0), x);
    }

    /** Bessel function of the first kind, of order 1; NaN at infinity. */
    public static Tensor besselJ1(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.BESSEL_J1), x);
    }

    /** Bessel function of the second kind, of order 0; −∞ at 0, NaN below and at infinity. */
    public static Tensor besselY0(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.BESSEL_Y0), x);
    }

    /** Bessel function of the second kind, of order 1; −∞ at 0, NaN below and at infinity. */
    public static Tensor besselY1(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.BESSEL_Y1), x);
    }

    /** Entropy of each element, {@code −x ln x}; 0 at 0, −∞ below. */
    public static Tensor entr(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.ENTR), x);
    }

    /** {@code exp(x²) erfc x}, which neither overflows nor vanishes where x is large. */
    public static Tensor erfcx(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.ERFCX), x);
    }

    /** {@code exp(−|x|)} {@link Tensor#i0}, which does not overflow. */
    public static Tensor i0e(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.I0E), x);
    }

    /** {@code exp(−|x|)} {@link Tensor#i1}, which does not overflow. */
    public static Tensor i1e(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.I1E), x);
    }

    /** Modified Bessel function of the second kind, of order 0; ∞ at 0, NaN below. */
    public static Tensor modifiedBesselK0(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.MODIFIED_BESSEL_K0), x);
    }

    /** Modified Bessel function of the second kind, of order 1; ∞ at 0, NaN below. */
    public static Tensor modifiedBesselK1(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.MODIFIED_BESSEL_K1), x);
    }

    /** {@code eˣ} {@link #modifiedBesselK0}, which does not vanish. */
    public static Tensor scaledModifiedBesselK0(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.SCALED_MODIFIED_BESSEL_K0), x);
    }

    /** {@code eˣ} {@link #modifiedBesselK1}, which does not vanish. */
    public static Tensor scaledModifiedBesselK1(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.SCALED_MODIFIED_BESSEL_K1), x);
    }

    /** Logarithm of {@link #ndtr}, right where that vanishes. */
    public static Tensor logNdtr(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.LOG_NDTR), x);
    }

    /** Inverse of {@link #ndtr}; NaN outside 0 … 1. */
    public static Tensor ndtri(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.NDTRI), x);
    }

    /** {@code sin x / x}, 1 at 0. */
    public static Tensor sphericalBesselJ0(Tensor x) {
        return Autograd.apply(new SpecialUnary(Unary.SPHERICAL_BESSEL_J0), x);
    }

    /** Distribution function of the standard normal distribution: the part of it below x. */
    public static Tensor ndtr(Tensor x) {
        return x.mul(-Math.sqrt(0.5)).erfc().mul(0.5);
    }

    // ---- two operands ----

    /** {@code x ln(1 + y)}; 0 where x is 0, unless y is NaN. */
    public static Tensor xlog1py(Tensor x, Tensor y) {
        return Autograd.apply(new SpecialBinary(Binary.XLOG1PY), x, y);
    }

    /**
     * Hurwitz' zeta function {@code Σ (q + k)⁻ˢ} over k from 0, differentiable in {@code q} alone; with q = 1 Riemann's. ∞ for s = 1 and where q is
     * 0 or a negative integer; NaN for smaller s, and for other negative q unless s is whole.
     *
     * @throws io.candela.autograd.GraphException in the backward pass if {@code s} needs a gradient
     */
    public static Tensor zeta(Tensor s, Tensor q) {
        return Autograd.apply(new SpecialBinary(Binary.ZETA), s, q);
    }

    // ---- orthogonal polynomials, 0 for a negative degree ----

    /** Chebyshev's polynomial of the first kind, of degree {@code n}. */
    public static Tensor chebyshevPolynomialT(Tensor x, int n) {
        return Polynomials.CHEBYSHEV_T.at(x, n);
    }

    /** As {@link #chebyshevPolynomialT(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor chebyshevPolynomialT(Tensor x, Tensor n) {
        return Polynomials.CHEBYSHEV_T.at(x, n);
    }

    /** Chebyshev's polynomial of the second kind, of degree {@code n}. */
    public static Tensor chebyshevPolynomialU(Tensor x, int n) {
        return Polynomials.CHEBYSHEV_U.at(x, n);
    }

    /** As {@link #chebyshevPolynomialU(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor chebyshevPolynomialU(Tensor x, Tensor n) {
        return Polynomials.CHEBYSHEV_U.at(x, n);
    }

    /** Chebyshev's polynomial of the third kind, of degree {@code n}. */
    public static Tensor chebyshevPolynomialV(Tensor x, int n) {
        return Polynomials.CHEBYSHEV_V.at(x, n);
    }

    /** As {@link #chebyshevPolynomialV(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor chebyshevPolynomialV(Tensor x, Tensor n) {
        return Polynomials.CHEBYSHEV_V.at(x, n);
    }

    /** Chebyshev's polynomial of the fourth kind, of degree {@code n}. */
    public static Tensor chebyshevPolynomialW(Tensor x, int n) {
        return Polynomials.CHEBYSHEV_W.at(x, n);
    }

    /** As {@link #chebyshevPolynomialW(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor chebyshevPolynomialW(Tensor x, Tensor n) {
        return Polynomials.CHEBYSHEV_W.at(x, n);
    }

    /** Hermite's polynomial, the physicists' one, of degree {@code n}. */
    public static Tensor hermitePolynomialH(Tensor x, int n) {
        return Polynomials.HERMITE_H.at(x, n);
    }

    /** As {@link #hermitePolynomialH(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor hermitePolynomialH(Tensor x, Tensor n) {
        return Polynomials.HERMITE_H.at(x, n);
    }

    /** Hermite's polynomial, the probabilists' one, of degree {@code n}. */
    public static Tensor hermitePolynomialHe(Tensor x, int n) {
        return Polynomials.HERMITE_HE.at(x, n);
    }

    /** As {@link #hermitePolynomialHe(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor hermitePolynomialHe(Tensor x, Tensor n) {
        return Polynomials.HERMITE_HE.at(x, n);
    }

    /** Laguerre's polynomial, of degree {@code n}. */
    public static Tensor laguerrePolynomialL(Tensor x, int n) {
        return Polynomials.LAGUERRE_L.at(x, n);
    }

    /** As {@link #laguerrePolynomialL(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor laguerrePolynomialL(Tensor x, Tensor n) {
        return Polynomials.LAGUERRE_L.at(x, n);
    }

    /** Legendre's polynomial, of degree {@code n}. */
    public static Tensor legendrePolynomialP(Tensor x, int n) {
        return Polynomials.LEGENDRE_P.at(x, n);
    }

    /** As {@link #legendrePolynomialP(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor legendrePolynomialP(Tensor x, Tensor n) {
        return Polynomials.LEGENDRE_P.at(x, n);
    }

    /** {@link #chebyshevPolynomialT(Tensor, int)} of {@code 2x − 1}, of degree {@code n}. */
    public static Tensor shiftedChebyshevPolynomialT(Tensor x, int n) {
        return Polynomials.CHEBYSHEV_T.at(x.mul(2.0).sub(1.0), n);
    }

    /** As {@link #shiftedChebyshevPolynomialT(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor shiftedChebyshevPolynomialT(Tensor x, Tensor n) {
        return Polynomials.CHEBYSHEV_T.at(x.mul(2.0).sub(1.0), n);
    }

    /** {@link #chebyshevPolynomialU(Tensor, int)} of {@code 2x − 1}, of degree {@code n}. */
    public static Tensor shiftedChebyshevPolynomialU(Tensor x, int n) {
        return Polynomials.CHEBYSHEV_U.at(x.mul(2.0).sub(1.0), n);
    }

    /** As {@link #shiftedChebyshevPolynomialU(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor shiftedChebyshevPolynomialU(Tensor x, Tensor n) {
        return Polynomials.CHEBYSHEV_U.at(x.mul(2.0).sub(1.0), n);
    }

    /** {@link #chebyshevPolynomialV(Tensor, int)} of {@code 2x − 1}, of degree {@code n}. */
    public static Tensor shiftedChebyshevPolynomialV(Tensor x, int n) {
        return Polynomials.CHEBYSHEV_V.at(x.mul(2.0).sub(1.0), n);
    }

    /** As {@link #shiftedChebyshevPolynomialV(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor shiftedChebyshevPolynomialV(Tensor x, Tensor n) {
        return Polynomials.CHEBYSHEV_V.at(x.mul(2.0).sub(1.0), n);
    }

    /** {@link #chebyshevPolynomialW(Tensor, int)} of {@code 2x − 1}, of degree {@code n}. */
    public static Tensor shiftedChebyshevPolynomialW(Tensor x, int n) {
        return Polynomials.CHEBYSHEV_W.at(x.mul(2.0).sub(1.0), n);
    }

    /** As {@link #shiftedChebyshevPolynomialW(Tensor, int)}, each element of the degree that {@code n} says; the time grows with the largest. */
    public static Tensor shiftedChebyshevPolynomialW(Tensor x, Tensor n) {
        return Polynomials.CHEBYSHEV_W.at(x.mul(2.0).sub(1.0), n);
    }
}
