package io.candela.nn;

/** Brings {@code (n, c, …)} to another size; see {@link F#interpolate}. */
public final class Upsample extends UpsampleLayer {
    /** With one factor for all spatial sizes, mode NEAREST. */
    public Upsample(double scaleFactor) {
        this(options().withScaleFactor(scaleFactor));
    }

    /**
     * With options.
     *
     * @throws IllegalArgumentException if there is neither a size nor a scale factor
     */
    public Upsample(InterpolateOptions options) {
        super(options);
        if (options.size == null && options.scaleFactor == null) {
            throw new IllegalArgumentException("Upsample: either a size or a scale factor is needed, got none");
        }
    }

    /** PyTorch's defaults; a size or a scale factor must be added. */
    public static InterpolateOptions options() {
        return InterpolateOptions.DEFAULTS;
    }
}
