package io.candela.nn;

/**
 * A {@link BatchNorm1d} that takes its number of channels from the first input, or from the file that it is loaded from. Until then what it has of
 * weights and running statistics is {@code (0)}; see {@link LazyLinear}.
 */
public final class LazyBatchNorm1d extends BatchNorm1d implements Lazy {
    /** With the defaults, in float32. */
    public LazyBatchNorm1d() {
        this(options());
    }

    /** With options, in float32. */
    public LazyBatchNorm1d(NormOptions options) {
        super(0, options);
    }
}
