package io.candela.io;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a checkpoint says about the training beside the states of its parts: how far it was, how good, and values of the program's own. Immutable:
 * {@code Checkpoint.at(350).epoch(3).metric("loss", 0.25).value("history", losses)}.
 */
public final class Checkpoint {
    private final long step;
    private final long epoch;
    private final Map<String, Double> metrics;
    private final Map<String, Object> values;
    private final Loaded contents; // null unless it came from a file

    private Checkpoint(long step, long epoch, Map<String, Double> metrics, Map<String, Object> values, Loaded contents) {
        this.step = step;
        this.epoch = epoch;
        this.metrics = metrics;
        this.values = values;
        this.contents = contents;
    }

    /**
     * A checkpoint after so many steps of the optimizer; epoch 0, no metrics, no values.
     *
     * @throws IllegalArgumentException if {@code step} is negative
     */
    public static Checkpoint at(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("Checkpoint: step must not be negative, got " + step);
        }
        return new Checkpoint(step, 0, Map.of(), Map.of(), null);
    }

    /**
     * The same in some epoch: how many were finished.
     *
     * @throws IllegalArgumentException if {@code epoch} is negative
     */
    public Checkpoint epoch(long epoch) {
        if (epoch < 0) {
            throw new IllegalArgumentException("Checkpoint: epoch must not be negative, got " + epoch);
        }
        return new Checkpoint(step, epoch, metrics, values, contents);
    }

    /** The same with one more metric, or another value for it. */
    public Checkpoint metric(String name, double value) {
        return new Checkpoint(step, epoch, with(metrics, name, value), values, contents);
    }

    /** The same with one more value, or another one for that name: anything that {@link TensorIO#save} takes. */
    public Checkpoint value(String name, Object value) {
        return new Checkpoint(step, epoch, metrics, with(values, name, value), contents);
    }

    private static <T> Map<String, T> with(Map<String, T> map, String name, T value) {
        Map<String, T> longer = new LinkedHashMap<>(map);
        longer.put(Objects.requireNonNull(name, "name"), value);
        return Collections.unmodifiableMap(longer);
    }

    /** How many steps of the optimizer were made. */
    public long step() {
        return step;
    }

    /** The epoch. */
    public long epoch() {
        return epoch;
    }

    /** The metrics by name. */
    public Map<String, Double> metrics() {
        return metrics;
    }

    /**
     * A metric.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public double metric(String name) {
        return get(metrics, "metric", name);
    }

    /** The values by name. From a file they have the types that {@link Loaded} names. */
    public Map<String, Object> values() {
        return values;
    }

    /**
     * A value.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public Object value(String name) {
        return get(values, "value", name);
    }

    private static <T> T get(Map<String, T> map, String kind, String name) {
        if (!map.containsKey(name)) {
            throw new IllegalArgumentException("Checkpoint: there is no %s %s; there are %s".formatted(kind, name, map.keySet()));
        }
        return map.get(name);
    }

    /** Where it was loaded from; null if it was not. */
    public Path path() {
        return contents == null ? null : contents.path();
    }

    /**
     * The saved state of one part, for a program that wants no more than that: {@code checkpoint.state("model").stateDict()}.
     *
     * @throws IllegalStateException if the checkpoint was not loaded from a file, or has no such part
     */
    public Loaded state(String name) {
        if (contents == null) {
            throw new IllegalStateException("Checkpoint: only one that was loaded from a file has states");
        }
        return contents.get(name);
    }

    Loaded contents() {
        return contents;
    }

    static Checkpoint of(Loaded file) throws FormatException {
        CheckpointHeader header = CheckpointHeader.of(file.path(), file.value());
        return new Checkpoint(header.step(), header.epoch(), header.metrics(),
                CheckpointHeader.byName(file.get(CheckpointHeader.VALUES).map(), Object.class), file);
    }

    /** In one line, for people to read. */
    @Override
    public String toString() {
        return "Checkpoint(step=%d, epoch=%d, metrics=%s)".formatted(step, epoch, metrics);
    }
}
