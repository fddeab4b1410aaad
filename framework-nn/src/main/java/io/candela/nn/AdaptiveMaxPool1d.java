package io.candela.nn;

/** The largest element of each of a given number of windows that share the input evenly: {@code (n, c, length)} or {@code (c, length)} to that many windows. */
public final class AdaptiveMaxPool1d extends AdaptiveMaxPoolLayer {
    /** With this number of windows. */
    public AdaptiveMaxPool1d(int outputSize) {
        super(1, outputSize);
    }
}
