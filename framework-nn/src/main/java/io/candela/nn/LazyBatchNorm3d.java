package io.candela.nn;

/**
 * A {@link BatchNorm3d} that takes its number of channels from the first input, or from the file that it is loaded from. Until then what it has of
 * weights and running statistics is {@code (0)}; see {@link LazyLinear}.
 */
public final class LazyBatchNorm3d extends BatchNorm3d implements Lazy {
    /** With the defaults, in float32. */
    public LazyBatchNorm3d() {
        this(options());
    }

    /** With options, in float32. */
    public LazyBatchNorm3d(NormOptions options) {
        super(0, options);
    }
}
