package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * The transpose of {@link Conv2d}: {@code (n, in, h, w)} to {@code (n, out, h′, w′)}, where sizes grow by the stride: size′ = (size − 1) · stride − 2 · padding +
 * dilation · (kernel − 1) + 1 + outputPadding. The batch dimension may be missing.
 *
 * <p>State: {@code weight (in, out/groups, kh, kw)}, {@code bias (out)}, both drawn from U(−b, b) with b = 1/√(out/groups · kernel elements).
 */
public sealed class ConvTranspose2d extends ConvLayer permits LazyConvTranspose2d {
    /** With a kernel of one size in every dimension, stride 1, no padding, a bias, in float32. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, options());
    }

    /** With a kernel of one size in every dimension. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernelSize, ConvOptions options) {
        this(inChannels, outChannels, new int[] {kernelSize}, options);
    }

    /**
     * With all options.
     *
     * @param kernelSize one number, or one per spatial dimension
     * @throws IllegalArgumentException if groups do not divide the channels, or an option has the wrong number of numbers
     * @throws io.candela.tensor.ShapeException if a size is negative, or a kernel size below 1
     */
    public ConvTranspose2d(int inChannels, int outChannels, int[] kernelSize, ConvOptions options) {
        super(2, true, inChannels, outChannels, kernelSize, options);
    }

    /** Whose number of input channels is decided later. */
    ConvTranspose2d(int outChannels, int[] kernelSize, ConvOptions options) {
        super(2, true, outChannels, kernelSize, options);
    }

    /** Of {@code like}'s geometry, around tensors that are there already. */
    ConvTranspose2d(ConvLayer like, Tensor weight, Tensor bias) {
        super(like, weight, bias);
    }

    /** PyTorch's defaults. */
    public static ConvOptions options() {
        return ConvOptions.DEFAULTS;
    }
}
