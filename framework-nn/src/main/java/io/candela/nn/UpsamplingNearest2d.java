package io.candela.nn;

/** Brings {@code (n, c, h, w)} to another size, by repeating elements. */
public final class UpsamplingNearest2d extends UpsampleLayer {
    /** With one factor for both sizes, or one each. */
    public UpsamplingNearest2d(double... scaleFactor) {
        super(Upsample.options().withScaleFactor(scaleFactor).withMode(InterpolateMode.NEAREST));
    }

    private UpsamplingNearest2d(InterpolateOptions options) {
        super(options);
    }

    /** With the sizes of the result: one number for both, or one each. */
    public static UpsamplingNearest2d to(int... size) {
        return new UpsamplingNearest2d(Upsample.options().withSize(size).withMode(InterpolateMode.NEAREST));
    }
}
