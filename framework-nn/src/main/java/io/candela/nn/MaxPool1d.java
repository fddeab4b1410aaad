package io.candela.nn;

/** The largest element of each window: {@code (n, c, length)} or {@code (c, length)} to as many windows. Channels-last input gives channels-last output. */
public final class MaxPool1d extends MaxPoolLayer {
    /** With windows of one size side by side. */
    public MaxPool1d(int kernelSize) {
        this(new int[] {kernelSize}, options());
    }

    /** With windows of one size at one distance. */
    public MaxPool1d(int kernelSize, int stride) {
        this(new int[] {kernelSize}, options().withStride(stride));
    }

    /**
     * With options.
     *
     * @param kernelSize one number
     * @throws IllegalArgumentException if a size is below 1, or the padding more than half of the kernel
     */
    public MaxPool1d(int[] kernelSize, MaxPoolOptions options) {
        super(1, kernelSize, options);
    }
}
