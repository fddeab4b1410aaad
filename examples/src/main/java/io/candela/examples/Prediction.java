package io.candela.examples;

import io.candela.autograd.Autograd;
import io.candela.nn.Layer;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.util.ArrayList;
import java.util.List;

/**
 * What a network takes something for.
 *
 * @param label       the class's name
 * @param probability how sure it is, up to 1
 */
record Prediction(String label, float probability) {
    /** One prediction per row, by a network that gives logits or log probabilities. */
    static List<Prediction> of(Layer model, Tensor input, List<String> labels) {
        boolean training = model.isTraining();
        model.eval();
        ValuesAndIndices best = Autograd.noGrad(() -> model.forward(input).softmax(1).max(1));
        model.train(training);
        float[] probabilities = best.values().toFloatArray();
        int[] classes = best.indices().toIntArray();
        List<Prediction> predictions = new ArrayList<>();
        for (int i = 0; i < classes.length; i++) {
            predictions.add(new Prediction(labels.get(classes[i]), probabilities[i]));
        }
        return predictions;
    }
}
