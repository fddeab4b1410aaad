package io.candela.nn;

/** Surrounds {@code (n, c, length)} or {@code (c, length)} with its elements mirrored at the edges. Negative widths cut off. */
public final class ReflectionPad1d extends PadLayer {
    /**
     * With a width.
     *
     * @param padding one number for all sides, or one each: left and right
     * @throws IllegalArgumentException if there are other than 1 or 2 numbers
     */
    public ReflectionPad1d(int... padding) {
        super(1, PadMode.REFLECT, 0, padding);
    }
}
