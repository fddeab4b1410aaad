package io.candela.nn;

/**
 * An {@link InstanceNorm3d} that takes its number of channels from the first input, or from the file that it is loaded from. Until then what it has of
 * weights and running statistics is {@code (0)}; see {@link LazyLinear}.
 */
public final class LazyInstanceNorm3d extends InstanceNorm3d implements Lazy {
    /** With the defaults, in float32. */
    public LazyInstanceNorm3d() {
        this(options());
    }

    /** With options, in float32. */
    public LazyInstanceNorm3d(NormOptions options) {
        super(0, options);
    }

    /** PyTorch's defaults, which unlike those of {@link InstanceNorm} include a weight and running statistics. */
    public static NormOptions options() {
        return BatchNorm.options();
    }
}
