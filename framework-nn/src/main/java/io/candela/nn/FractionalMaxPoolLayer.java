package io.candela.nn;

import io.candela.ops.PoolWindow;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;

/** What max poolings over random windows have in common. */
abstract sealed class FractionalMaxPoolLayer extends HookedLayer permits FractionalMaxPool2d, FractionalMaxPool3d {
    private final int spatial;
    final int[] kernelSize;
    final int[] outputSize; // null with a ratio
    final double[] outputRatio; // null with a size

    FractionalMaxPoolLayer(int spatial, int[] kernelSize, int[] outputSize, double... outputRatio) {
        this.spatial = spatial;
        this.kernelSize = PoolWindow.each(typeName(), "kernelSize", spatial, kernelSize, 1);
        this.outputSize = outputSize == null ? null : PoolWindow.each(typeName(), "outputSize", spatial, outputSize, 1);
        this.outputRatio = outputSize == null ? FractionalPool.ratios(typeName(), spatial, outputRatio) : null;
    }

    @Override
    final Tensor compute(Tensor x) {
        return forwardWithIndices(x).values();
    }

    /**
     * The output, and where each element of it was: its row-major position among those of the same sample and channel, in int64. PyTorch's
     * {@code return_indices}. Hooks do not run.
     */
    public final ValuesAndIndices forwardWithIndices(Tensor x) {
        int[] size = outputSize == null ? FractionalPool.sizes(typeName(), x, outputRatio) : outputSize;
        return FractionalPool.apply(typeName(), spatial, x, kernelSize, size, null);
    }
}
