package io.candela.io;

import io.candela.io.pt.PtWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The checkpoints in a folder, in the order in which they were saved, whatever their steps. */
final class CheckpointFolder {
    private static final Pattern NAME = Pattern.compile("step-\\d+\\.pth");
    private static final Pattern LEFT_OVER = Pattern.compile("\\.step-\\d+\\.pth\\.[0-9a-f]+\\.tmp"); // of AtomicFile, when a process was killed

    private final Path folder;
    private final Consumer<String> warnings;
    private final List<CheckpointHeader> headers = new ArrayList<>();
    private ByteBuffer uncached; // to save through; null if files go through the system's memory
    private int unreadable;

    CheckpointFolder(Path folder, Consumer<String> warnings) throws IOException {
        this.folder = folder;
        this.warnings = warnings;
        for (Path path : files(NAME)) {
            try {
                headers.add(CheckpointHeader.read(path));
            } catch (IOException e) {
                passOver(path, e);
            }
        }
        headers.sort(Comparator.comparingLong(CheckpointHeader::serial));
    }

    private List<Path> files(Pattern name) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> name.matcher(path.getFileName().toString()).matches()).sorted().toList();
        }
    }

    private void passOver(Path path, IOException why) {
        unreadable++;
        warnings.accept("Checkpointer: passed over %s: %s".formatted(path, why.getMessage()));
    }

    /** Removes what killed processes left half written; only for who has the lock. */
    void clean() throws IOException {
        for (Path path : files(LEFT_OVER)) {
            Files.deleteIfExists(path);
        }
    }

    /** From now on checkpoints go past the system's memory for files, where that is possible. */
    void saveUncached() throws IOException {
        uncached = ChannelOutput.uncachedBuffer(folder);
    }

    /**
     * Saves a checkpoint, and then deletes what need not be kept.
     *
     * @param contents the file, to which the number of the checkpoint is added
     */
    void save(Map<String, Object> contents, Checkpoint checkpoint, CheckpointOptions options) throws IOException {
        Path file = folder.resolve("step-" + checkpoint.step() + ".pth");
        long serial = headers.isEmpty() ? 1 : headers.get(headers.size() - 1).serial() + 1;
        contents.put(CheckpointHeader.SERIAL, serial);
        if (uncached == null) {
            TensorIO.save(contents, file);
        } else {
            PtWriter.write(contents, file, new TensorViews(), uncached);
        }
        headers.removeIf(known -> known.path().equals(file));
        headers.add(new CheckpointHeader(file, serial, checkpoint.step(), checkpoint.epoch(), checkpoint.metrics()));
        prune(options);
    }

    /** Deletes what need not be kept. Files that could not be read neither count nor go. */
    private void prune(CheckpointOptions options) throws IOException {
        Set<CheckpointHeader> kept = new HashSet<>(headers.subList(Math.max(0, headers.size() - options.keepLast()), headers.size()));
        if (options.metric() != null) {
            best(options.metric(), options.largest()).limit(options.keepBest()).forEach(kept::add);
        }
        for (CheckpointHeader header : List.copyOf(headers)) {
            if (!kept.contains(header)) {
                Files.deleteIfExists(header.path());
                headers.remove(header);
            }
        }
    }

    private Stream<CheckpointHeader> best(String metric, boolean largest) {
        Comparator<CheckpointHeader> smallest = Comparator.comparingDouble(header -> header.metric(metric));
        return headers.stream().filter(header -> !Double.isNaN(header.metric(metric))).sorted(largest ? smallest.reversed() : smallest);
    }

    /** The last checkpoint that is whole. */
    Optional<Checkpoint> latest() throws IOException {
        List<CheckpointHeader> newestFirst = new ArrayList<>();
        headers.forEach(header -> newestFirst.add(0, header));
        return firstWhole(newestFirst);
    }

    /** The best checkpoint that is whole. */
    Optional<Checkpoint> best(CheckpointOptions options) throws IOException {
        return firstWhole(best(options.metric(), options.largest()).toList());
    }

    private Optional<Checkpoint> firstWhole(List<CheckpointHeader> candidates) throws IOException {
        for (CheckpointHeader header : candidates) {
            try {
                return Optional.of(Checkpoint.of(TensorIO.load(header.path())));
            } catch (IOException e) {
                headers.remove(header);
                passOver(header.path(), e);
            }
        }
        if (unreadable > 0 && headers.isEmpty()) {
            throw new FileSystemException(folder.toString(), null,
                    "none of its %d checkpoints can be read, see the warnings; remove them to start afresh".formatted(unreadable));
        }
        return Optional.empty();
    }
}
