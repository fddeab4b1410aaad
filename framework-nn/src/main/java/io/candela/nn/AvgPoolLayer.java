package io.candela.nn;

import io.candela.ops.PoolWindow;
import io.candela.ops.Pooling;
import io.candela.tensor.Tensor;

/** What average poolings of one to three dimensions have in common. */
abstract sealed class AvgPoolLayer extends HookedLayer permits AvgPool1d, AvgPool2d, AvgPool3d {
    private final int spatial;
    private final int[] kernelSize;
    private final AvgPoolOptions options;
    private final PoolWindow window;

    AvgPoolLayer(int spatial, int[] kernelSize, AvgPoolOptions options) {
        this.spatial = spatial;
        this.kernelSize = kernelSize.clone();
        this.options = options;
        window = PoolFunctions.window(typeName(), spatial, kernelSize, options);
    }

    /** PyTorch's defaults. */
    public static AvgPoolOptions options() {
        return AvgPoolOptions.DEFAULTS;
    }

    @Override
    final Tensor compute(Tensor x) {
        return Pooling.average(x, window, options.divisorOverride);
    }

    @Override
    protected final String describe() {
        return "kernel_size=" + printed(kernelSize) + ", stride=" + printed(options.stride == null ? kernelSize : options.stride) + ", padding="
                + printed(options.padding);
    }

    private String printed(int... values) {
        return spatial == 1 ? ModulePrinter.tuple(values) : ModulePrinter.sizes(values);
    }
}
