package io.candela.nn;

/** What can be chosen of {@link F#interpolate}; start from {@link Upsample#options()}. Immutable. Either a size or a scale factor is needed. */
public final class InterpolateOptions {
    static final InterpolateOptions DEFAULTS = new InterpolateOptions(null, null, InterpolateMode.NEAREST, null, false);

    final int[] size; // null with a factor
    final double[] scaleFactor; // null with a size
    final InterpolateMode mode;
    final Boolean alignCorners; // null for not chosen
    final boolean recomputeScaleFactor;

    private InterpolateOptions(int[] size, double[] scaleFactor, InterpolateMode mode, Boolean alignCorners, boolean recomputeScaleFactor) {
        this.size = size;
        this.scaleFactor = scaleFactor;
        this.mode = mode;
        this.alignCorners = alignCorners;
        this.recomputeScaleFactor = recomputeScaleFactor;
    }

    /** With the spatial sizes of the result: one number for all, or one each. */
    public InterpolateOptions withSize(int... size) {
        return new InterpolateOptions(size.clone(), scaleFactor, mode, alignCorners, recomputeScaleFactor);
    }

    /** With factors for the spatial sizes, rounded down: one number for all, or one each. */
    public InterpolateOptions withScaleFactor(double... scaleFactor) {
        return new InterpolateOptions(size, scaleFactor.clone(), mode, alignCorners, recomputeScaleFactor);
    }

    /** With another mode; default NEAREST. */
    public InterpolateOptions withMode(InterpolateMode mode) {
        return new InterpolateOptions(size, scaleFactor, mode, alignCorners, recomputeScaleFactor);
    }

    /** Whether the centres of the corner elements stay where they are, else the outer edges of the corner elements; default false. */
    public InterpolateOptions withAlignCorners(boolean alignCorners) {
        return new InterpolateOptions(size, scaleFactor, mode, alignCorners, recomputeScaleFactor);
    }

    /** Whether positions follow from the rounded sizes, not from the factor; default false. */
    public InterpolateOptions withRecomputeScaleFactor(boolean recomputeScaleFactor) {
        return new InterpolateOptions(size, scaleFactor, mode, alignCorners, recomputeScaleFactor);
    }
}
