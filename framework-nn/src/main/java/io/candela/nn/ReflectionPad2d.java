package io.candela.nn;

/** Surrounds {@code (n, c, h, w)} or {@code (c, h, w)} with its elements mirrored at the edges. Negative widths cut off. */
public final class ReflectionPad2d extends PadLayer {
    /**
     * With a width.
     *
     * @param padding one number for all sides, or one each: left, right, top, bottom
     * @throws IllegalArgumentException if there are other than 1 or 4 numbers
     */
    public ReflectionPad2d(int... padding) {
        super(2, PadMode.REFLECT, 0, padding);
    }
}
