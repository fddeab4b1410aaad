package io.candela.nn;

import io.candela.ops.Pooling;
import io.candela.tensor.Tensor;

/** What adaptive average poolings of one to three dimensions have in common. */
abstract sealed class AdaptiveAvgPoolLayer extends AdaptivePoolLayer permits AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d {
    AdaptiveAvgPoolLayer(int spatial, Integer... outputSize) {
        super(spatial, outputSize);
    }

    @Override
    final Tensor compute(Tensor x) {
        return Pooling.adaptiveAverage(typeName(), x, spatial, outputSize);
    }
}
