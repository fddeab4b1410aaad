package io.candela.backend.cuda.driver;

import io.candela.tensor.DType;

/** Matrix products on one device. Matrices are column-major: neighbours in memory are of one column. */
public interface BlasLibrary {
    /** What becomes of a product before it is written. The bias has one element per row. */
    enum Epilogue {
        /** Nothing. */ NONE,
        /** The bias is added. */ BIAS,
        /** The bias is added, then what is below 0 becomes 0. */ BIAS_RELU,
        /** The bias is added, then comes GELU in its tanh form. */ BIAS_GELU
    }

    /**
     * How a matrix lies in memory.
     *
     * @param transposed  whether the transpose of what lies there is meant; not for results
     * @param leading     elements from one column to the next, as it lies there
     * @param batchStride elements from one matrix of a batch to the next; 0 for one matrix that serves all
     * @param alignment   a power of two, up to 256, of bytes that divides the address
     */
    record Layout(boolean transposed, long leading, long batchStride, int alignment) {}

    /**
     * What is to be multiplied: {@code a (rows, inner)} by {@code b (inner, columns)}; all sizes are above 0. Sums are carried in float64 for
     * that type, else in float32.
     *
     * @param type  of all operands: float64, float32, float16 or bfloat16
     * @param tf32  whether factors of float32 may be rounded to 10 bits, for speed
     * @param batch how many products
     */
    record Product(DType type, boolean tf32, Epilogue epilogue, int rows, int columns, int inner, int batch, Layout a, Layout b, Layout out) {}

    /** How much memory of the device {@link #multiply} may use. */
    long workspaceBytes();

    /**
     * Queues a product.
     *
     * @param bias      with an epilogue; else 0
     * @param workspace {@link #workspaceBytes} bytes for this call alone, as far as work on the stream goes
     * @return whether the library can do it; if not, nothing was queued
     */
    boolean multiply(Product product, long a, long b, long bias, long out, long workspace, long stream);
}
