package io.candela.nn;

/** Brings {@code (n, c, h, w)} to another size, on lines between the elements, corners aligned. */
public final class UpsamplingBilinear2d extends UpsampleLayer {
    /** With one factor for both sizes, or one each. */
    public UpsamplingBilinear2d(double... scaleFactor) {
        super(Upsample.options().withScaleFactor(scaleFactor).withMode(InterpolateMode.BILINEAR).withAlignCorners(true));
    }

    private UpsamplingBilinear2d(InterpolateOptions options) {
        super(options);
    }

    /** With the sizes of the result: one number for both, or one each. */
    public static UpsamplingBilinear2d to(int... size) {
        return new UpsamplingBilinear2d(Upsample.options().withSize(size).withMode(InterpolateMode.BILINEAR).withAlignCorners(true));
    }
}
