package io.candela.nn;

import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** {@link Softmax} over the channels of images {@code (n, channels, h, w)} or {@code (channels, h, w)}. */
public final class Softmax2d extends HookedLayer {
    /** The layer; it has no options. */
    public Softmax2d() {}

    @Override
    Tensor compute(Tensor x) {
        if (x.dim() != 3 && x.dim() != 4) {
            throw new ShapeException("Softmax2d: input must be (n, channels, h, w) or (channels, h, w), got %s", x.shape());
        }
        return x.softmax(-3);
    }
}
