package io.candela.nn;

/** Surrounds {@code (n, c, length)} or {@code (c, length)} with a number. Negative widths cut off. */
public final class ConstantPad1d extends PadLayer {
    private final double value;

    /** With one width for all sides. */
    public ConstantPad1d(int padding, double value) {
        this(new int[] {padding}, value);
    }

    /**
     * With a width for each side.
     *
     * @param padding left and right
     * @throws IllegalArgumentException if there are other than 1 or 2 numbers
     */
    public ConstantPad1d(int[] padding, double value) {
        super(1, PadMode.CONSTANT, value, padding);
        this.value = value;
    }

    @Override
    protected String describe() {
        return "padding=" + ModulePrinter.tuple(padding) + ", value=" + ModulePrinter.number(value);
    }
}
