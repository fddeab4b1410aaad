package io.candela.tensor;

/** Sizes or dimensions do not fit an operation. The message names the operation, what differs, and the values. */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the message with {@link String#format}.
     *
     * @param format a format string: who, what differs, the values, the remedy
     * @param values its arguments
     */
    public ShapeException(String format, Object... values) {
        super(String.format(java.util.Locale.ROOT, format, values));
    }
}
