package io.candela.nn;

/** Surrounds {@code (n, c, d, h, w)} or {@code (c, d, h, w)} with its edges. Negative widths cut off. */
public final class ReplicationPad3d extends PadLayer {
    /**
     * With a width.
     *
     * @param padding one number for all sides, or one each: left, right, top, bottom, front, back
     * @throws IllegalArgumentException if there are other than 1 or 6 numbers
     */
    public ReplicationPad3d(int... padding) {
        super(3, PadMode.REPLICATE, 0, padding);
    }
}
