package io.candela.nn;

/** The average of each window: {@code (n, c, length)} or {@code (c, length)} to as many windows. Channels-last input gives channels-last output. */
public final class AvgPool1d extends AvgPoolLayer {
    /** With windows of one size side by side. */
    public AvgPool1d(int kernelSize) {
        this(new int[] {kernelSize}, options());
    }

    /** With windows of one size at one distance. */
    public AvgPool1d(int kernelSize, int stride) {
        this(new int[] {kernelSize}, options().withStride(stride));
    }

    /**
     * With options.
     *
     * @param kernelSize one number
     * @throws IllegalArgumentException if a size is below 1, or the padding more than half of the kernel
     */
    public AvgPool1d(int[] kernelSize, AvgPoolOptions options) {
        super(1, kernelSize, options);
    }
}
