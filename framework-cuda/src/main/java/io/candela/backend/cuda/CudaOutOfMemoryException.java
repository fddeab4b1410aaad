package io.candela.backend.cuda;

/** A device has too little free memory. Nothing has changed, and the program may go on: with smaller batches, say. */
public final class CudaOutOfMemoryException extends CudaException {
    private static final long serialVersionUID = 1L;

    /** As {@link CudaException#CudaException}. */
    public CudaOutOfMemoryException(String format, Object... values) {
        super(format, values);
    }
}
