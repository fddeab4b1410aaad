package io.candela.nn;

import io.candela.ops.Pooling;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;

/** What adaptive max poolings of one to three dimensions have in common. */
abstract sealed class AdaptiveMaxPoolLayer extends AdaptivePoolLayer permits AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d {
    AdaptiveMaxPoolLayer(int spatial, Integer... outputSize) {
        super(spatial, outputSize);
    }

    @Override
    final Tensor compute(Tensor x) {
        return Pooling.adaptiveMax(typeName(), x, spatial, outputSize);
    }

    /**
     * The output, and where each element of it was: its row-major position among those of the same sample and channel, in int64. PyTorch's
     * {@code return_indices}. Hooks do not run.
     */
    public final ValuesAndIndices forwardWithIndices(Tensor x) {
        return Pooling.adaptiveMaxWithIndices(typeName(), x, spatial, outputSize);
    }
}
