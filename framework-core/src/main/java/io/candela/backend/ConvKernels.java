package io.candela.backend;

import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;

/**
 * Convolutions over one to three spatial dimensions, in float32 and float64: input {@code (n, c, *)}, weight {@code (o, c/groups, *)}, result
 * {@code (n, o, *)}. Operands may have any strides. Kernels are faster the less they must reorder: see {@link #format}.
 */
public interface ConvKernels {
    /** The order in which activations and their gradients serve this device best. */
    MemoryFormat format();

    /**
     * {@code out = x ⋆ weight + bias}.
     *
     * @param bias {@code (o)}, or null
     * @param out  dense, in either order
     */
    void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor out);

    /**
     * The gradients of {@link #forward} from that of its result.
     *
     * @param x          may be null if {@code gradWeight} is
     * @param weight     may be null if {@code gradInput} is
     * @param gradInput  dense, in either order; null if not wanted
     * @param gradWeight contiguous; null if not wanted
     * @param gradBias   contiguous; null if not wanted
     */
    void backward(Tensor x, Tensor weight, Tensor g, ConvGeometry geometry, Tensor gradInput, Tensor gradWeight, Tensor gradBias);
}
