package io.candela.nn;

/** Surrounds {@code (n, c, length)} or {@code (c, length)} with the elements of the other end. Negative widths cut off. */
public final class CircularPad1d extends PadLayer {
    /**
     * With a width.
     *
     * @param padding one number for all sides, or one each: left and right
     * @throws IllegalArgumentException if there are other than 1 or 2 numbers
     */
    public CircularPad1d(int... padding) {
        super(1, PadMode.CIRCULAR, 0, padding);
    }
}
