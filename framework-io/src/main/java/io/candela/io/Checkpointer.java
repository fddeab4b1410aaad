package io.candela.io;

import io.candela.tensor.Device;
import io.candela.tensor.Generator;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Saves a training to a folder, so that it can stop anywhere and go on exactly as if it had not. Each checkpoint is one file
 * {@code step-350.pth}, replaced or written as a whole or not at all, that {@code torch.load(path, weights_only=True)} opens.
 *
 * <pre>{@code
 * try (Checkpointer checkpoints = Checkpointer.open(Path.of("run"))
 *         .with("model", model::stateDict, model::loadStateDict)
 *         .with("optimizer", optimizer::stateDict, optimizer::loadStateDict)) {
 *     long done = checkpoints.restoreLatest().map(Checkpoint::step).orElse(0L);
 *     for (long step = done + 1; step <= 1000; step++) {
 *         train(model, optimizer);
 *         if (step % 50 == 0) {
 *             checkpoints.save(Checkpoint.at(step));
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>A part is whatever gives and takes a state: a module, an optimizer, a schedule, a data loader. The states of the default random generators, the
 * CPU's and those of the GPUs in use, are always saved and restored; others are parts too. The file is a map: the parts by name, {@code rng} with the generators' states as
 * {@code torch.get_rng_state()} gives them, {@code step}, {@code epoch}, {@code metrics}, {@code values}, and {@code checkpoint}, a number that
 * counts the folder's checkpoints in the order in which they were saved.
 *
 * <p>Only the last checkpoints stay, and the best by a metric if that is asked for; see {@link CheckpointOptions}. Other files in the folder are left
 * alone. While it is open, no other Checkpointer may save there, of this process or another; one whose process died is in nobody's way. To read
 * from a folder that another process saves to, use {@link #latest(Path)}.
 *
 * <p>With {@link CheckpointOptions#async async(true)}, {@link #save} copies the states and returns, and a thread writes the file. There is never more than one
 * such copy: the next save waits until the file before it is on the disk. A program that ends without {@link #close()} still finishes the file
 * under way, but does not learn of its failure. On Linux these files go past the system's memory for files where the file system lets them.
 *
 * <p>Not for several threads at once.
 */
public final class Checkpointer implements AutoCloseable {
    private static final String RNG = "rng";
    private static final String DEFAULT_GENERATOR = "default";
    private static final Set<String> RESERVED = Set.of(RNG, CheckpointHeader.SERIAL, CheckpointHeader.STEP, CheckpointHeader.EPOCH,
            CheckpointHeader.METRICS, CheckpointHeader.VALUES);

    private final CheckpointOptions options;
    private final FolderLock lock;
    private final CheckpointFolder folder;
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Map<String, Generator> generators = new LinkedHashMap<>();
    private CheckpointWriter writer; // null until the first asynchronous save
    private long saved; // the step that the writer was given last
    private boolean closed;

    /** Stops the writers of those that nobody closes. */
    private static final class Ends {
        static final Cleaner CLEANER = Cleaner.create();
    }

    /** How to take and to give a state. */
    private record Part(Supplier<? extends Map<String, ?>> get, Consumer<? super Map<String, ?>> set) {
    }

    private Checkpointer(CheckpointOptions options, FolderLock lock, CheckpointFolder folder) {
        this.options = options;
        this.lock = lock;
        this.folder = folder;
        generators.put(DEFAULT_GENERATOR, Generator.getDefault());
    }

    /** As {@link #open(Path, CheckpointOptions)}, with the defaults. */
    public static Checkpointer open(Path folder) throws IOException {
        return open(folder, CheckpointOptions.defaults());
    }

    /**
     * Opens a folder to save to; makes it if it is not there. What a killed process left half written is removed.
     *
     * @throws java.nio.file.FileSystemException if another Checkpointer has it open
     */
    public static Checkpointer open(Path folder, CheckpointOptions options) throws IOException {
        Files.createDirectories(folder);
        FolderLock lock = FolderLock.of(folder);
        try {
            CheckpointFolder files = new CheckpointFolder(folder, options.warnings());
            files.clean();
            return new Checkpointer(options, lock, files);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * The last checkpoint of a folder, without opening it for saving. Damaged files are passed over with a warning.
     *
     * @return empty if there is none
     * @throws IOException if there are some, but none can be read
     */
    public static Optional<Checkpoint> latest(Path folder) throws IOException {
        return new CheckpointFolder(folder, CheckpointOptions.defaults().warnings()).latest();
    }

    /**
     * Adds a part. Its name becomes a key of the file.
     *
     * @param get gives the state: {@code model::stateDict}
     * @param set takes a saved one: {@code model::loadStateDict}; the parts are restored in the order in which they were added
     * @return this
     * @throws IllegalArgumentException if the name is taken, or one of the file's own
     */
    public Checkpointer with(String name, Supplier<? extends Map<String, ?>> get, Consumer<? super Map<String, ?>> set) {
        if (RESERVED.contains(name) || parts.containsKey(name)) {
            throw new IllegalArgumentException("Checkpointer: a part cannot be named %s; taken are %s and the file's own %s".formatted(name, parts.keySet(),
                    RESERVED.stream().sorted().toList()));
        }
        parts.put(Objects.requireNonNull(name, "name"), new Part(Objects.requireNonNull(get, "get"), Objects.requireNonNull(set, "set")));
        return this;
    }

    /**
     * Adds a generator beside the default one, such as that of a data loader that does not save it itself.
     *
     * @return this
     * @throws IllegalArgumentException if the name is taken, or a GPU's
     */
    public Checkpointer with(String name, Generator generator) {
        Objects.requireNonNull(generator, "generator");
        if (isGpu(name) || generators.putIfAbsent(Objects.requireNonNull(name, "name"), generator) != null) {
            throw new IllegalArgumentException("Checkpointer: there is a generator %s already".formatted(name));
        }
        return this;
    }

    // ---- save ----

    /**
     * Saves all parts as they are now. A checkpoint of the same step is replaced. Then those that need not be kept are deleted.
     *
     * <p>Without {@code async} the checkpoint is on the disk when this returns. With it an error of the save before is thrown here; this one
     * is on its way all the same.
     *
     * @throws IOException if a file could not be written, say because the disk is full: the checkpoints before it stay as they were, and training can go on
     * @throws IllegalArgumentException if a part's state or a value is nothing that {@link TensorIO#save} takes
     * @throws IllegalStateException if this was closed
     */
    public void save(Checkpoint checkpoint) throws IOException {
        checkOpen();
        Map<String, Object> contents = new LinkedHashMap<>();
        parts.forEach((name, part) -> contents.put(name, part.get().get()));
        Map<String, Object> states = new LinkedHashMap<>();
        generators().forEach((name, generator) -> states.put(name, Tensor.of(generator.getState())));
        contents.put(RNG, states);
        contents.put(CheckpointHeader.STEP, checkpoint.step());
        contents.put(CheckpointHeader.EPOCH, checkpoint.epoch());
        contents.put(CheckpointHeader.METRICS, checkpoint.metrics());
        contents.put(CheckpointHeader.VALUES, checkpoint.values());
        if (!options.async()) {
            folder.save(contents, checkpoint, options);
            return;
        }
        if (writer == null) {
            folder.saveUncached();
            writer = new CheckpointWriter();
            Ends.CLEANER.register(this, writer::stop);
        }
        IOException before = await();
        Snapshot snapshot;
        try {
            snapshot = Snapshot.of(contents);
        } catch (RuntimeException | Error e) {
            if (before != null) {
                e.addSuppressed(before);
            }
            throw e;
        }
        saved = checkpoint.step();
        writer.start(aside(snapshot, checkpoint, folder, options));
        if (before != null) {
            throw before;
        }
    }

    /** Static, so that the writer does not keep this reachable. */
    private static CheckpointWriter.Job aside(Snapshot snapshot, Checkpoint checkpoint, CheckpointFolder folder, CheckpointOptions options) {
        return () -> {
            try {
                @SuppressWarnings("unchecked")
                Map<String, Object> contents = (Map<String, Object>) snapshot.value();
                folder.save(contents, checkpoint, options);
            } finally {
                snapshot.release();
            }
        };
    }

    /**
     * Waits until the file under way is on the disk.
     *
     * @throws IOException if it could not be written
     */
    public void flush() throws IOException {
        IOException e = await();
        if (e != null) {
            throw e;
        }
    }

    /** @return the writer's failure; null if there is none */
    private IOException await() {
        Throwable e = writer == null ? null : writer.await();
        return e == null ? null : new IOException("Checkpointer: the checkpoint of step %d was not saved: %s".formatted(saved, e), e);
    }

    // ---- restore ----

    /**
     * Restores all parts from the last checkpoint that is whole; see {@link #restore}. Damaged files are passed over with a warning.
     *
     * @return what was restored; empty if there is no checkpoint, and nothing was changed
     * @throws IOException if there are some, but none can be read
     */
    public Optional<Checkpoint> restoreLatest() throws IOException {
        Optional<Checkpoint> latest = latest();
        latest.ifPresent(this::restore);
        return latest;
    }

    /**
     * The last checkpoint that is whole, to be looked at before it is restored. Damaged files are passed over with a warning.
     *
     * @return empty if there is none
     * @throws IOException if there are some, but none can be read
     */
    public Optional<Checkpoint> latest() throws IOException {
        checkOpen();
        flush();
        return folder.latest();
    }

    /**
     * The checkpoint with the best metric that is whole, to be restored or looked at.
     *
     * @return empty if no checkpoint has the metric
     * @throws IllegalStateException if the options name no metric
     */
    public Optional<Checkpoint> best() throws IOException {
        checkOpen();
        if (options.metric() == null) {
            throw new IllegalStateException("Checkpointer.best: the options name no metric; see CheckpointOptions.keepSmallest and keepLargest");
        }
        flush();
        return folder.best(options);
    }

    /**
     * Restores all parts and generators, or, if one does not fit, none: those that were restored before it get back the state that they had.
     *
     * @param checkpoint one that was loaded
     * @throws StateDictException if the checkpoint's parts and generators are not those of this Checkpointer; nothing was changed
     * @throws IllegalArgumentException if a part refuses its state; everything is as it was
     */
    public void restore(Checkpoint checkpoint) {
        checkOpen();
        Loaded file = checkpoint.contents();
        if (file == null) {
            throw new IllegalArgumentException("Checkpointer.restore: the checkpoint was not loaded from a file");
        }
        checkParts(file);
        Map<String, Generator> known = generators();
        Map<String, byte[]> rng = new LinkedHashMap<>();
        file.get(RNG).map().keySet().forEach(key -> {
            String name = (String) key;
            known.computeIfAbsent(name, n -> Generator.getDefault(Device.parse(n)));
            rng.put(name, bytes(file.get(RNG).get(name).tensor()));
        });

        Map<String, Snapshot> before = new LinkedHashMap<>();
        Map<String, byte[]> rngBefore = new LinkedHashMap<>();
        rng.keySet().forEach(name -> rngBefore.put(name, known.get(name).getState()));
        try {
            parts.forEach((name, part) -> {
                before.put(name, Snapshot.of(part.get().get()));
                set(part, file.get(name).value());
            });
            rng.forEach((name, state) -> known.get(name).setState(state));
        } catch (RuntimeException | Error e) {
            before.forEach((name, snapshot) -> undo(parts.get(name), snapshot, e));
            rngBefore.forEach((name, state) -> known.get(name).setState(state));
            throw e; // the copies are left to the garbage collector: a part may hold on to what it was given
        }
        before.values().forEach(Snapshot::release);
    }

    /** All by name: the default ones of the GPUs in use have their devices'. */
    private Map<String, Generator> generators() {
        Map<String, Generator> all = new LinkedHashMap<>(generators);
        Generator.defaults().stream().filter(g -> g.device().type() == Device.Type.CUDA).forEach(g -> all.put(g.device().toString(), g));
        return all;
    }

    /** Whether a generator's name is that of a GPU, which need not be there: the state is kept for the case that it comes. */
    private static boolean isGpu(Object name) {
        return name instanceof String s && s.matches("cuda:\\d{1,4}");
    }

    private static byte[] bytes(Tensor uint8) {
        int[] values = uint8.toIntArray();
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static void undo(Part part, Snapshot snapshot, Throwable why) {
        try {
            set(part, snapshot.value());
        } catch (RuntimeException e) { // the part does not take its own state
            why.addSuppressed(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static void set(Part part, Object state) {
        part.set().accept((Map<String, ?>) state);
    }

    private void checkParts(Loaded file) {
        List<String> problems = new ArrayList<>();
        Map<Object, Object> contents = file.map();
        parts.keySet().forEach(name -> {
            if (!(contents.get(name) instanceof Map)) {
                problems.add("the checkpoint has no part " + name);
            }
        });
        contents.keySet().stream().filter(key -> !RESERVED.contains(key) && !parts.containsKey(key)).forEach(key ->
                problems.add("the checkpoint has a part %s, the Checkpointer has not; take single parts with Checkpoint.state".formatted(key)));
        Map<?, ?> rng = contents.get(RNG) instanceof Map<?, ?> map ? map : Map.of();
        generators.keySet().stream().filter(name -> !rng.containsKey(name)).forEach(name -> problems.add("the checkpoint has no generator " + name));
        rng.keySet().stream().filter(name -> !generators.containsKey(name) && !isGpu(name)).forEach(name ->
                problems.add("the checkpoint has a generator %s, the Checkpointer has not".formatted(name)));
        if (!problems.isEmpty()) {
            throw new StateDictException("Checkpointer.restore: %s: %d problem%s, nothing was restored".formatted(file.path().getFileName(),
                    problems.size(), problems.size() == 1 ? "" : "s"), problems);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("Checkpointer: is closed");
        }
    }

    /**
     * Waits until the file under way is on the disk, and lets others save to the folder. Closing twice does nothing.
     *
     * @throws IOException if that file could not be written
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        IOException e = await();
        if (writer != null) {
            writer.stop();
        }
        lock.close();
        if (e != null) {
            throw e;
        }
    }
}
