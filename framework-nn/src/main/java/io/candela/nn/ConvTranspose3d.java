package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * The transpose of {@link Conv3d}: {@code (n, in, d, h, w)} to {@code (n, out, d′, h′, w′)}, where sizes grow by the stride: size′ = (size − 1) · stride − 2 · padding +
 * dilation · (kernel − 1) + 1 + outputPadding. The batch dimension may be missing.
 *
 * <p>State: {@code weight (in, out/groups, kd, kh, kw)}, {@code bias (out)}, both drawn from U(−b, b) with b = 1/√(out/groups · kernel elements).
 */
public sealed class ConvTranspose3d extends ConvLayer permits LazyConvTranspose3d {
    /** With a kernel of one size in every dimension, stride 1, no padding, a bias, in float32. */
    public ConvTranspose3d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, options());
    }

    /** With a kernel of one size in every dimension. */
    public ConvTranspose3d(int inChannels, int outChannels, int kernelSize, ConvOptions options) {
        this(inChannels, outChannels, new int[] {kernelSize}, options);
    }

    /**
     * With all options.
     *
     * @param kernelSize one number, or one per spatial dimension
     * @throws IllegalArgumentException if groups do not divide the channels, or an option has the wrong number of numbers
     * @throws io.candela.tensor.ShapeException if a size is negative, or a kernel size below 1
     */
    public ConvTranspose3d(int inChannels, int outChannels, int[] kernelSize, ConvOptions options) {
        super(3, true, inChannels, outChannels, kernelSize, options);
    }

    /** Whose number of input channels is decided later. */
    ConvTranspose3d(int outChannels, int[] kernelSize, ConvOptions options) {
        super(3, true, outChannels, kernelSize, options);
    }

    /** Of {@code like}'s geometry, around tensors that are there already. */
    ConvTranspose3d(ConvLayer like, Tensor weight, Tensor bias) {
        super(like, weight, bias);
    }

    /** PyTorch's defaults. */
    public static ConvOptions options() {
        return ConvOptions.DEFAULTS;
    }
}
