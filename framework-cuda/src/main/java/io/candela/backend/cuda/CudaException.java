package io.candela.backend.cuda;

/**
 * CUDA refused something, or work queued earlier failed. The message names the function and the code that it returned. After a fault inside a
 * kernel (an illegal address, say) the device is of no more use to this process.
 */
public class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the message with {@link String#format}.
     *
     * @param format a format string: who, what went wrong, the values, the remedy
     * @param values its arguments
     */
    public CudaException(String format, Object... values) {
        super(String.format(java.util.Locale.ROOT, format, values));
    }
}
