package io.candela.nn;

/** Puts the results of {@link MaxPool2d} back where they were, with zeros around: the indices come from its {@code forwardWithIndices}. */
public final class MaxUnpool2d extends MaxUnpoolModule {
    /** For windows of one size side by side. */
    public MaxUnpool2d(int kernelSize) {
        this(new int[] {kernelSize}, null, 0);
    }

    /**
     * For the windows of a pooling.
     *
     * @param kernelSize one number, or one per spatial dimension
     * @param stride     in the same form; null for the kernel's size
     * @param padding    in the same form
     * @throws IllegalArgumentException if a size is below 1 or the padding negative
     */
    public MaxUnpool2d(int[] kernelSize, int[] stride, int... padding) {
        super(2, kernelSize, stride, padding);
    }
}
