package io.candela.backend;

import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;

/**
 * Convolutions over one to three spatial dimensions, of floating point: input {@code (n, c, *)}, weight {@code (o, c/groups, *)}, result
 * {@code (n, o, *)}. Operands may have any strides. Kernels are faster the less they must reorder: see {@link #format}.
 */
public interface ConvKernels {
    /** The order in which the result of a convolution, or of a transposed one, of these operands serves this device best, as do their gradients. */
    MemoryFormat format(Tensor x, Tensor weight);

    /**
     * {@code out = x ⋆ weight + bias}.
     *
     * @param bias {@code (o)}, or null
     * @param out  dense, in either order
     */
    void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor out);

    /** Whether there is {@link #forward(Tensor, Tensor, Tensor, ConvGeometry, Tensor, ConvEpilogue)} for operands of a type. */
    default boolean hasEpilogue(DType dtype) {
        return false;
    }

    /**
     * {@code out = after(x ⋆ weight + bias)}, equal in every bit to the kernels one after the other; on GPUs up to the order of additions.
     *
     * @param out in the order of {@link #format}, as is the residual
     */
    default void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor out, ConvEpilogue after) {
        throw new UnsupportedOperationException("there is no such kernel; see hasEpilogue");
    }

    /**
     * The gradients of {@link #forward(Tensor, Tensor, Tensor, ConvGeometry, Tensor)} from that of its result.
     *
     * @param x          may be null if {@code gradWeight} is
     * @param weight     may be null if {@code gradInput} is
     * @param gradInput  dense, in either order; null if not wanted
     * @param gradWeight contiguous; null if not wanted
     * @param gradBias   contiguous; null if not wanted
     */
    void backward(Tensor x, Tensor weight, Tensor g, ConvGeometry geometry, Tensor gradInput, Tensor gradWeight, Tensor gradBias);
}
