package io.candela.nn;

/** The average of each of a given number of windows that share the input evenly: {@code (n, c, length)} or {@code (c, length)} to that many windows. */
public final class AdaptiveAvgPool1d extends AdaptiveAvgPoolLayer {
    /** With this number of windows. */
    public AdaptiveAvgPool1d(int outputSize) {
        super(1, outputSize);
    }
}
