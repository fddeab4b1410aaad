package io.candela.nn;

import io.candela.tensor.DType;

/**
 * A {@link Linear} that takes its number of inputs from the last dimension of the first input, or from the file that it is loaded from; start values
 * are drawn then. PyTorch's {@code LazyLinear}.
 *
 * <pre>{@code
 * var model = new Sequential(new Flatten(), new LazyLinear(10));
 * model.forward(Tensor.randn(1, 3, 8, 8)); // decides 192
 * }</pre>
 *
 * <p>The parameters are there from the start, so an optimizer may be built before; until the first input {@code weight} is {@code (out, 0)} and
 * {@code bias (0)}. From then on it prints as a {@code Linear}. The first call is for one thread.
 */
public final class LazyLinear extends Linear implements Lazy {
    /** With a bias, in float32. */
    public LazyLinear(int outFeatures) {
        this(outFeatures, true);
    }

    /** In float32. */
    public LazyLinear(int outFeatures, boolean bias) {
        this(outFeatures, bias, DType.FLOAT32);
    }

    /**
     * With all options.
     *
     * @throws io.candela.tensor.ShapeException if the size is negative
     */
    public LazyLinear(int outFeatures, boolean bias, DType dtype) {
        super(outFeatures, bias, dtype);
    }
}
