package io.candela.io.data;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One sample, without a dimension for the batch.
 *
 * @param tensors at least one
 */
public record Sample(List<Tensor> tensors) implements TensorGroup {
    /** Copies the list. */
    public Sample {
        tensors = TensorDataset.nonEmpty("Sample", tensors);
    }

    /** A sample of these tensors. */
    public static Sample of(Tensor... tensors) {
        return new Sample(List.of(tensors));
    }

    /** This sample with another first tensor. */
    public Sample mapInput(UnaryOperator<Tensor> function) {
        List<Tensor> changed = new ArrayList<>(tensors);
        changed.set(0, function.apply(tensors.get(0)));
        return new Sample(changed);
    }
}
