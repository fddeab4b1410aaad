package io.candela.train;

import io.candela.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The share of samples whose class is among the {@code k} that the model finds most likely: {@code accuracy}, or for a larger k {@code top5_accuracy}.
 *
 * <p>Outputs are {@code (n, classes)}, larger for more likely classes; targets are classes, {@code (n)}.
 */
public final class Accuracy implements Metric {
    private final int k;
    private long correct;
    private long total;

    /** Only the most likely class counts. */
    public Accuracy() {
        this(1);
    }

    /** @throws IllegalArgumentException if {@code k} is below 1 */
    public Accuracy(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("Accuracy: k must be 1 or more, got " + k);
        }
        this.k = k;
    }

    @Override
    public void reset() {
        correct = 0;
        total = 0;
    }

    @Override
    public void update(Tensor output, Tensor target) {
        Tensor best = k == 1 ? output.argmax(1, true) : output.topk(Math.min(k, output.size(1)), 1).indices();
        correct += best.eq(target.unsqueeze(1)).sum().itemLong();
        total += target.numel();
    }

    @Override
    public Map<String, Double> compute() {
        return Map.of(k == 1 ? "accuracy" : "top" + k + "_accuracy", (double) correct / total);
    }

    @Override
    public Map<String, Object> stateDict() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("correct", correct);
        state.put("total", total);
        return state;
    }

    @Override
    public void loadStateDict(Map<String, ?> state) {
        if (!(state.get("correct") instanceof Long newCorrect) || !(state.get("total") instanceof Long newTotal)) {
            throw new IllegalArgumentException("Accuracy.loadStateDict: needs the whole numbers correct and total, got " + state);
        }
        correct = newCorrect;
        total = newTotal;
    }
}
