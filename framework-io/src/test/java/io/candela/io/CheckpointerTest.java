package io.candela.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Generator;
import io.candela.tensor.StateDict;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of parts that are a few tensors; whole trainings are resumed by a test of the examples. */
class CheckpointerTest {
    @TempDir
    private Path folder;

    private final List<String> warnings = new ArrayList<>();
    private final Part model = new Part(1);
    private final Part optimizer = new Part(10);

    /** A part with a state of two tensors over one memory and a number. */
    private static final class Part {
        private final Tensor weight;
        private long count;

        Part(float start) {
            weight = Tensor.of(new float[] {start, start + 1, start + 2, start + 3}, 2, 2);
        }

        StateDict stateDict() {
            StateDict state = new StateDict();
            state.put("weight", weight);
            state.put("tied", weight.t());
            state.put("count", count);
            state.setVersion("", 2);
            return state;
        }

        void loadStateDict(Map<String, ?> state) {
            if (!(state.get("weight") instanceof Tensor tensor) || !tensor.shape().equals(weight.shape())) {
                throw new IllegalArgumentException("Part: has no weight that fits");
            }
            weight.copyFrom(tensor);
            count = ((Number) state.get("count")).longValue();
        }

        void step() {
            weight.addInPlace(1);
            count++;
        }

        float first() {
            return weight.toFloatArray()[0];
        }
    }

    private Checkpointer open(CheckpointOptions options) throws IOException {
        return Checkpointer.open(folder, options.warnings(warnings::add)).with("model", model::stateDict, model::loadStateDict)
                .with("optimizer", optimizer::stateDict, optimizer::loadStateDict);
    }

    private Checkpointer open() throws IOException {
        return open(CheckpointOptions.defaults());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).filter(name -> !name.equals(".lock")).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everythingComesBack(boolean async) throws IOException {
        Generator own = new Generator().manualSeed(5);
        Tensor.manualSeed(1);
        Tensor.rand(3);
        double next;
        try (Checkpointer checkpoints = open(CheckpointOptions.defaults().async(async)).with("own", own)) {
            assertEquals(Optional.empty(), checkpoints.restoreLatest());
            model.step();
            checkpoints.save(Checkpoint.at(7).epoch(2).metric("loss", 0.25).value("history", List.of(3.0, 2.0)));
            next = Tensor.rand(1).item();
            model.step();
            optimizer.step();
            int ownNext = own.nextInt();

            Checkpoint last = checkpoints.restoreLatest().orElseThrow();
            assertEquals(7, last.step());
            assertEquals(2, last.epoch());
            assertEquals(0.25, last.metric("loss"));
            assertEquals(List.of(3.0, 2.0), last.value("history"));
            assertEquals(folder.resolve("step-7.pth"), last.path());
            assertEquals(2, last.state("model").stateDict().version(""));
            assertEquals(2, model.first());
            assertEquals(10, optimizer.first());
            assertEquals(1, model.count);
            assertEquals(0, optimizer.count);
            assertEquals(next, Tensor.rand(1).item());
            assertEquals(ownNext, own.nextInt());
        }
        assertEquals(List.of(), warnings);
    }

    @Test
    void laterStepsDoNotChangeWhatIsWritten() throws IOException {
        Tensor big = Tensor.zeros(1 << 20);
        Tensor part = big.slice(0, 10, 20);
        try (Checkpointer checkpoints = Checkpointer.open(folder, CheckpointOptions.defaults().async(true).keepLast(100))
                .with("big", () -> Map.of("big", big, "part", part, "empty", Tensor.zeros(0, 3)), state -> { })) {
            for (int step = 1; step <= 20; step++) {
                try (TensorScope scope = TensorScope.open()) {
                    big.addInPlace(1);
                    checkpoints.save(Checkpoint.at(step));
                } // the copy is not freed here
                big.addInPlace(1);
            }
            checkpoints.flush();
            for (int step = 1; step <= 20; step++) {
                Loaded saved = TensorIO.load(folder.resolve("step-" + step + ".pth")).get("big");
                float[] values = saved.get("big").tensor().toFloatArray();
                for (float value : values) {
                    assertEquals(2 * step - 1, value);
                }
                saved.get("big").tensor().zeroInPlace();
                assertEquals(0, saved.get("part").tensor().sum().item(), "views stay views");
                assertEquals(0, saved.get("empty").tensor().numel());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096, 700_001})
    void aFileWrittenAsideHasTheSameBytes(int elements) throws IOException {
        Tensor.manualSeed(3);
        Tensor values = Tensor.rand(elements);
        for (boolean async : new boolean[] {false, true}) {
            try (Checkpointer checkpoints = Checkpointer.open(folder.resolve("async-" + async), CheckpointOptions.defaults().async(async))
                    .with("part", () -> Map.of("values", values), state -> { })) {
                Checkpoint checkpoint = Checkpoint.at(1).metric("loss", 0.5).value("note", "x");
                checkpoints.save(checkpoint);
                checkpoints.flush();
                checkpoints.save(checkpoint); // replaces it
            }
        }
        assertArrayEquals(Files.readAllBytes(folder.resolve("async-false/step-1.pth")), Files.readAllBytes(folder.resolve("async-true/step-1.pth")));
    }

    private static long writers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("candela-checkpoint")).count();
    }

    private static void awaitNoWriter() throws InterruptedException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (writers() > 0 && System.nanoTime() < deadline) {
            System.gc();
            Thread.sleep(5);
        }
        assertEquals(0, writers());
    }

    @Test
    void theWriterEndsWithItsCheckpointer() throws IOException, InterruptedException {
        try (Checkpointer checkpoints = open(CheckpointOptions.defaults().async(true))) {
            checkpoints.save(Checkpoint.at(1));
            checkpoints.save(Checkpoint.at(2));
            assertEquals(1, writers(), "one thread for all files");
        }
        awaitNoWriter();
    }

    @Test
    void theWriterOfAForgottenCheckpointerEndsToo() throws IOException, InterruptedException {
        Checkpointer forgotten = open(CheckpointOptions.defaults().async(true));
        forgotten.save(Checkpoint.at(1));
        assertEquals(1, writers());
        forgotten = null;
        awaitNoWriter();
        assertEquals(1, Checkpointer.latest(folder).orElseThrow().step());
    }

    /** Saves and ends without closing. */
    private static final class EndsAtOnce {
        public static void main(String[] args) throws IOException {
            Tensor values = Tensor.ones(1 << 22);
            Checkpointer.open(Path.of(args[0]), CheckpointOptions.defaults().async(true)).with("part", () -> Map.of("values", values), state -> { })
                    .save(Checkpoint.at(1));
        }
    }

    @Test
    void aProcessThatEndsFinishesTheFile() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), EndsAtOnce.class.getName(), folder.toString()).inheritIO().start();
        assertEquals(0, process.waitFor());
        assertEquals(List.of("step-1.pth"), names());
        assertEquals(1 << 22, Checkpointer.latest(folder).orElseThrow().state("part").get("values").tensor().sum().item());
    }

    @Test
    void keepsTheLastAndTheBest() throws IOException {
        double[] losses = {5, 1, 3, Double.NaN, 1, 2, 4};
        CheckpointOptions options = CheckpointOptions.defaults().keepLast(2).keepSmallest(2, "loss");
        try (Checkpointer checkpoints = open(options)) {
            for (int i = 0; i < losses.length; i++) {
                checkpoints.save(Checkpoint.at(i).metric("loss", losses[i]));
            }
            assertEquals(List.of("step-1.pth", "step-4.pth", "step-5.pth", "step-6.pth"), names());
            assertEquals(1, checkpoints.best().orElseThrow().step(), "the earlier of equals");
        }
        Files.writeString(folder.resolve("notes.txt"), "stay");
        try (Checkpointer checkpoints = open(CheckpointOptions.defaults().keepLast(1).keepLargest(1, "loss"))) { // another run knows the metrics
            checkpoints.save(Checkpoint.at(8));
            assertEquals(List.of("notes.txt", "step-6.pth", "step-8.pth"), names());
            assertEquals(6, checkpoints.best().orElseThrow().step());
        }
        try (Checkpointer checkpoints = open()) {
            assertThrows(IllegalStateException.class, checkpoints::best);
        }
    }

    @Test
    void theLastIsTheOneSavedLast() throws IOException {
        try (Checkpointer checkpoints = open()) {
            checkpoints.save(Checkpoint.at(100));
            checkpoints.save(Checkpoint.at(9));
            assertEquals(9, checkpoints.restoreLatest().orElseThrow().step());
        }
        assertEquals(9, Checkpointer.latest(folder).orElseThrow().step());
    }

    @Test
    void damagedFilesArePassedOver() throws IOException {
        try (Checkpointer checkpoints = open(CheckpointOptions.defaults().keepLast(9))) {
            for (int step = 1; step <= 4; step++) {
                model.step();
                checkpoints.save(Checkpoint.at(step));
            }
        }
        Path cut = folder.resolve("step-4.pth");
        Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(cut), 900));
        Path flipped = folder.resolve("step-3.pth"); // the damage is in the payload: opening the file does not show it
        byte[] bytes = Files.readAllBytes(flipped);
        int at = indexOf(bytes, Files.readAllBytes(folder.resolve("step-2.pth")));
        bytes[at] ^= 1;
        Files.write(flipped, bytes);
        Files.writeString(folder.resolve("step-5.pth"), "");
        TensorIO.save(Map.of("weight", Tensor.zeros(1)), folder.resolve("step-6.pth")); // whole, but no checkpoint
        try (Checkpointer checkpoints = open(CheckpointOptions.defaults().keepLast(2))) {
            assertEquals(2, checkpoints.restoreLatest().orElseThrow().step());
            assertEquals(3, model.first());
            assertEquals(4, warnings.size(), warnings::toString);
            for (int step = 3; step <= 6; step++) {
                String name = "step-" + step + ".pth";
                assertTrue(warnings.stream().anyMatch(w -> w.startsWith("Checkpointer: passed over ") && w.contains(name)), warnings::toString);
            }
            checkpoints.save(Checkpoint.at(7));
        }
        assertTrue(names().containsAll(List.of("step-2.pth", "step-5.pth", "step-7.pth")), "damaged files do not count as last ones");
        assertFalse(names().contains("step-1.pth"));
    }

    /** Where the payload of the model's first weight is: the first place where both differ and both hold floats. */
    private static int indexOf(byte[] one, byte[] other) {
        for (int i = one.length / 64 * 64 - 64; i > 0; i -= 64) { // payloads are aligned
            java.nio.ByteBuffer a = java.nio.ByteBuffer.wrap(one, i, 8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            if (a.getFloat() == 4 && a.getFloat() == 5) {
                return i;
            }
        }
        throw new AssertionError("no payload found in " + one.length + ", " + other.length);
    }

    @Test
    void nothingReadableIsNoFreshStart() throws IOException {
        Files.writeString(folder.resolve("step-5.pth"), "damaged");
        try (Checkpointer checkpoints = open()) {
            FileSystemException e = assertThrows(FileSystemException.class, checkpoints::restoreLatest);
            assertTrue(e.getMessage().endsWith("none of its 1 checkpoints can be read, see the warnings; remove them to start afresh"), e.getMessage());
        }
    }

    @Test
    void restoresAllOrNothing() throws IOException {
        try (Checkpointer checkpoints = open()) {
            checkpoints.save(Checkpoint.at(1));
        }
        model.step();
        byte[] rng = Generator.getDefault().getState();
        Map<String, Object> other = new HashMap<>(Map.of("count", 3L, "weight", Tensor.zeros(3)));
        Checkpoint saved = Checkpointer.latest(folder).orElseThrow();
        try (Checkpointer checkpoints = Checkpointer.open(folder).with("model", model::stateDict, model::loadStateDict)
                .with("optimizer", () -> other, state -> {
                    throw new IllegalArgumentException("does not fit");
                })) {
            Tensor.rand(1);
            byte[] before = Generator.getDefault().getState();
            assertFalse(java.util.Arrays.equals(rng, before));
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> checkpoints.restore(saved));
            assertEquals("does not fit", e.getMessage());
            assertEquals(2, model.first(), "the part that was restored first has its state back");
            assertEquals(1, model.count);
            assertArrayEquals(before, Generator.getDefault().getState());
        }
        try (Checkpointer checkpoints = Checkpointer.open(folder).with("model", model::stateDict, model::loadStateDict)
                .with("schedule", model::stateDict, model::loadStateDict).with("own", new Generator())) {
            StateDictException e = assertThrows(StateDictException.class, () -> checkpoints.restore(saved));
            assertEquals(List.of("the checkpoint has no part schedule",
                    "the checkpoint has a part optimizer, the Checkpointer has not; take single parts with Checkpoint.state",
                    "the checkpoint has no generator own"), e.problems());
            assertEquals(2, model.first());
            assertThrows(IllegalArgumentException.class, () -> checkpoints.restore(Checkpoint.at(3)));
        }
    }

    @Test
    void oneWriterPerFolder() throws IOException {
        try (Checkpointer checkpoints = open()) {
            FileSystemException e = assertThrows(FileSystemException.class, this::open);
            assertEquals(folder + ": this process saves checkpoints there; close that Checkpointer, or take another folder", e.getMessage());
            assertThrows(FileSystemException.class, this::open, "the failed attempt did not drop the lock");
            checkpoints.save(Checkpoint.at(1));
            assertEquals(1, Checkpointer.latest(folder).orElseThrow().step(), "reading needs no lock");
        }
        open().close();
    }

    @Test
    void leftOversAreRemoved() throws IOException {
        Files.writeString(folder.resolve(".step-12.pth.1f00.tmp"), "half");
        Files.writeString(folder.resolve(".other.pth.1f00.tmp"), "somebody else's");
        open().close();
        assertEquals(List.of(".other.pth.1f00.tmp"), names());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failedWriteKeepsTheOldFileAndIsTold(boolean async) throws IOException {
        try (Checkpointer checkpoints = open(CheckpointOptions.defaults().async(async))) {
            checkpoints.save(Checkpoint.at(1));
            checkpoints.flush();
            Path inTheWay = Files.createDirectory(folder.resolve("step-2.pth"));
            if (async) {
                checkpoints.save(Checkpoint.at(2));
                model.step();
                IOException e = assertThrows(IOException.class, () -> checkpoints.save(Checkpoint.at(3)));
                assertTrue(e.getMessage().startsWith("Checkpointer: the checkpoint of step 2 was not saved: "), e.getMessage());
                assertEquals(3, checkpoints.restoreLatest().orElseThrow().step(), "the save that told of it was made");
                assertEquals(2, model.first());
                checkpoints.save(Checkpoint.at(2));
                assertThrows(IOException.class, checkpoints::flush);
                checkpoints.flush();
            } else {
                assertThrows(FileSystemException.class, () -> checkpoints.save(Checkpoint.at(2)));
                assertEquals(1, checkpoints.restoreLatest().orElseThrow().step());
            }
            Files.delete(inTheWay);
            checkpoints.save(Checkpoint.at(2));
            assertEquals(2, checkpoints.restoreLatest().orElseThrow().step());
        }
    }

    @Test
    void closingTellsOfTheLastFailure() throws IOException {
        Checkpointer checkpoints = open(CheckpointOptions.defaults().async(true));
        Files.createDirectory(folder.resolve("step-2.pth"));
        checkpoints.save(Checkpoint.at(2));
        assertThrows(IOException.class, checkpoints::close);
        checkpoints.close();
        assertThrows(IllegalStateException.class, () -> checkpoints.save(Checkpoint.at(3)));
        open().close(); // the lock is free
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatCannotBeSavedIsToldAtOnce(boolean async) throws IOException {
        try (Checkpointer checkpoints = open(CheckpointOptions.defaults().async(async))) {
            List<Object> endless = new ArrayList<>();
            endless.add(endless);
            assertThrows(IllegalArgumentException.class, () -> checkpoints.save(Checkpoint.at(1).value("thread", Thread.currentThread())));
            assertThrows(IllegalArgumentException.class, () -> checkpoints.save(Checkpoint.at(1).value("endless", endless)));
            assertEquals(List.of(), names());
        }
    }

    @Test
    void namesAndNumbersAreChecked() throws IOException {
        try (Checkpointer checkpoints = open()) {
            assertThrows(IllegalArgumentException.class, () -> checkpoints.with("model", model::stateDict, model::loadStateDict));
            assertThrows(IllegalArgumentException.class, () -> checkpoints.with("rng", model::stateDict, model::loadStateDict));
            assertThrows(IllegalArgumentException.class, () -> checkpoints.with("default", new Generator()));
        }
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.at(-1));
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.at(1).epoch(-1));
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.at(1).metric("loss"));
        assertThrows(IllegalStateException.class, () -> Checkpoint.at(1).state("model"));
        assertNull(Checkpoint.at(1).path());
        assertThrows(IllegalArgumentException.class, () -> CheckpointOptions.defaults().keepLast(0));
        assertThrows(IllegalArgumentException.class, () -> CheckpointOptions.defaults().keepSmallest(0, "loss"));
    }

    @Test
    void aLockedByteOfADeadProcessIsNoLock() throws IOException {
        Files.writeString(folder.resolve(".lock"), "4242"); // as a killed process leaves it
        open().close();
        try (FileChannel lock = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.READ)) {
            assertTrue(lock.size() > 0);
        }
        assertEquals(Long.toString(ProcessHandle.current().pid()), Files.readString(folder.resolve(".lock")));
    }
}
