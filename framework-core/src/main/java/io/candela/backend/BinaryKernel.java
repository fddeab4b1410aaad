package io.candela.backend;

/** Element by element functions of two operands. Comparisons and logic write {@code bool}. */
public enum BinaryKernel {
    /** a + b. */ ADD,
    /** a − b. */ SUB,
    /** b − a: the form with a number on the left. */ RSUB,
    /** a · b. */ MUL,
    /** a / b; integers are converted before. */ DIV,
    /** b / a: the form with a number on the left. */ RDIV,
    /** a to the power b. */ POW,
    /** b to the power a: the form with a number on the left. */ RPOW,
    /** The larger; NaN wins. */ MAXIMUM,
    /** The smaller; NaN wins. */ MINIMUM,
    /** a modulo b with the sign of b, as Python's {@code %}. */ REMAINDER,
    /** a modulo b with the sign of a, as C's {@code fmod}. */ FMOD,
    /** The largest integer not above a / b. */ FLOOR_DIVIDE,
    /** a / b cut off towards zero. */ TRUNC_DIVIDE,
    /** Angle of the point (b, a). */ ATAN2,
    /** √(a² + b²), without overflow on the way. */ HYPOT,
    /** a · ln b; 0 where a is 0. */ XLOGY,
    /** ln(eᵃ + eᵇ). */ LOGADDEXP,
    /** log₂(2ᵃ + 2ᵇ). */ LOGADDEXP2,
    /** |a| with the sign of b. */ COPYSIGN,
    /** 0 for negative a, 1 for positive, b at 0. */ HEAVISIDE,
    /** The larger; a number wins over NaN. */ FMAX,
    /** The smaller; a number wins over NaN. */ FMIN,
    /** The derivative of order b of the digamma function at a. */ POLYGAMMA,
    /** Γ(a, b)'s lower part over Γ(a). */ IGAMMA,
    /** The upper part: 1 less that. */ IGAMMAC,
    /** Bits set in both; integers, as the next four. */ BITWISE_AND,
    /** Bits set in one at least. */ BITWISE_OR,
    /** Bits set in exactly one. */ BITWISE_XOR,
    /** a · 2ᵇ, wrapping. */ BITWISE_LEFT_SHIFT,
    /** a / 2ᵇ, rounded down. */ BITWISE_RIGHT_SHIFT,
    /** Greatest common divisor; integers. */ GCD,
    /** Least common multiple; integers. */ LCM,
    /** 0 where b ≤ 0, else a: the gradient of ReLU from its result. */ RELU_GRAD,
    /** a · b · (1 − b): the gradient of the sigmoid from its result. */ SIGMOID_GRAD,
    /** a · (1 − b²): the gradient of tanh from its result. */ TANH_GRAD,
    /** a times the derivative of {@link UnaryKernel#GELU} at b, as the next ones of theirs. */ GELU_GRAD,
    /** The approximation's. */ GELU_TANH_GRAD,
    /** At the kink at 20 too, the sigmoid. */ SOFTPLUS_GRAD,
    /** σ(b) (1 + b (1 − σ(b))). */ SILU_GRAD,
    /** The one of mish. */ MISH_GRAD,
    /** σ(−b). */ LOG_SIGMOID_GRAD,
    /** b/3 + 1/2 between −3 and 3; 0 up to there, 1 from there on and for NaN. */ HARDSWISH_GRAD,
    /** 1/6 between −3 and 3, 0 elsewhere and for NaN. */ HARDSIGMOID_GRAD,
    /** a where positive, else a · b. */ LEAKY_RELU,
    /** b (eᵃ − 1) up to 0, a above. */ ELU,
    /** a = b. */ EQ,
    /** a ≠ b. */ NE,
    /** a &lt; b. */ LT,
    /** a ≤ b. */ LE,
    /** a &gt; b. */ GT,
    /** a ≥ b. */ GE,
    /** Both are not 0. */ AND,
    /** One at least is not 0. */ OR,
    /** Exactly one is not 0. */ XOR;

    /** Whether the result is {@code bool} whatever the operands are. */
    public boolean isPredicate() {
        return ordinal() >= EQ.ordinal();
    }

    private final String label = camelCase(name());

    /** The method's name, for messages. */
    public String label() {
        return label;
    }

    static String camelCase(String constant) {
        StringBuilder out = new StringBuilder();
        for (String word : constant.toLowerCase(java.util.Locale.ROOT).split("_")) {
            out.append(out.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return out.toString();
    }
}
