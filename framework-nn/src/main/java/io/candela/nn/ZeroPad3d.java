package io.candela.nn;

/** Surrounds {@code (n, c, d, h, w)} or {@code (c, d, h, w)} with zeros. Negative widths cut off. */
public final class ZeroPad3d extends PadLayer {
    /**
     * With a width.
     *
     * @param padding one number for all sides, or one each: left, right, top, bottom, front, back
     * @throws IllegalArgumentException if there are other than 1 or 6 numbers
     */
    public ZeroPad3d(int... padding) {
        super(3, PadMode.CONSTANT, 0, padding);
    }
}
