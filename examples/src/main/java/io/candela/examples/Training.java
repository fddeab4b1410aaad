package io.candela.examples;

import io.candela.io.data.Batch;
import io.candela.nn.Layer;
import io.candela.nn.Loss;
import io.candela.optim.Optimizer;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.util.stream.DoubleStream;

/**
 * Trains a classifier.
 *
 * @param model     from inputs to what the loss takes
 * @param lossFn    compares that with the targets
 * @param optimizer of the model's parameters
 */
record Training(Layer model, Loss lossFn, Optimizer optimizer) {
    /**
     * Goes once over batches, which are copied to the model's device.
     *
     * @return the loss of each batch, before its step
     */
    double[] epoch(Iterable<Batch> batches) {
        DoubleStream.Builder losses = DoubleStream.builder();
        Device device = model.parameters().get(0).device();
        for (Batch next : batches) {
            Batch batch = next.to(device);
            Tensor loss = lossFn.forward(model.forward(batch.input()), batch.target());
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            losses.add(loss.item());
        }
        return losses.build().toArray();
    }
}
