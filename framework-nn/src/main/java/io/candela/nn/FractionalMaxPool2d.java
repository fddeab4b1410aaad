package io.candela.nn;

/**
 * The largest element of each of a given number of windows at random places, {@code (n, c, h, w)} or {@code (c, h, w)}: Graham, Fractional Max-Pooling,
 * 2015. Draws PyTorch's places from the default generator, anew for each sample and channel.
 */
public final class FractionalMaxPool2d extends FractionalMaxPoolLayer {
    /**
     * With a number of windows.
     *
     * @param kernelSize size of a window: one number, or one per spatial dimension
     * @param outputSize in the same form
     * @throws IllegalArgumentException if a number is below 1
     */
    public FractionalMaxPool2d(int[] kernelSize, int... outputSize) {
        super(2, kernelSize, outputSize);
    }

    /**
     * With a number of windows that grows with the input.
     *
     * @param kernelSize  size of a window: one number, or one per spatial dimension
     * @param outputRatio windows per position, between 0 and 1, in the same form
     * @throws IllegalArgumentException if a ratio is not between 0 and 1
     */
    public FractionalMaxPool2d(int[] kernelSize, double... outputRatio) {
        super(2, kernelSize, null, outputRatio);
    }
}
