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
    /** 0 where b ≤ 0, else a: the gradient of ReLU from its result. */ RELU_GRAD,
    /** a · b · (1 − b): the gradient of the sigmoid from its result. */ SIGMOID_GRAD,
    /** a · (1 − b²): the gradient of tanh from its result. */ TANH_GRAD,
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

    private final String label = name().toLowerCase(java.util.Locale.ROOT);

    /** The name in lower case, for messages. */
    public String label() {
        return label;
    }
}
