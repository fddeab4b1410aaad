package io.candela.examples;

import io.candela.autograd.Autograd;
import io.candela.io.data.Batch;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Layer;
import io.candela.nn.Loss;
import io.candela.nn.NLLLoss;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * How well a network tells classes apart.
 *
 * @param confusion how often things of a class (row) were taken for things of a class (column)
 * @param loss      mean negative log likelihood
 */
record Score(int[][] confusion, double loss) {
    /** Tries a network that gives log probabilities for flowers. */
    static Score of(Layer model, IrisData data) {
        return of(model, new NLLLoss(), List.of(data.batch()));
    }

    /** Tries a network that gives logits. */
    static Score of(Layer model, Iterable<Batch> batches) {
        return of(model, new CrossEntropyLoss(), batches);
    }

    private static Score of(Layer model, Loss lossFn, Iterable<Batch> batches) {
        boolean training = model.isTraining();
        model.eval();
        try {
            return Autograd.noGrad(() -> {
                int[][] confusion = null;
                double sum = 0;
                int total = 0;
                Device device = model.parameters().get(0).device();
                for (Batch next : batches) {
                    Batch batch = next.to(device);
                    Tensor output = model.forward(batch.input());
                    confusion = confusion != null ? confusion : new int[output.size(1)][output.size(1)];
                    int[] guesses = output.argmax(1).toIntArray();
                    int[] targets = batch.target().toIntArray();
                    for (int i = 0; i < guesses.length; i++) {
                        confusion[targets[i]][guesses[i]]++;
                    }
                    sum += lossFn.forward(output, batch.target()).item() * guesses.length;
                    total += guesses.length;
                }
                return new Score(confusion, sum / total);
            });
        } finally {
            model.train(training);
        }
    }

    /** How many classes it got right. */
    int correct() {
        int correct = 0;
        for (int i = 0; i < confusion.length; i++) {
            correct += confusion[i][i];
        }
        return correct;
    }

    /** Of how many. */
    int total() {
        return Arrays.stream(confusion).flatMapToInt(Arrays::stream).sum();
    }

    /** The share of classes it got right, from 0 to 1. */
    double accuracy() {
        return (double) correct() / total();
    }
}
