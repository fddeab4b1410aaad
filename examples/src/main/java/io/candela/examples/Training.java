package io.candela.examples;

import io.candela.nn.Layer;
import io.candela.nn.Loss;
import io.candela.nn.NLLLoss;
import io.candela.optim.Adam;
import io.candela.optim.Optimizer;
import io.candela.tensor.Tensor;

/** Trains a classifier that gives log probabilities, with Adam. */
final class Training {
    private final Layer model;
    private final IrisData data;
    private final int batchSize;
    private final Loss lossFn = new NLLLoss();
    private final Optimizer optimizer;

    Training(Layer model, IrisData data, int batchSize, double lr) {
        this.model = model;
        this.data = data;
        this.batchSize = batchSize;
        this.optimizer = new Adam(model.parameters(), lr);
    }

    /** What is trained. */
    Layer model() {
        return model;
    }

    /** The optimizer, for saving its state. */
    Optimizer optimizer() {
        return optimizer;
    }

    /**
     * Goes once over the data, in a new random order; the last batch may be smaller.
     *
     * @return the loss of each batch, before its step
     */
    double[] epoch() {
        Tensor[] batches = Tensor.randperm(data.size()).split(batchSize, 0);
        double[] losses = new double[batches.length];
        for (int i = 0; i < batches.length; i++) {
            IrisData batch = data.rows(batches[i]);
            Tensor loss = lossFn.forward(model.forward(batch.input()), batch.target());
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            losses[i] = loss.item();
        }
        return losses;
    }
}
