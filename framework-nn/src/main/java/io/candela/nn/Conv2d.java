package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * Cross-correlation with learned filters: {@code (n, in, h, w)} to {@code (n, out, h′, w′)}, size′ = ⌊(size + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1.
 * The batch dimension may be missing.
 *
 * <p>State: {@code weight (out, in/groups, kh, kw)}, {@code bias (out)}, both drawn from U(−b, b) with b = 1/√(in/groups · kernel elements).
 *
 * <pre>{@code
 * var conv = new Conv2d(3, 16, 3, Conv2d.options().withStride(2).withPadding(1));
 * Tensor y = conv.forward(Tensor.randn(8, 3, 32, 32)); // (8, 16, 16, 16)
 * }</pre>
 *
 * <p>Results lie channels-last in memory, on a GPU if the input does ({@link io.candela.tensor.MemoryFormat}): {@code flatten} and {@code reshape} work as always, {@code view}
 * may refuse.
 */
public sealed class Conv2d extends ConvLayer permits LazyConv2d {
    /** With a kernel of one size in every dimension, stride 1, no padding, a bias, in float32. */
    public Conv2d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, options());
    }

    /** With a kernel of one size in every dimension. */
    public Conv2d(int inChannels, int outChannels, int kernelSize, ConvOptions options) {
        this(inChannels, outChannels, new int[] {kernelSize}, options);
    }

    /**
     * With all options.
     *
     * @param kernelSize one number, or one per spatial dimension
     * @throws IllegalArgumentException if groups do not divide the channels, or an option has the wrong number of numbers
     * @throws io.candela.tensor.ShapeException if a size is negative, or a kernel size below 1
     */
    public Conv2d(int inChannels, int outChannels, int[] kernelSize, ConvOptions options) {
        super(2, false, inChannels, outChannels, kernelSize, options);
    }

    /** Whose number of input channels is decided later. */
    Conv2d(int outChannels, int[] kernelSize, ConvOptions options) {
        super(2, false, outChannels, kernelSize, options);
    }

    /** Of {@code like}'s geometry, around tensors that are there already. */
    Conv2d(ConvLayer like, Tensor weight, Tensor bias) {
        super(like, weight, bias);
    }

    /** PyTorch's defaults. */
    public static ConvOptions options() {
        return ConvOptions.DEFAULTS;
    }
}
