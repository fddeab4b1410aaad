package io.candela.nn;

/** {@link BatchNorm} of {@code (n, channels, h, w)}. */
public sealed class BatchNorm2d extends BatchNorm permits LazyBatchNorm2d {
    /** With the defaults, in float32. */
    public BatchNorm2d(int numFeatures) {
        this(numFeatures, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code numFeatures} is negative
     */
    public BatchNorm2d(int numFeatures, NormOptions options) {
        super(numFeatures, options, 4, 4);
    }
}
