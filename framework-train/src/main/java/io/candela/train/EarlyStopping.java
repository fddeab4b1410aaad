package io.candela.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Says when a figure has not become better for some epochs. */
public final class EarlyStopping {
    private final String metric;
    private final boolean largest;
    private final int patience;
    private final double minDelta;
    private double best = Double.NaN;
    private long waited;

    private EarlyStopping(String metric, boolean largest, int patience, double minDelta) {
        if (patience < 1 || !(minDelta >= 0)) {
            throw new IllegalArgumentException("EarlyStopping: patience must be 1 or more, minDelta 0 or more; got %d and %s".formatted(patience, minDelta));
        }
        this.metric = Objects.requireNonNull(metric, "metric");
        this.largest = largest;
        this.patience = patience;
        this.minDelta = minDelta;
    }

    /**
     * For a figure that is to become small, such as {@code val_loss}.
     *
     * @param patience after how many epochs in a row without an improvement to stop
     * @param minDelta an improvement is by more than this
     */
    public static EarlyStopping smallest(String metric, int patience, double minDelta) {
        return new EarlyStopping(metric, false, patience, minDelta);
    }

    /** As {@link #smallest}, for a figure that is to become large, such as {@code val_accuracy}. */
    public static EarlyStopping largest(String metric, int patience, double minDelta) {
        return new EarlyStopping(metric, true, patience, minDelta);
    }

    /**
     * Takes an epoch's figures. NaN is no improvement.
     *
     * @return whether to stop
     * @throws IllegalArgumentException if the metric is not among them
     */
    public boolean update(Map<String, Double> figures) {
        Double value = figures.get(metric);
        if (value == null) {
            throw new IllegalArgumentException("EarlyStopping: there is no %s among %s".formatted(metric, figures.keySet()));
        }
        if (!Double.isNaN(value) && (Double.isNaN(best) || (largest ? value - best : best - value) > minDelta)) {
            best = value;
            waited = 0;
        } else {
            waited++;
        }
        return shouldStop();
    }

    /** Whether patience was lost. */
    public boolean shouldStop() {
        return waited >= patience;
    }

    /** The best value so far; NaN before the first. */
    public double best() {
        return best;
    }

    /** The best value and how long it is ago. */
    public Map<String, Object> stateDict() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("best", best);
        state.put("waited", waited);
        return state;
    }

    /**
     * Continues from {@link #stateDict}.
     *
     * @throws IllegalArgumentException if it does not fit; nothing changes
     */
    public void loadStateDict(Map<String, ?> state) {
        if (!(state.get("best") instanceof Double newBest) || !(state.get("waited") instanceof Long newWaited)) {
            throw new IllegalArgumentException("EarlyStopping.loadStateDict: needs the numbers best and waited, got " + state);
        }
        best = newBest;
        waited = newWaited;
    }
}
