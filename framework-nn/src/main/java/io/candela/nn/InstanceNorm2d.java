package io.candela.nn;

/** {@link InstanceNorm} of {@code (n, channels, h, w)} or {@code (channels, h, w)}. */
public sealed class InstanceNorm2d extends InstanceNorm permits LazyInstanceNorm2d {
    /** With the defaults, in float32. */
    public InstanceNorm2d(int numFeatures) {
        this(numFeatures, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code numFeatures} is negative
     */
    public InstanceNorm2d(int numFeatures, NormOptions options) {
        super(numFeatures, options, 4);
    }
}
