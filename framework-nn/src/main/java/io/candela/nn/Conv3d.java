package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * Cross-correlation with learned filters: {@code (n, in, d, h, w)} to {@code (n, out, d′, h′, w′)}, size′ = ⌊(size + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1.
 * The batch dimension may be missing.
 *
 * <p>State: {@code weight (out, in/groups, kd, kh, kw)}, {@code bias (out)}, both drawn from U(−b, b) with b = 1/√(in/groups · kernel elements).
 */
public sealed class Conv3d extends ConvLayer permits LazyConv3d {
    /** With a kernel of one size in every dimension, stride 1, no padding, a bias, in float32. */
    public Conv3d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, options());
    }

    /** With a kernel of one size in every dimension. */
    public Conv3d(int inChannels, int outChannels, int kernelSize, ConvOptions options) {
        this(inChannels, outChannels, new int[] {kernelSize}, options);
    }

    /**
     * With all options.
     *
     * @param kernelSize one number, or one per spatial dimension
     * @throws IllegalArgumentException if groups do not divide the channels, or an option has the wrong number of numbers
     * @throws io.candela.tensor.ShapeException if a size is negative, or a kernel size below 1
     */
    public Conv3d(int inChannels, int outChannels, int[] kernelSize, ConvOptions options) {
        super(3, false, inChannels, outChannels, kernelSize, options);
    }

    /** Whose number of input channels is decided later. */
    Conv3d(int outChannels, int[] kernelSize, ConvOptions options) {
        super(3, false, outChannels, kernelSize, options);
    }

    /** Of {@code like}'s geometry, around tensors that are there already. */
    Conv3d(ConvLayer like, Tensor weight, Tensor bias) {
        super(like, weight, bias);
    }

    /** PyTorch's defaults. */
    public static ConvOptions options() {
        return ConvOptions.DEFAULTS;
    }
}
