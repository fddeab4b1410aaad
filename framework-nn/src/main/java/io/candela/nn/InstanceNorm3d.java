package io.candela.nn;

/** {@link InstanceNorm} of {@code (n, channels, d, h, w)} or {@code (channels, d, h, w)}. */
public sealed class InstanceNorm3d extends InstanceNorm permits LazyInstanceNorm3d {
    /** With the defaults, in float32. */
    public InstanceNorm3d(int numFeatures) {
        this(numFeatures, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code numFeatures} is negative
     */
    public InstanceNorm3d(int numFeatures, NormOptions options) {
        super(numFeatures, options, 5);
    }
}
