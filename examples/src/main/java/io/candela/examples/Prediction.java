package io.candela.examples;

import io.candela.autograd.Autograd;
import io.candela.nn.Layer;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.util.ArrayList;
import java.util.List;

/**
 * What a network takes a flower for.
 *
 * @param species     one of {@link IrisData#SPECIES}
 * @param probability how sure it is, up to 1
 */
record Prediction(String species, float probability) {
    /** One prediction per row of measurements, by a network that gives log probabilities. */
    static List<Prediction> of(Layer model, Tensor input) {
        ValuesAndIndices best = Autograd.noGrad(() -> model.forward(input).exp().max(1));
        float[] probabilities = best.values().toFloatArray();
        int[] classes = best.indices().toIntArray();
        List<Prediction> predictions = new ArrayList<>();
        for (int i = 0; i < classes.length; i++) {
            predictions.add(new Prediction(IrisData.SPECIES.get(classes[i]), probabilities[i]));
        }
        return predictions;
    }
}
