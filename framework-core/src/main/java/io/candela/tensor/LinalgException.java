package io.candela.tensor;

/** A matrix has no inverse, no factorization of the wanted kind, or an iteration does not converge: PyTorch's {@code LinAlgError}. */
public final class LinalgException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the message with {@link String#format}.
     *
     * @param format a format string: who, which matrix, what is wrong with it, the remedy
     * @param values its arguments
     */
    public LinalgException(String format, Object... values) {
        super(String.format(java.util.Locale.ROOT, format, values));
    }
}
