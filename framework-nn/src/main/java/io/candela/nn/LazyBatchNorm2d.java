package io.candela.nn;

/**
 * A {@link BatchNorm2d} that takes its number of channels from the first input, or from the file that it is loaded from. Until then what it has of
 * weights and running statistics is {@code (0)}; see {@link LazyLinear}.
 */
public final class LazyBatchNorm2d extends BatchNorm2d implements Lazy {
    /** With the defaults, in float32. */
    public LazyBatchNorm2d() {
        this(options());
    }

    /** With options, in float32. */
    public LazyBatchNorm2d(NormOptions options) {
        super(0, options);
    }
}
