package io.candela.tensor;

/** An operation does not take this element type. The message names the operation, what differs, and the values. */
public final class DTypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the message with {@link String#format}.
     *
     * @param format a format string: who, what differs, the values, the remedy
     * @param values its arguments
     */
    public DTypeException(String format, Object... values) {
        super(String.format(java.util.Locale.ROOT, format, values));
    }
}
