package io.candela.nn;

/**
 * A {@link ConvTranspose3d} that takes its number of input channels from the first input, or from the file that it is loaded from; start values are drawn
 * then. Until the first input {@code weight} is {@code (0, out/groups, …)} and {@code bias (0)}; see {@link LazyLinear}.
 */
public final class LazyConvTranspose3d extends ConvTranspose3d implements Lazy {
    /** With a kernel of one size in every dimension, stride 1, no padding, a bias, in float32. */
    public LazyConvTranspose3d(int outChannels, int kernelSize) {
        this(outChannels, kernelSize, options());
    }

    /** With a kernel of one size in every dimension. */
    public LazyConvTranspose3d(int outChannels, int kernelSize, ConvOptions options) {
        this(outChannels, new int[] {kernelSize}, options);
    }

    /**
     * With all options.
     *
     * @param kernelSize one number, or one per spatial dimension
     * @throws IllegalArgumentException if groups do not divide the channels, at the first input for the input's; or an option has the wrong number of
     *                                  numbers
     * @throws io.candela.tensor.ShapeException if a size is negative, or a kernel size below 1
     */
    public LazyConvTranspose3d(int outChannels, int[] kernelSize, ConvOptions options) {
        super(outChannels, kernelSize, options);
    }
}
