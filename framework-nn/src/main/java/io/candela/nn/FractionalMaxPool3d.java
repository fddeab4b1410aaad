package io.candela.nn;

/**
 * The largest element of each of a given number of windows at random places, {@code (n, c, d, h, w)} or {@code (c, d, h, w)}: Graham, Fractional Max-Pooling,
 * 2015. Draws PyTorch's places from the default generator, anew for each sample and channel.
 */
public final class FractionalMaxPool3d extends FractionalMaxPoolLayer {
    /**
     * With a number of windows.
     *
     * @param kernelSize size of a window: one number, or one per spatial dimension
     * @param outputSize in the same form
     * @throws IllegalArgumentException if a number is below 1
     */
    public FractionalMaxPool3d(int[] kernelSize, int... outputSize) {
        super(3, kernelSize, outputSize);
    }

    /**
     * With a number of windows that grows with the input.
     *
     * @param kernelSize  size of a window: one number, or one per spatial dimension
     * @param outputRatio windows per position, between 0 and 1, in the same form
     * @throws IllegalArgumentException if a ratio is not between 0 and 1
     */
    public FractionalMaxPool3d(int[] kernelSize, double... outputRatio) {
        super(3, kernelSize, null, outputRatio);
    }
}
