package io.candela.train;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often which class was taken for which. Its figures are {@code precision}, {@code recall} and {@code f1}, each the mean over all classes, where
 * a class with nothing to count has 0: scikit-learn's {@code average='macro', zero_division=0} with all classes as {@code labels}.
 *
 * <p>Outputs are {@code (n, classes)}, larger for more likely classes; targets are classes, {@code (n)}.
 */
public final class ConfusionMatrix implements Metric {
    private final int classes;
    private final long[][] counts; // by target, then by prediction

    /** @throws IllegalArgumentException if there are fewer than two classes */
    public ConfusionMatrix(int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException("ConfusionMatrix: there must be 2 classes or more, got " + classes);
        }
        this.classes = classes;
        this.counts = new long[classes][classes];
    }

    @Override
    public void reset() {
        for (long[] row : counts) {
            Arrays.fill(row, 0);
        }
    }

    /** @throws IllegalArgumentException if a target or a prediction is no class; nothing is counted */
    @Override
    public void update(Tensor output, Tensor target) {
        long[] predicted = output.argmax(1).toLongArray();
        long[] expected = target.toLongArray();
        if (predicted.length != expected.length) {
            throw new IllegalArgumentException("ConfusionMatrix: %d outputs, but %d targets".formatted(predicted.length, expected.length));
        }
        for (int i = 0; i < expected.length; i++) {
            if (Math.min(expected[i], predicted[i]) < 0 || Math.max(expected[i], predicted[i]) >= classes) {
                throw new IllegalArgumentException("ConfusionMatrix: sample %d is of class %d and taken for %d, there are %d classes".formatted(i, expected[i],
                        predicted[i], classes));
            }
        }
        for (int i = 0; i < expected.length; i++) {
            counts[(int) expected[i]][(int) predicted[i]]++;
        }
    }

    /** How many samples of class {@code target} were taken for class {@code predicted}. */
    public long count(int target, int predicted) {
        return counts[target][predicted];
    }

    /** The share of right ones among those taken for the class; 0 if none was. */
    public double precision(int c) {
        return ratio(counts[c][c], predictedAs(c));
    }

    /** The share of the class's samples that were found; 0 if it has none. */
    public double recall(int c) {
        return ratio(counts[c][c], Arrays.stream(counts[c]).sum());
    }

    /** The harmonic mean of precision and recall; 0 if both are. */
    public double f1(int c) {
        return ratio(2 * counts[c][c], predictedAs(c) + Arrays.stream(counts[c]).sum());
    }

    private long predictedAs(int c) {
        return Arrays.stream(counts).mapToLong(row -> row[c]).sum();
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    @Override
    public Map<String, Double> compute() {
        double precision = 0;
        double recall = 0;
        double f1 = 0;
        for (int c = 0; c < classes; c++) {
            precision += precision(c);
            recall += recall(c);
            f1 += f1(c);
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("precision", precision / classes);
        figures.put("recall", recall / classes);
        figures.put("f1", f1 / classes);
        return figures;
    }

    @Override
    public Map<String, Object> stateDict() {
        return Map.of("counts", Tensor.of(Arrays.stream(counts).flatMapToLong(Arrays::stream).toArray(), classes, classes));
    }

    @Override
    public void loadStateDict(Map<String, ?> state) {
        if (!(state.get("counts") instanceof Tensor saved) || saved.dtype() != DType.INT64 || saved.dim() != 2 || saved.size(0) != classes
                || saved.size(1) != classes) {
            throw new IllegalArgumentException("ConfusionMatrix.loadStateDict: needs the int64 tensor counts (%d, %d)".formatted(classes, classes));
        }
        long[] values = saved.toLongArray();
        for (int c = 0; c < classes; c++) {
            System.arraycopy(values, c * classes, counts[c], 0, classes);
        }
    }

    /** The counts, a row per class of the targets. */
    @Override
    public String toString() {
        return Arrays.deepToString(counts);
    }
}
