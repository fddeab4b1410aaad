package io.candela.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What stands in a checkpoint beside the states.
 *
 * @param path    the file
 * @param serial  counts the checkpoints of a folder in the order in which they were saved
 * @param step    see {@link Checkpoint#step()}
 * @param epoch   see {@link Checkpoint#epoch()}
 * @param metrics see {@link Checkpoint#metrics()}
 */
record CheckpointHeader(Path path, long serial, long step, long epoch, Map<String, Double> metrics) {
    static final String SERIAL = "checkpoint";
    static final String STEP = "step";
    static final String EPOCH = "epoch";
    static final String METRICS = "metrics";
    static final String VALUES = "values";

    /** Reads a file's header, and none of its tensors. */
    static CheckpointHeader read(Path path) throws IOException {
        try (TensorSource source = Sources.open(path)) {
            return of(path, source.read(new Leaves() { }));
        }
    }

    /** @param contents the nest in the file */
    static CheckpointHeader of(Path path, Object contents) throws FormatException {
        if (contents instanceof Map<?, ?> map && map.get(SERIAL) instanceof Long serial && map.get(STEP) instanceof Long step
                && map.get(EPOCH) instanceof Long epoch && map.get(METRICS) instanceof Map<?, ?> metrics && map.get(VALUES) instanceof Map<?, ?>
                && metrics.values().stream().allMatch(Double.class::isInstance)) {
            return new CheckpointHeader(path, serial, step, epoch, byName(metrics, Double.class));
        }
        throw new FormatException(path.getFileName().toString(), 0, "is no checkpoint: one has the whole numbers %s, %s, %s and the maps %s, %s",
                SERIAL, STEP, EPOCH, METRICS, VALUES);
    }

    static <T> Map<String, T> byName(Map<?, ?> map, Class<T> type) {
        Map<String, T> named = new LinkedHashMap<>();
        map.forEach((key, value) -> named.put(String.valueOf(key), type.cast(value)));
        return Collections.unmodifiableMap(named);
    }

    /** The metric of that name; NaN if there is none. */
    double metric(String name) {
        return metrics.getOrDefault(name, Double.NaN);
    }
}
