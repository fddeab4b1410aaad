package io.candela.nn;

/** The average of each of a given number of windows that share the input evenly: {@code (n, c, h, w)} or {@code (c, h, w)} to that many windows. */
public final class AdaptiveAvgPool2d extends AdaptiveAvgPoolLayer {
    /** With one number of windows for all spatial dimensions. */
    public AdaptiveAvgPool2d(int outputSize) {
        super(2, outputSize);
    }

    /**
     * With one number of windows per spatial dimension.
     *
     * @param outputSize null stands for the input's size
     * @throws IllegalArgumentException if there are other than 1 or 2 numbers, or one is negative
     */
    public AdaptiveAvgPool2d(Integer... outputSize) {
        super(2, outputSize);
    }
}
