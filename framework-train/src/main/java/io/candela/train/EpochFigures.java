package io.candela.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What came of an epoch.
 *
 * @param epoch  its number, from 1
 * @param step   how many steps the optimizer had made at its end
 * @param values {@code loss}, the metrics, the same of the validation data with {@code val_} before them, and {@code lr}, in that order
 */
public record EpochFigures(long epoch, long step, Map<String, Double> values) {
    /** Copies the map. */
    public EpochFigures {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
