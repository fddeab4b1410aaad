package io.candela.backend.cuda;

/** A kernel's source did not compile. The message holds the compiler's log. */
public final class CudaCompileException extends CudaException {
    private static final long serialVersionUID = 1L;

    /** As {@link CudaException#CudaException}. */
    public CudaCompileException(String format, Object... values) {
        super(format, values);
    }
}
