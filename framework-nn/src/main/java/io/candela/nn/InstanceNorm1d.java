package io.candela.nn;

/** {@link InstanceNorm} of {@code (n, channels, length)} or {@code (channels, length)}. */
public sealed class InstanceNorm1d extends InstanceNorm permits LazyInstanceNorm1d {
    /** With the defaults, in float32. */
    public InstanceNorm1d(int numFeatures) {
        this(numFeatures, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code numFeatures} is negative
     */
    public InstanceNorm1d(int numFeatures, NormOptions options) {
        super(numFeatures, options, 3);
    }
}
