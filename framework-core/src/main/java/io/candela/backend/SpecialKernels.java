package io.candela.backend;

import io.candela.tensor.Tensor;

/** Functions of mathematics that few need, element by element: computed in double precision whatever the type, and rounded once. */
public interface SpecialKernels {
    /** Functions of one operand. */
    enum Unary {
        /** Airy's Ai. */ AIRY_AI,
        /** Bessel function of the first kind, of order 0. */ BESSEL_J0,
        /** The one of order 1. */ BESSEL_J1,
        /** Bessel function of the second kind, of order 0. */ BESSEL_Y0,
        /** The one of order 1. */ BESSEL_Y1,
        /** −x ln x; 0 at 0, −∞ below. */ ENTR,
        /** exp(x²) erfc x. */ ERFCX,
        /** exp(−|x|) I₀(x). */ I0E,
        /** exp(−|x|) I₁(x). */ I1E,
        /** Modified Bessel function of the second kind, of order 0. */ MODIFIED_BESSEL_K0,
        /** The one of order 1. */ MODIFIED_BESSEL_K1,
        /** eˣ K₀(x). */ SCALED_MODIFIED_BESSEL_K0,
        /** eˣ K₁(x). */ SCALED_MODIFIED_BESSEL_K1,
        /** Logarithm of the standard normal distribution function. */ LOG_NDTR,
        /** Inverse of the standard normal distribution function. */ NDTRI,
        /** sin x / x. */ SPHERICAL_BESSEL_J0;

        private final String label = BinaryKernel.camelCase(name());

        /** The method's name, for messages. */
        public String label() {
            return label;
        }
    }

    /** Functions of two operands. */
    enum Binary {
        /** Hurwitz' zeta function Σ (b + k)⁻ᵃ. */ ZETA,
        /** a ln(1 + b); 0 where a is 0. */ XLOG1PY;

        private final String label = BinaryKernel.camelCase(name());

        /** The method's name, for messages. */
        public String label() {
            return label;
        }
    }

    /** {@code out = function(x)}. */
    void unary(Unary function, Tensor x, Tensor out);

    /** {@code out = function(a, b)}. */
    void binary(Binary function, Tensor a, Tensor b, Tensor out);
}
