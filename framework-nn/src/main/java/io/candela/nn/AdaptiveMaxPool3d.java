package io.candela.nn;

/** The largest element of each of a given number of windows that share the input evenly: {@code (n, c, d, h, w)} or {@code (c, d, h, w)} to that many windows. */
public final class AdaptiveMaxPool3d extends AdaptiveMaxPoolLayer {
    /** With one number of windows for all spatial dimensions. */
    public AdaptiveMaxPool3d(int outputSize) {
        super(3, outputSize);
    }

    /**
     * With one number of windows per spatial dimension.
     *
     * @param outputSize null stands for the input's size
     * @throws IllegalArgumentException if there are other than 1 or 3 numbers, or one is negative
     */
    public AdaptiveMaxPool3d(Integer... outputSize) {
        super(3, outputSize);
    }
}
