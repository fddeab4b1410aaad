package io.candela.examples;

import io.candela.autograd.Autograd;
import io.candela.nn.Layer;
import io.candela.nn.NLLLoss;
import io.candela.tensor.Tensor;

/**
 * How well a network tells the classes apart.
 *
 * @param correct how many classes it got right
 * @param total   of how many
 * @param loss    mean negative log likelihood
 */
record Score(long correct, int total, double loss) {
    /** Tries a network that gives log probabilities. */
    static Score of(Layer model, IrisData data) {
        return Autograd.noGrad(() -> {
            Tensor logp = model.forward(data.input());
            long correct = logp.argmax(1).eq(data.target()).sum().itemLong();
            return new Score(correct, data.size(), new NLLLoss().forward(logp, data.target()).item());
        });
    }

    /** The share of classes it got right, from 0 to 1. */
    double accuracy() {
        return (double) correct / total;
    }
}
