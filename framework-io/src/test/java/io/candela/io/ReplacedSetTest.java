package io.candela.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A set of files is replaced as one: whoever reads it, at any time, sees one of the sets that were saved. */
class ReplacedSetTest {
    private static final int TENSORS = 4;

    @TempDir
    private Path folder;

    private Path model() {
        return folder.resolve("model.safetensors");
    }

    /** Tensors of one value, so many of them in each file. */
    private void save(int value, int perFile) throws IOException {
        StateDict state = new StateDict();
        for (int i = 0; i < TENSORS; i++) {
            state.put("t" + i, Tensor.full((double) value, 10));
        }
        TensorIO.save(state, model(), perFile == TENSORS ? WriteOptions.defaults() : WriteOptions.defaults().maxShardSize(40L * perFile));
    }

    /** The value of all tensors. */
    private static int value(StateDict state) {
        assertEquals(TENSORS, state.size());
        double value = ((Tensor) state.get("t0")).get(0).item();
        state.forEach((name, tensor) -> assertTrue(((Tensor) tensor).equal(Tensor.full(value, 10)), () -> name + " is of another set: " + state));
        return (int) value;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void nothingIsLeftOfTheOldSet() throws IOException {
        save(1, 2);
        assertEquals(List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"), names());
        save(2, 2);
        List<String> second = names();
        assertEquals(3, second.size(), second::toString);
        assertTrue(second.get(0).matches("model-[0-9a-f]{16}-00001-of-00002\\.safetensors"), second::toString);
        save(3, 1);
        assertEquals(TENSORS + 1, names().size());
        assertEquals(3, value(TensorIO.load(model()).stateDict()));
        save(4, TENSORS);
        assertEquals(List.of("model.safetensors"), names());
        save(5, 2);
        assertEquals(List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"), names());
        assertEquals(5, value(TensorIO.load(model()).stateDict()));
    }

    @Test
    void filesThatOnlyAnIndexNamesAreNotRemoved() throws IOException {
        save(1, 2);
        Files.writeString(folder.resolve("other.safetensors"), "another model");
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(index, Files.readString(index).replace("model-00002-of-00002.safetensors", "other.safetensors"));
        save(2, TENSORS);
        assertEquals(List.of("model-00002-of-00002.safetensors", "model.safetensors", "other.safetensors"), names());
        Files.writeString(index, "no index");
        save(3, 2);
        assertEquals(3, value(TensorIO.load(index).stateDict()));
    }

    @Test
    void aFailedSaveLeavesTheOldSetAndNothingElse() throws IOException {
        save(1, 2);
        List<String> before = names();
        Path index = folder.resolve("model.safetensors.index.json");
        Path link = folder.resolve("loop");
        Files.move(index, folder.resolve("kept"));
        Files.createSymbolicLink(link, Path.of("loop"));
        Files.createSymbolicLink(index, Path.of("loop")); // an index that cannot be written
        assertThrows(FileSystemException.class, () -> save(2, 2));
        Files.delete(index);
        Files.delete(link);
        Files.move(folder.resolve("kept"), index);
        assertEquals(before, names());
        assertEquals(1, value(TensorIO.load(model()).stateDict()));
    }

    /** Sets of one, two and four files take turns while others read, by all ways of reading. */
    @Test
    void readersSeeWholeSets() throws IOException, InterruptedException, ExecutionException {
        save(0, 2);
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> reader = threads.submit(() -> {
                int newest = 0;
                int seen = 0;
                while (!done.get()) {
                    int value = value(TensorIO.load(model(), ReadOptions.defaults().mmap(seen % 2 == 1)).stateDict());
                    assertTrue(value >= newest, newest + " came before " + value);
                    seen += value > newest ? 1 : 0;
                    newest = value;
                }
                return seen;
            });
            Future<?> lazy = threads.submit(() -> {
                while (!done.get()) {
                    try (TensorFile file = TensorIO.open(model(), ReadOptions.defaults().mmap(true))) {
                        Thread.sleep(1); // long enough for the set to be replaced
                        value(file.readAll());
                    }
                }
                return null;
            });
            for (int i = 1; i <= 300 && !reader.isDone() && !lazy.isDone(); i++) {
                save(i, new int[] {2, 1, TENSORS, 2, 2}[i % 5]);
            }
            done.set(true);
            lazy.get();
            assertTrue(reader.get() > 10, () -> "saw too few");
        } finally {
            done.set(true);
            threads.shutdown();
        }
    }
}
