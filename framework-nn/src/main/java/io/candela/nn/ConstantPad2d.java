package io.candela.nn;

/** Surrounds {@code (n, c, h, w)} or {@code (c, h, w)} with a number. Negative widths cut off. */
public final class ConstantPad2d extends PadLayer {
    private final double value;

    /** With one width for all sides. */
    public ConstantPad2d(int padding, double value) {
        this(new int[] {padding}, value);
    }

    /**
     * With a width for each side.
     *
     * @param padding left, right, top, bottom
     * @throws IllegalArgumentException if there are other than 1 or 4 numbers
     */
    public ConstantPad2d(int[] padding, double value) {
        super(2, PadMode.CONSTANT, value, padding);
        this.value = value;
    }

    @Override
    protected String describe() {
        return "padding=" + ModulePrinter.tuple(padding) + ", value=" + ModulePrinter.number(value);
    }
}
