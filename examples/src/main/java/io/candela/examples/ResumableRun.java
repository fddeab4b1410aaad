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
import java.util.Map;
import java.util.Optional;

/** A training that is saved to a folder after some of its epochs, and goes on from there. */
final class ResumableRun implements AutoCloseable {
    private static final String OPTIONS = "options";

    private final Checkpointer checkpoints;
    private final Map<String, Object> options;
    private final int epochs;

    private ResumableRun(Checkpointer checkpoints, Map<String, Object> options, int epochs) {
        this.checkpoints = checkpoints;
        this.options = options;
        this.epochs = epochs;
    }

    /**
     * Opens a folder, and restores the last checkpoint, if there is one.
     *
     * @param schedule null for none
     * @param options what has to be the same when the training goes on, by the name of the option
     * @param most    how many epochs are asked for
     * @throws InputException if the folder cannot be used, or its training has other options or more epochs; nothing was restored
     */
    static ResumableRun open(Path folder, Training training, LRScheduler schedule, Map<String, Object> options, int most)
            throws InputException, IOException {
        Layer model = training.model();
        Optimizer optimizer = training.optimizer();
        Checkpointer checkpoints;
        try {
            checkpoints = Checkpointer.open(folder, CheckpointOptions.defaults().async(true)).with("model", model::stateDict, model::loadStateDict)
                    .with("optimizer", optimizer::stateDict, optimizer::loadStateDict);
        } catch (FileSystemException e) {
            throw InputException.unreadable(folder.toString(), e);
        }
        if (schedule != null) {
            checkpoints.with("scheduler", schedule::stateDict, schedule::loadStateDict);
        }
        try {
            Optional<Checkpoint> last = checkpoints.latest();
            if (last.isPresent()) {
                check(folder, last.get(), options, most);
                checkpoints.restore(last.get());
            }
            return new ResumableRun(checkpoints, options, last.map(checkpoint -> (int) checkpoint.epoch()).orElse(0));
        } catch (InputException | IOException | RuntimeException e) {
            checkpoints.close();
            throw e;
        }
    }

    private static void check(Path folder, Checkpoint last, Map<String, Object> options, int most) throws InputException {
        Object saved = last.value(OPTIONS);
        for (Map.Entry<String, Object> option : options.entrySet()) {
            Object before = saved instanceof Map<?, ?> map ? map.get(option.getKey()) : null;
            if (!option.getValue().equals(before)) {
                throw new InputException(option.getKey().equals("--data") ? folder + ": its training has other data"
                        : "%s: its training has %s %s, not %s".formatted(folder, option.getKey(), before, option.getValue()));
            }
        }
        if (last.epoch() > most) {
            throw new InputException("%s: its training has %d epochs, more than --epochs %d".formatted(folder, last.epoch(), most));
        }
    }

    /** How many epochs were trained before. */
    int epochs() {
        return epochs;
    }

    /** Saves all as it is after an epoch. */
    void save(int epoch, double loss) throws IOException {
        checkpoints.save(Checkpoint.at(epoch).epoch(epoch).metric("loss", loss).value(OPTIONS, options));
    }

    @Override
    public void close() throws IOException {
        checkpoints.close();
    }
}
