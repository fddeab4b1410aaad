package io.candela.nn;

/** {@link BatchNorm} of {@code (n, channels, d, h, w)}. */
public sealed class BatchNorm3d extends BatchNorm permits LazyBatchNorm3d {
    /** With the defaults, in float32. */
    public BatchNorm3d(int numFeatures) {
        this(numFeatures, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code numFeatures} is negative
     */
    public BatchNorm3d(int numFeatures, NormOptions options) {
        super(numFeatures, options, 5, 5);
    }
}
