package io.candela.train;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * Writes the event files that {@code tensorboard --logdir FOLDER} shows: the loss of the steps as {@code train/loss}, and the figures of each epoch
 * under their names, both over the steps. After a resume TensorBoard drops what an interrupted run had logged beyond the resumed step.
 */
public final class TensorBoardLog implements TrainLog {
    private static final int MILLIS = 1000;

    private final Path folder;
    private final int every;
    private final DoubleSupplier clock;
    private OutputStream out; // null until the training begins

    /** As {@link #TensorBoardLog(Path, int)}, with every tenth step. */
    public TensorBoardLog(Path folder) {
        this(folder, 10);
    }

    /**
     * @param folder of one run, made if it is not there; each start of the training adds a file to it
     * @param every  the loss of each step whose number is a multiple of this is logged
     * @throws IllegalArgumentException if {@code every} is below 1
     */
    public TensorBoardLog(Path folder, int every) {
        this(folder, every, () -> System.currentTimeMillis() / (double) MILLIS);
    }

    /** @param clock seconds since 1970 */
    TensorBoardLog(Path folder, int every, DoubleSupplier clock) {
        if (every < 1) {
            throw new IllegalArgumentException("TensorBoardLog: every must be 1 or more, got " + every);
        }
        this.folder = folder;
        this.every = every;
        this.clock = clock;
    }

    @Override
    public void begin(long step, long steps) throws IOException {
        close();
        Files.createDirectories(folder);
        String start = "events.out.tfevents.%010d.candela.%d.".formatted((long) clock.getAsDouble(), ProcessHandle.current().pid());
        int number = 0;
        while (Files.exists(folder.resolve(start + number))) {
            number++;
        }
        out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(start + number), StandardOpenOption.CREATE_NEW));
        EventRecord.write(out, EventRecord.version(clock.getAsDouble()));
        EventRecord.write(out, EventRecord.start(clock.getAsDouble(), step + 1)); // what was logged from that step on will be logged anew
        out.flush();
    }

    @Override
    public void step(long step, double loss) throws IOException {
        if (out != null && step % every == 0) {
            EventRecord.write(out, EventRecord.scalars(clock.getAsDouble(), step, Map.of("train/loss", loss)));
        }
    }

    @Override
    public void epoch(List<EpochFigures> history) throws IOException {
        if (out != null) {
            EpochFigures last = history.get(history.size() - 1);
            EventRecord.write(out, EventRecord.scalars(clock.getAsDouble(), last.step(), last.values()));
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
            out = null;
        }
    }
}
