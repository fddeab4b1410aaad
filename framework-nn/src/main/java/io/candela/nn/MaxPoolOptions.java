package io.candela.nn;

import java.util.Arrays;

/** What can be chosen of max pooling besides the kernel; start from {@link MaxPool2d#options()}. Immutable. */
public final class MaxPoolOptions {
    static final MaxPoolOptions DEFAULTS = new MaxPoolOptions(null, new int[] {0}, new int[] {1}, false);

    final int[] stride; // null for the kernel's size
    final int[] padding;
    final int[] dilation;
    final boolean ceilMode;

    private MaxPoolOptions(int[] stride, int[] padding, int[] dilation, boolean ceilMode) {
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.ceilMode = ceilMode;
    }

    /** With another distance of windows: one number, or one per spatial dimension. Default: the kernel's size. */
    public MaxPoolOptions withStride(int... stride) {
        return new MaxPoolOptions(stride.clone(), padding, dilation, ceilMode);
    }

    /** With another width of −∞ around the input: one number, or one per spatial dimension, at most half of the kernel. Default 0. */
    public MaxPoolOptions withPadding(int... padding) {
        return new MaxPoolOptions(stride, padding.clone(), dilation, ceilMode);
    }

    /** With another distance of neighbours in a window: one number, or one per spatial dimension. Default 1. */
    public MaxPoolOptions withDilation(int... dilation) {
        return new MaxPoolOptions(stride, padding, dilation.clone(), ceilMode);
    }

    /** Whether a last window may reach beyond the padded input; default false. */
    public MaxPoolOptions withCeilMode(boolean ceilMode) {
        return new MaxPoolOptions(stride, padding, dilation, ceilMode);
    }

    @Override
    public String toString() {
        return "stride=" + Arrays.toString(stride) + ", padding=" + Arrays.toString(padding) + ", dilation=" + Arrays.toString(dilation)
                + ", ceilMode=" + ceilMode;
    }
}
