package io.candela.examples;

import io.candela.io.data.Batch;
import io.candela.nn.Layer;
import io.candela.nn.Loss;
import io.candela.optim.Optimizer;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.io.IOException;

/**
 * Trains a classifier.
 *
 * @param model     from inputs to what the loss takes
 * @param lossFn    compares that with the targets
 * @param optimizer of the model's parameters
 */
record Training(Layer model, Loss lossFn, Optimizer optimizer) {
    /** Gets told of each step. */
    @FunctionalInterface
    interface AfterStep {
        /** @param loss of the batch, before the step */
        void done(double loss) throws IOException;
    }

    /** Goes once over batches, which are copied to the model's device. */
    void epoch(Iterable<Batch> batches, AfterStep after) throws IOException {
        Device device = model.parameters().get(0).device();
        for (Batch next : batches) {
            Batch batch = next.to(device);
            Tensor loss = lossFn.forward(model.forward(batch.input()), batch.target());
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            after.done(loss.item());
        }
    }
}
