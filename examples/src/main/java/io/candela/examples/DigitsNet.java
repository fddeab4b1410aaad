package io.candela.examples;

import io.candela.nn.BatchNorm2d;
import io.candela.nn.Conv2d;
import io.candela.nn.Dropout;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.MaxPool2d;
import io.candela.nn.ReLU;
import io.candela.tensor.Tensor;

/**
 * A small convolutional network for square pictures of digits: two convolutions with batch normalization and pooling, dropout, a linear output.
 *
 * <p>Shapes: {@code (n, 1, side, side)} to {@code (n, 10)}, logits.
 */
public final class DigitsNet extends Layer {
    /** The smallest pictures of which something is left after both poolings. */
    static final int LEAST_SIDE = 4;

    private final Conv2d conv1 = register("conv1", new Conv2d(1, 16, 3, Conv2d.options().withPadding(1)));
    private final BatchNorm2d norm1 = register("norm1", new BatchNorm2d(16));
    private final Conv2d conv2 = register("conv2", new Conv2d(16, 32, 3, Conv2d.options().withPadding(1)));
    private final BatchNorm2d norm2 = register("norm2", new BatchNorm2d(32));
    private final Linear output;
    private final ReLU act = new ReLU(); // this and what follows has no state, hence no key
    private final MaxPool2d pool = new MaxPool2d(2);
    private final Dropout dropout = register("dropout", new Dropout(0.2)); // but this one must hear of train and eval

    /** @param side of the pictures, in pixels; {@link #LEAST_SIDE} or more */
    public DigitsNet(int side) {
        output = register("output", new Linear(32 * (side / 4) * (side / 4), 10));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = pool.forward(act.forward(norm1.forward(conv1.forward(x))));
        y = pool.forward(act.forward(norm2.forward(conv2.forward(y))));
        return output.forward(dropout.forward(y.flatten(1, -1)));
    }
}
