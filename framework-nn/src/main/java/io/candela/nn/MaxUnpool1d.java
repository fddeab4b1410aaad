package io.candela.nn;

/** Puts the results of {@link MaxPool1d} back where they were, with zeros around: the indices come from its {@code forwardWithIndices}. */
public final class MaxUnpool1d extends MaxUnpoolModule {
    /** For windows of one size side by side. */
    public MaxUnpool1d(int kernelSize) {
        this(new int[] {kernelSize}, null, 0);
    }

    /**
     * For the windows of a pooling.
     *
     * @param kernelSize one number
     * @param stride     in the same form; null for the kernel's size
     * @param padding    in the same form
     * @throws IllegalArgumentException if a size is below 1 or the padding negative
     */
    public MaxUnpool1d(int[] kernelSize, int[] stride, int... padding) {
        super(1, kernelSize, stride, padding);
    }
}
