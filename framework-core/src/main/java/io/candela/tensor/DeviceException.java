package io.candela.tensor;

/** Tensors live on different devices, or a device cannot be used. The message names the operation, what differs, and the values. */
public final class DeviceException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the message with {@link String#format}.
     *
     * @param format a format string: who, what differs, the values, the remedy
     * @param values its arguments
     */
    public DeviceException(String format, Object... values) {
        super(String.format(java.util.Locale.ROOT, format, values));
    }
}
