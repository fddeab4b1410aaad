package io.candela.backend.cuda.driver;

import io.candela.backend.ConvGeometry;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import java.util.List;

/** Convolutions on one device. */
public interface DnnLibrary {
    /** What is computed from what. */
    enum Pass {
        /** The result from input and weight. */ FORWARD,
        /** The input's gradient from the weight and the result's gradient. */ INPUT_GRADIENT,
        /** The weight's gradient from the input and the result's gradient. */ WEIGHT_GRADIENT
    }

    /**
     * What is to be computed. All tensors are dense in one order, the weight too, and start at multiples of 16 bytes; no size is 0, and the result
     * has all positions that the geometry gives. Sums are carried in float64 for that type, else in float32.
     *
     * @param type     of all operands: float64, float32, float16 or bfloat16
     * @param tf32     whether factors of float32 may be rounded to 10 bits, for speed
     * @param input    sizes of the input, {@code (n, c, *)} with one to three spatial dimensions
     * @param weight   {@code (o, c/groups, *)}
     * @param result   {@code (n, o, *)}
     * @param geometry with as many zeros in front of each dimension as behind it
     */
    record Convolution(Pass pass, DType type, boolean tf32, MemoryFormat format, Shape input, Shape weight, Shape result, ConvGeometry geometry) {}

    /**
     * One way to compute a convolution.
     *
     * @param algorithm       the library's number for it
     * @param math            the library's number for the arithmetic
     * @param workspaceBytes  of the device's memory that it needs
     * @param isDeterministic whether it gives the same bits every time
     */
    record Way(int algorithm, int math, long workspaceBytes, boolean isDeterministic) {}

    /** The ways that the library has, those first that it holds for fastest; empty if it cannot. Nothing is queued. */
    List<Way> ways(Convolution what);

    /**
     * The same, the fastest first as measured on these operands; what is to be computed is overwritten. Waits for the device.
     *
     * @param workspace      memory for measuring
     * @param workspaceBytes how much that is; ways that need more are left out
     */
    List<Way> measuredWays(Convolution what, long input, long weight, long result, long workspace, long workspaceBytes, long stream);

    /**
     * Queues a convolution.
     *
     * @param input     the input or, if that is to be computed, its gradient; so are the weight and the result
     * @param workspace as much as the way needs, for this call alone as far as work on the stream goes; 0 if it needs none
     * @return whether the library can do it so; if not, nothing was queued
     * @throws io.candela.backend.cuda.CudaOutOfMemoryException if the library itself lacks memory; nothing was queued
     */
    boolean convolve(Convolution what, Way way, long input, long weight, long result, long workspace, long stream);

    /**
     * As {@link #convolve} forward, with {@code max(result + bias + residual, 0)} at once; NaN stays.
     *
     * @param bias     one element per filter
     * @param residual as the result, dense in the same order; 0 for none
     */
    boolean convolveRelu(Convolution what, Way way, long input, long weight, long bias, long residual, long result, long workspace, long stream);
}
