package io.candela.io;

import java.util.Objects;
import java.util.function.Consumer;

/** How a {@link Checkpointer} saves. Immutable; start from {@link #defaults()}: {@code CheckpointOptions.defaults().keepLast(5).async(true)}. */
public final class CheckpointOptions {
    private static final CheckpointOptions DEFAULTS = new CheckpointOptions(3, 0, null, true, false,
            message -> System.getLogger(Checkpointer.class.getName()).log(System.Logger.Level.WARNING, message));

    private final int keepLast;
    private final int keepBest;
    private final String metric;
    private final boolean largest;
    private final boolean async;
    private final Consumer<String> warnings;

    private CheckpointOptions(int keepLast, int keepBest, String metric, boolean largest, boolean async, Consumer<String> warnings) {
        this.keepLast = keepLast;
        this.keepBest = keepBest;
        this.metric = metric;
        this.largest = largest;
        this.async = async;
        this.warnings = warnings;
    }

    /** Keeps the last 3 checkpoints and none for a metric; {@code save} returns when the file is on the disk; warnings go to the log. */
    public static CheckpointOptions defaults() {
        return DEFAULTS;
    }

    /**
     * How many of the last checkpoints stay; 3 unless set, {@code Integer.MAX_VALUE} keeps all.
     *
     * @throws IllegalArgumentException if {@code count} is below 1
     */
    public CheckpointOptions keepLast(int count) {
        checkCount("keepLast", count);
        return new CheckpointOptions(count, keepBest, metric, largest, async, warnings);
    }

    /**
     * Beside the last ones those checkpoints stay whose metric is smallest, such as a loss. A checkpoint without the metric, or with NaN, is none of
     * them; of equals the earlier is better.
     *
     * @throws IllegalArgumentException if {@code count} is below 1
     */
    public CheckpointOptions keepSmallest(int count, String metric) {
        return keepBest("keepSmallest", count, metric, false);
    }

    /** As {@link #keepSmallest}, for a metric that is to be large, such as an accuracy. */
    public CheckpointOptions keepLargest(int count, String metric) {
        return keepBest("keepLargest", count, metric, true);
    }

    private CheckpointOptions keepBest(String option, int count, String name, boolean large) {
        checkCount(option, count);
        return new CheckpointOptions(keepLast, count, Objects.requireNonNull(name, "metric"), large, async, warnings);
    }

    /** Whether {@code save} returns when it has copied the state, and a thread of its own writes the file; false unless set. */
    public CheckpointOptions async(boolean async) {
        return new CheckpointOptions(keepLast, keepBest, metric, largest, async, warnings);
    }

    /** Gets each warning, such as that a damaged file was passed over; unless set they go to {@link System.Logger}. */
    public CheckpointOptions warnings(Consumer<String> warnings) {
        return new CheckpointOptions(keepLast, keepBest, metric, largest, async, Objects.requireNonNull(warnings, "warnings"));
    }

    private static void checkCount(String option, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("CheckpointOptions: %s must be 1 or more, got %d".formatted(option, count));
        }
    }

    int keepLast() {
        return keepLast;
    }

    int keepBest() {
        return keepBest;
    }

    String metric() {
        return metric;
    }

    boolean largest() {
        return largest;
    }

    boolean async() {
        return async;
    }

    Consumer<String> warnings() {
        return warnings;
    }
}
