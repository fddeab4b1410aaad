package io.candela.nn;

/** The largest element of each window: {@code (n, c, d, h, w)} or {@code (c, d, h, w)} to as many windows. Channels-last input gives channels-last output. */
public final class MaxPool3d extends MaxPoolLayer {
    /** With windows of one size side by side. */
    public MaxPool3d(int kernelSize) {
        this(new int[] {kernelSize}, options());
    }

    /** With windows of one size at one distance. */
    public MaxPool3d(int kernelSize, int stride) {
        this(new int[] {kernelSize}, options().withStride(stride));
    }

    /**
     * With options.
     *
     * @param kernelSize one number, or one per spatial dimension
     * @throws IllegalArgumentException if a size is below 1, or the padding more than half of the kernel
     */
    public MaxPool3d(int[] kernelSize, MaxPoolOptions options) {
        super(3, kernelSize, options);
    }
}
