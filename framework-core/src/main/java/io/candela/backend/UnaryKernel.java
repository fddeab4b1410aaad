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
    /** Cosine. */ COS;

    /** Whether integers keep their type, rather than becoming floating point. */
    public boolean keepsIntegers() {
        return ordinal() < EXP.ordinal();
    }

    private final String label = name().toLowerCase(java.util.Locale.ROOT);

    /** The name in lower case, for messages. */
    public String label() {
        return label;
    }
}
