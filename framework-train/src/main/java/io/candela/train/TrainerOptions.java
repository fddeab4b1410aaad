package io.candela.train;

import io.candela.io.CheckpointOptions;
import io.candela.optim.lr.LRScheduler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** How a {@link Trainer} trains. Immutable: every method gives a changed copy; start from {@link Trainer#options()}. */
public final class TrainerOptions {
    static final TrainerOptions DEFAULTS = new TrainerOptions();

    private long epochs = 1;
    private int accumulate = 1;
    private double clipGradNorm = Double.POSITIVE_INFINITY;
    private List<Metric> metrics = List.of();
    private LRScheduler scheduler; // null for none
    private boolean schedulerPerStep;
    private EarlyStopping earlyStopping; // null for none
    private Path folder; // null for no checkpoints
    private CheckpointOptions checkpointOptions = CheckpointOptions.defaults().async(true);
    private int saveEvery; // steps, 0 for epochs only
    private List<TrainLog> logs = List.of();

    private TrainerOptions() {
    }

    private TrainerOptions copy() {
        TrainerOptions copy = new TrainerOptions();
        copy.epochs = epochs;
        copy.accumulate = accumulate;
        copy.clipGradNorm = clipGradNorm;
        copy.metrics = metrics;
        copy.scheduler = scheduler;
        copy.schedulerPerStep = schedulerPerStep;
        copy.earlyStopping = earlyStopping;
        copy.folder = folder;
        copy.checkpointOptions = checkpointOptions;
        copy.saveEvery = saveEvery;
        copy.logs = logs;
        return copy;
    }

    /** Passes over the training data, those before a resume included; 1 unless set. */
    public TrainerOptions epochs(long epochs) {
        check(epochs >= 0, "epochs must be 0 or more, got " + epochs);
        TrainerOptions copy = copy();
        copy.epochs = epochs;
        return copy;
    }

    /**
     * Batches per step of the optimizer, 1 unless set: the gradients of so many are summed, each loss divided by their number. What is left at the
     * end of an epoch makes a step too.
     */
    public TrainerOptions accumulate(int batches) {
        check(batches >= 1, "accumulate must be 1 or more, got " + batches);
        TrainerOptions copy = copy();
        copy.accumulate = batches;
        return copy;
    }

    /** The largest norm of all gradients together, see {@link io.candela.nn.Parameters#clipGradNorm}; no limit unless set. */
    public TrainerOptions clipGradNorm(double maxNorm) {
        check(maxNorm > 0, "clipGradNorm must be above 0, got " + maxNorm);
        TrainerOptions copy = copy();
        copy.clipGradNorm = maxNorm;
        return copy;
    }

    /** What to measure beside the loss, on the training and the validation data. */
    public TrainerOptions metrics(Metric... metrics) {
        TrainerOptions copy = copy();
        copy.metrics = List.of(metrics);
        return copy;
    }

    /**
     * Stepped after every epoch; a {@link io.candela.optim.lr.ReduceLROnPlateau} gets {@code val_loss}, or without validation data {@code loss}.
     */
    public TrainerOptions scheduler(LRScheduler scheduler) {
        TrainerOptions copy = copy();
        copy.scheduler = Objects.requireNonNull(scheduler, "scheduler");
        copy.schedulerPerStep = false;
        return copy;
    }

    /** Stepped after every step of the optimizer. */
    public TrainerOptions schedulerPerStep(LRScheduler scheduler) {
        TrainerOptions copy = scheduler(scheduler);
        copy.schedulerPerStep = true;
        return copy;
    }

    /** Ends the training before all epochs are done. */
    public TrainerOptions earlyStopping(EarlyStopping earlyStopping) {
        TrainerOptions copy = copy();
        copy.earlyStopping = Objects.requireNonNull(earlyStopping, "earlyStopping");
        return copy;
    }

    /** As {@link #checkpoints(Path, CheckpointOptions)}: asynchronous, and the last 3 stay. */
    public TrainerOptions checkpoints(Path folder) {
        return checkpoints(folder, CheckpointOptions.defaults().async(true));
    }

    /**
     * Saves a checkpoint after every epoch, with the epoch's figures as metrics, and goes on from the last one in the folder. On SIGTERM, and on Ctrl-C, the
     * present step is finished and saved before the process ends.
     */
    public TrainerOptions checkpoints(Path folder, CheckpointOptions options) {
        TrainerOptions copy = copy();
        copy.folder = Objects.requireNonNull(folder, "folder");
        copy.checkpointOptions = Objects.requireNonNull(options, "options");
        return copy;
    }

    /** Saves a checkpoint after so many steps too; such a checkpoint has no metrics. */
    public TrainerOptions saveEvery(int steps) {
        check(steps >= 1, "saveEvery must be 1 or more, got " + steps);
        TrainerOptions copy = copy();
        copy.saveEvery = steps;
        return copy;
    }

    /** Adds a log; it is closed when the training ends. */
    public TrainerOptions log(TrainLog log) {
        TrainerOptions copy = copy();
        copy.logs = new ArrayList<>(logs);
        copy.logs.add(Objects.requireNonNull(log, "log"));
        return copy;
    }

    private static void check(boolean good, String message) {
        if (!good) {
            throw new IllegalArgumentException("TrainerOptions: " + message);
        }
    }

    long epochs() {
        return epochs;
    }

    int accumulate() {
        return accumulate;
    }

    double clipGradNorm() {
        return clipGradNorm;
    }

    List<Metric> metrics() {
        return metrics;
    }

    LRScheduler scheduler() {
        return scheduler;
    }

    boolean schedulerPerStep() {
        return schedulerPerStep;
    }

    EarlyStopping earlyStopping() {
        return earlyStopping;
    }

    Path folder() {
        return folder;
    }

    CheckpointOptions checkpointOptions() {
        return checkpointOptions;
    }

    int saveEvery() {
        return saveEvery;
    }

    List<TrainLog> logs() {
        return logs;
    }
}
