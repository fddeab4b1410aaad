package io.candela.nn;

import io.candela.ops.PoolWindow;
import io.candela.ops.Pooling;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;

/** What max poolings of one to three dimensions have in common. */
abstract sealed class MaxPoolLayer extends HookedLayer permits MaxPool1d, MaxPool2d, MaxPool3d {
    private final int[] kernelSize;
    private final MaxPoolOptions options;
    private final PoolWindow window;

    MaxPoolLayer(int spatial, int[] kernelSize, MaxPoolOptions options) {
        this.kernelSize = kernelSize.clone();
        this.options = options;
        window = PoolFunctions.window(typeName(), spatial, kernelSize, options);
    }

    /** PyTorch's defaults. */
    public static MaxPoolOptions options() {
        return MaxPoolOptions.DEFAULTS;
    }

    @Override
    final Tensor compute(Tensor x) {
        return Pooling.max(x, window);
    }

    /**
     * The output, and where each element of it was: its row-major position among those of the same sample and channel, in int64. PyTorch's
     * {@code return_indices}. Hooks do not run.
     */
    public final ValuesAndIndices forwardWithIndices(Tensor x) {
        return Pooling.maxWithIndices(x, window);
    }

    @Override
    protected final String describe() {
        return "kernel_size=" + ModulePrinter.sizes(kernelSize) + ", stride=" + ModulePrinter.sizes(options.stride == null ? kernelSize : options.stride)
                + ", padding=" + ModulePrinter.sizes(options.padding) + ", dilation=" + ModulePrinter.sizes(options.dilation) + ", ceil_mode="
                + ModulePrinter.number(options.ceilMode);
    }
}
