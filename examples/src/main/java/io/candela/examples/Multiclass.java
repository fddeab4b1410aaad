package io.candela.examples;

import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.LogSoftmax;
import io.candela.nn.ReLU;
import io.candela.tensor.Tensor;

/**
 * A network that tells three classes apart by four numbers: 4, 8 hidden units, 3.
 *
 * <p>Shapes: {@code (*, 4)} to {@code (*, 3)}, log probabilities.
 */
public final class Multiclass extends Layer {
    private final Linear hidden = register("hidden", new Linear(4, 8));
    private final ReLU act = register("act", new ReLU());
    private final Linear output = register("output", new Linear(8, 3));
    private final LogSoftmax logSoftmax = register("logsoftmax", new LogSoftmax(1));

    @Override
    public Tensor forward(Tensor x) {
        return logSoftmax.forward(output.forward(act.forward(hidden.forward(x))));
    }
}
