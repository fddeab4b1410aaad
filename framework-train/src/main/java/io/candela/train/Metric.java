package io.candela.train;

import io.candela.tensor.Tensor;
import java.util.Map;

/** Figures of how good a model is, gathered batch by batch. */
public interface Metric {
    /** Forgets all batches. */
    void reset();

    /**
     * Counts a batch in.
     *
     * @param output what the model gave
     * @param target what it should have given
     */
    void update(Tensor output, Tensor target);

    /** The figures of all batches so far, by name; NaN where there was nothing to count. */
    Map<String, Double> compute();

    /** What was counted, for saving in the midst of an epoch. */
    Map<String, Object> stateDict();

    /**
     * Continues from {@link #stateDict}.
     *
     * @throws IllegalArgumentException if it does not fit; nothing changes
     */
    void loadStateDict(Map<String, ?> state);
}
