package io.candela.nn;

/** Surrounds {@code (n, c, h, w)} or {@code (c, h, w)} with the elements of the other end. Negative widths cut off. */
public final class CircularPad2d extends PadLayer {
    /**
     * With a width.
     *
     * @param padding one number for all sides, or one each: left, right, top, bottom
     * @throws IllegalArgumentException if there are other than 1 or 4 numbers
     */
    public CircularPad2d(int... padding) {
        super(2, PadMode.CIRCULAR, 0, padding);
    }
}
