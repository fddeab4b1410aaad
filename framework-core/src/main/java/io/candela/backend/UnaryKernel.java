package io.candela.backend;

/** Element by element functions of one operand; each backend has one row per name. Integer operands of the functions from {@link #EXP} on are computed as floating point. */
public enum UnaryKernel {
    /** −x. */ NEG,
    /** |x|. */ ABS,
    /** −1, 0 or 1; 0 for NaN. */ SIGN,
    /** x². */ SQUARE,
    /** max(x, 0); NaN stays. */ RELU,
    /** Largest integer not above x. */ FLOOR,
    /** Smallest integer not below x. */ CEIL,
    /** Nearest integer, ties to even. */ ROUND,
    /** Towards zero. */ TRUNC,
    /** Every bit inverted; integers alone. */ BITWISE_NOT,
    /** eˣ. */ EXP,
    /** Natural logarithm. */ LOG,
    /** ln(1 + x). */ LOG1P,
    /** eˣ − 1. */ EXPM1,
    /** √x. */ SQRT,
    /** 1/√x. */ RSQRT,
    /** 1/x. */ RECIPROCAL,
    /** 1/(1 + e⁻ˣ). */ SIGMOID,
    /** Hyperbolic tangent. */ TANH,
    /** Sine. */ SIN,
    /** Cosine. */ COS,
    /** Tangent. */ TAN,
    /** Inverse of the sine. */ ASIN,
    /** Inverse of the cosine. */ ACOS,
    /** Inverse of the tangent. */ ATAN,
    /** Hyperbolic sine. */ SINH,
    /** Hyperbolic cosine. */ COSH,
    /** Inverse of the hyperbolic sine. */ ASINH,
    /** Inverse of the hyperbolic cosine. */ ACOSH,
    /** Inverse of the hyperbolic tangent. */ ATANH,
    /** 2ˣ. */ EXP2,
    /** Logarithm to base 2. */ LOG2,
    /** Logarithm to base 10. */ LOG10,
    /** ln(x / (1 − x)). */ LOGIT,
    /** ln(1 + eˣ); x itself above 20. */ SOFTPLUS,
    /** sin(πx) / (πx); 1 at 0. */ SINC,
    /** Error function. */ ERF,
    /** 1 − erf x, without loss where that is small. */ ERFC,
    /** Inverse of the error function. */ ERFINV,
    /** Logarithm of |Γ(x)|. */ LGAMMA,
    /** Derivative of ln Γ. */ DIGAMMA,
    /** Modified Bessel function of the first kind, of order 0. */ I0,
    /** The one of order 1. */ I1,
    /** x Φ(x), with the distribution function of the standard normal distribution. */ GELU,
    /** The same, approximated by a tanh. */ GELU_TANH,
    /** x / (1 + e⁻ˣ). */ SILU,
    /** x tanh(ln(1 + eˣ)). */ MISH,
    /** −ln(1 + e⁻ˣ). */ LOG_SIGMOID,
    /** x times {@link #HARDSIGMOID}. */ HARDSWISH,
    /** (x + 3)/6, limited to 0 … 1. */ HARDSIGMOID;

    /** Whether integers keep their type, rather than becoming floating point. */
    public boolean keepsIntegers() {
        return ordinal() < EXP.ordinal();
    }

    private final String label = BinaryKernel.camelCase(name());

    /** The method's name, for messages. */
    public String label() {
        return label;
    }
}
