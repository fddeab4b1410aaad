package io.candela.nn;

/** {@link BatchNorm} of {@code (n, channels)} or {@code (n, channels, length)}. */
public sealed class BatchNorm1d extends BatchNorm permits LazyBatchNorm1d {
    /** With the defaults, in float32. */
    public BatchNorm1d(int numFeatures) {
        this(numFeatures, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code numFeatures} is negative
     */
    public BatchNorm1d(int numFeatures, NormOptions options) {
        super(numFeatures, options, 2, 3);
    }
}
