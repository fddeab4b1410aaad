package io.candela.nn;

import java.util.Arrays;

/** What can be chosen of average pooling besides the kernel; start from {@link AvgPool2d#options()}. Immutable. */
public final class AvgPoolOptions {
    static final AvgPoolOptions DEFAULTS = new AvgPoolOptions(null, new int[] {0}, false, true, 0);

    final int[] stride; // null for the kernel's size
    final int[] padding;
    final boolean ceilMode;
    final boolean countIncludePad;
    final int divisorOverride; // 0 for none

    private AvgPoolOptions(int[] stride, int[] padding, boolean ceilMode, boolean countIncludePad, int divisorOverride) {
        this.stride = stride;
        this.padding = padding;
        this.ceilMode = ceilMode;
        this.countIncludePad = countIncludePad;
        this.divisorOverride = divisorOverride;
    }

    /** With another distance of windows: one number, or one per spatial dimension. Default: the kernel's size. */
    public AvgPoolOptions withStride(int... stride) {
        return new AvgPoolOptions(stride.clone(), padding, ceilMode, countIncludePad, divisorOverride);
    }

    /** With another width of zeros around the input: one number, or one per spatial dimension, at most half of the kernel. Default 0. */
    public AvgPoolOptions withPadding(int... padding) {
        return new AvgPoolOptions(stride, padding.clone(), ceilMode, countIncludePad, divisorOverride);
    }

    /** Whether a last window may reach beyond the padded input; default false. */
    public AvgPoolOptions withCeilMode(boolean ceilMode) {
        return new AvgPoolOptions(stride, padding, ceilMode, countIncludePad, divisorOverride);
    }

    /** Whether padding counts in the divisor; default true. */
    public AvgPoolOptions withCountIncludePad(boolean countIncludePad) {
        return new AvgPoolOptions(stride, padding, ceilMode, countIncludePad, divisorOverride);
    }

    /**
     * With a divisor of sums in place of the window's size.
     *
     * @throws IllegalArgumentException if it is 0
     */
    public AvgPoolOptions withDivisorOverride(int divisorOverride) {
        if (divisorOverride == 0) {
            throw new IllegalArgumentException("AvgPool: divisorOverride must not be 0");
        }
        return new AvgPoolOptions(stride, padding, ceilMode, countIncludePad, divisorOverride);
    }

    @Override
    public String toString() {
        return "stride=" + Arrays.toString(stride) + ", padding=" + Arrays.toString(padding) + ", ceilMode=" + ceilMode + ", countIncludePad="
                + countIncludePad + ", divisorOverride=" + divisorOverride;
    }
}
