package io.candela.nn;

/** Surrounds {@code (n, c, d, h, w)} or {@code (c, d, h, w)} with a number. Negative widths cut off. */
public final class ConstantPad3d extends PadLayer {
    private final double value;

    /** With one width for all sides. */
    public ConstantPad3d(int padding, double value) {
        this(new int[] {padding}, value);
    }

    /**
     * With a width for each side.
     *
     * @param padding left, right, top, bottom, front, back
     * @throws IllegalArgumentException if there are other than 1 or 6 numbers
     */
    public ConstantPad3d(int[] padding, double value) {
        super(3, PadMode.CONSTANT, value, padding);
        this.value = value;
    }

    @Override
    protected String describe() {
        return "padding=" + ModulePrinter.tuple(padding) + ", value=" + ModulePrinter.number(value);
    }
}
