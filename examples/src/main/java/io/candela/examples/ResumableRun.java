package io.candela.examples;

import io.candela.io.Checkpoint;
import io.candela.io.CheckpointOptions;
import io.candela.io.Checkpointer;
import io.candela.nn.Layer;
import io.candela.optim.Optimizer;
import io.candela.optim.lr.LRScheduler;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Counts the steps and epochs of a training. With a folder, the training is saved there every so many steps and after its last epoch, and goes on from there,
 * also within an epoch.
 */
final class ResumableRun implements AutoCloseable {
    private static final String OPTIONS = "options";
    private static final String LOSSES = "losses";

    private final Checkpointer checkpoints; // null without a folder
    private final Map<String, Object> options;
    private final int every;
    private final List<Object> losses = new ArrayList<>(); // of the epoch's batches so far
    private int epochs; // finished
    private long step;

    /**
     * What a training consists of.
     *
     * @param schedule null for none
     * @param saveOrder the state of what hands out the batches
     * @param loadOrder takes it
     */
    record Parts(Training training, LRScheduler schedule, Supplier<Map<String, Object>> saveOrder, Consumer<Map<String, ?>> loadOrder) {}

    private ResumableRun(Checkpointer checkpoints, Map<String, Object> options, int every) {
        this.checkpoints = checkpoints;
        this.options = options;
        this.every = every;
    }

    /**
     * Opens a folder, and restores the last checkpoint, if there is one.
     *
     * @param folder  null for a run that is not saved
     * @param options what has to be the same when the training goes on, by the name of the option
     * @param every   steps from one checkpoint to the next
     * @param most    how many epochs are asked for
     * @throws InputException if the folder cannot be used, or its training has other options or more epochs; nothing was restored
     */
    static ResumableRun open(Path folder, Parts parts, Map<String, Object> options, int every, int most) throws InputException, IOException {
        if (folder == null) {
            return new ResumableRun(null, options, every);
        }
        Checkpointer checkpoints = open(folder, parts);
        try {
            ResumableRun run = new ResumableRun(checkpoints, options, every);
            Optional<Checkpoint> last = checkpoints.latest();
            if (last.isPresent()) {
                run.check(folder, last.get(), most);
                checkpoints.restore(last.get());
                run.step = last.get().step();
                run.epochs = (int) last.get().epoch();
                run.losses.addAll((List<?>) last.get().value(LOSSES));
            }
            return run;
        } catch (InputException | IOException | RuntimeException e) {
            checkpoints.close();
            throw e;
        }
    }

    private static Checkpointer open(Path folder, Parts parts) throws InputException, IOException {
        Layer model = parts.training().model();
        Optimizer optimizer = parts.training().optimizer();
        LRScheduler schedule = parts.schedule();
        Checkpointer checkpoints;
        try {
            checkpoints = Checkpointer.open(folder, CheckpointOptions.defaults().async(true));
        } catch (FileSystemException e) {
            throw InputException.unreadable(folder.toString(), e);
        }
        checkpoints.with("model", model::stateDict, model::loadStateDict).with("optimizer", optimizer::stateDict, optimizer::loadStateDict)
                .with("loader", parts.saveOrder(), parts.loadOrder());
        return schedule == null ? checkpoints : checkpoints.with("scheduler", schedule::stateDict, schedule::loadStateDict);
    }

    private void check(Path folder, Checkpoint last, int most) throws InputException {
        Object saved = last.value(OPTIONS);
        for (Map.Entry<String, Object> option : options.entrySet()) {
            Object before = saved instanceof Map<?, ?> map ? map.get(option.getKey()) : null;
            if (!option.getValue().equals(before)) {
                throw new InputException(option.getKey().equals("--data") ? folder + ": its training has other data"
                        : "%s: its training has %s %s, not %s".formatted(folder, option.getKey(), before, option.getValue()));
            }
        }
        long begun = last.epoch() + (((List<?>) last.value(LOSSES)).isEmpty() ? 0 : 1);
        if (begun > most) {
            throw new InputException("%s: its training has %d epochs, more than --epochs %d".formatted(folder, begun, most));
        }
    }

    /** How many epochs are finished. */
    int epochs() {
        return epochs;
    }

    /** Where a training goes on, for people to read; null if it begins. */
    String resumed() {
        return step == 0 ? null : losses.isEmpty() ? "after epoch " + epochs : "in epoch %d, after %d of its steps".formatted(epochs + 1, losses.size());
    }

    /** A step was made. */
    void step(double loss) throws IOException {
        step++;
        losses.add(loss);
        if (step % every == 0) {
            save(loss);
        }
    }

    /**
     * An epoch is over.
     *
     * @param last whether it was the last
     * @return the mean loss of its batches
     */
    double endEpoch(boolean last) throws IOException {
        double mean = losses.stream().mapToDouble(loss -> (Double) loss).average().orElseThrow();
        losses.clear();
        epochs++;
        if (last) {
            save(mean);
        }
        return mean;
    }

    private void save(double loss) throws IOException {
        if (checkpoints != null) {
            checkpoints.save(Checkpoint.at(step).epoch(epochs).metric("loss", loss).value(OPTIONS, options).value(LOSSES, losses));
        }
    }

    @Override
    public void close() throws IOException {
        if (checkpoints != null) {
            checkpoints.close();
        }
    }
}
