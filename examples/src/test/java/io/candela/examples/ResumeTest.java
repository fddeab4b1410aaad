package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.candela.backend.cpu.CpuBackend;
import io.candela.io.Checkpointer;
import io.candela.io.TensorIO;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A training that stops anywhere goes on exactly as if it had not: with dropout, batch normalization, a shuffling loader with workers, Adam and
 * a schedule, its last checkpoint has the bytes of that of a run without a stop. Those bytes are parameters, moments, averages, the loader's place,
 * the generator's state and the losses of all steps.
 *
 * <p>{@code -Dcandela.kills=500} kills more often than a build can wait for. The last such run (OpenJDK 17, Linux, ext4) killed 500 processes that
 * overwrote a file of 32 MiB and 500 that overwrote a set of four: what was loaded afterwards was whole every time.
 */
class ResumeTest {
    private static final int KILLS = Integer.getInteger("candela.kills", 50);
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(25); // unless kills are asked for
    private static final String LAST = "step-" + ResumeRun.STEPS + ".pth";

    private final int threads = CpuBackend.threads();
    private final Random random = new Random(1);

    @TempDir
    private Path folder;

    @AfterEach
    void restoreThreads() {
        CpuBackend.setThreads(threads);
    }

    private byte[] uninterrupted(int withThreads) throws IOException {
        CpuBackend.setThreads(withThreads);
        Path run = folder.resolve("whole-" + withThreads);
        ResumeRun.train(run, false, ResumeRun.STEPS, () -> { });
        return Files.readAllBytes(run.resolve(LAST));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void stopsAnywhere(int withThreads) throws IOException {
        byte[] expected = uninterrupted(withThreads);
        int epoch = ResumeRun.STEPS_PER_EPOCH;
        // within an epoch, twice within the next, at its end, one before an end, between two saves, after the end of the last
        int[] stops = {3, epoch + 1, epoch + 4, 2 * epoch, 3 * epoch - 1, 4 * epoch + 1, 301, ResumeRun.STEPS, ResumeRun.STEPS};
        for (boolean async : new boolean[] {false, true}) {
            Path run = folder.resolve("stops-" + async);
            for (int stop : stops) {
                ResumeRun.train(run, async, stop, () -> { });
                Tensor.rand(11); // what the program draws in between is forgotten
            }
            assertArrayEquals(expected, Files.readAllBytes(run.resolve(LAST)));
        }
    }

    @Test
    void killedAnywhere() throws IOException, InterruptedException {
        byte[][] expected = {uninterrupted(1), uninterrupted(2)};
        long start = System.nanoTime();
        int kills = 0;
        for (int run = 0; kills < KILLS && inTime(start); run++) {
            Path place = folder.resolve("run-" + run);
            boolean done = false;
            while (!done) {
                done = !trainAndKill(place, 1 + run % 2, run % 4 < 2, kills < KILLS && inTime(start));
                kills += done ? 0 : 1;
            }
            assertArrayEquals(expected[run % 2], Files.readAllBytes(place.resolve(LAST)), "run " + run + " after " + kills + " kills");
            assertEquals(List.of(), leftOvers(place));
        }
        System.out.println("ResumeTest: " + kills + " kills");
        assertTrue(kills > 0, "none was killed in the time there was");
    }

    private static boolean inTime(long start) {
        return System.getProperty("candela.kills") != null || System.nanoTime() - start < MOST_NANOS;
    }

    /** @return whether it was killed before it was done */
    private boolean trainAndKill(Path place, int withThreads, boolean async, boolean kill) throws IOException, InterruptedException {
        Process child = start(List.of(), "train", place, withThreads, async);
        try (BufferedReader lines = child.inputReader()) {
            boolean early = kill && random.nextInt(8) == 0; // while it starts, opens the folder, restores
            if (!early) {
                awaitReady(lines);
            }
            if (kill && !child.waitFor(random.nextInt(early ? 400_000 : 150_000), TimeUnit.MICROSECONDS)) {
                child.destroyForcibly().waitFor();
                return true;
            }
            List<String> rest = lines.lines().toList();
            assertEquals("done", rest.isEmpty() ? "" : rest.get(rest.size() - 1), rest::toString);
            assertTrue(rest.stream().noneMatch(line -> line.contains("Exception") || line.contains("Error")), rest::toString);
            assertEquals(0, child.waitFor());
            return false;
        } finally {
            child.destroyForcibly();
        }
    }

    /** Reads until the program says that it begins; a JVM may have something to warn of before. */
    private static void awaitReady(BufferedReader lines) throws IOException {
        StringBuilder before = new StringBuilder();
        for (String line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
            assertTrue(line != null, () -> "it ended: " + before);
            before.append(line).append('\n');
        }
    }

    private static List<String> leftOvers(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(path -> path.getFileName().toString()).filter(name -> name.endsWith(".tmp")).toList();
        }
    }

    /** A file in PyTorch's format, and a set of four safetensors files with an index. */
    @ParameterizedTest
    @ValueSource(strings = {"numbers.pth", "numbers.safetensors"})
    void killedWhileItOverwrites(String name) throws IOException, InterruptedException {
        int kills = System.getProperty("candela.kills") == null ? 3 : KILLS;
        Set<Double> seen = new HashSet<>();
        for (int i = 0; i < kills; i++) {
            Process child = start(List.of(), "overwrite", folder, name);
            try (BufferedReader lines = child.inputReader()) {
                awaitReady(lines);
                child.waitFor(random.nextInt(200_000), TimeUnit.MICROSECONDS);
            } finally {
                child.destroyForcibly().waitFor();
            }
            try (TensorScope scope = TensorScope.open()) {
                Map<String, Object> saved = TensorIO.load(folder.resolve(name)).stateDict();
                assertEquals(ResumeRun.PARTS, saved.size());
                double value = ((Tensor) saved.get("part0")).get(0).item();
                saved.values().forEach(part -> assertTrue(((Tensor) part).equal(Tensor.full(value, ResumeRun.NUMBERS / ResumeRun.PARTS)),
                        "parts of two files"));
                seen.add(value);
            }
            removeTemporaries();
        }
        System.out.printf("ResumeTest: %d kills while %s was overwritten; the last whole one was the %s%n", kills, name, seen);
    }

    /** What a process that was killed could not remove; each takes as much of the disk as the file. */
    private void removeTemporaries() throws IOException {
        for (String left : leftOvers(folder)) {
            Files.delete(folder.resolve(left));
        }
    }

    @Test
    void anotherProcessHasTheFolderUntilItDies() throws IOException, InterruptedException {
        Process child = start(List.of(), "train", folder, 1, false);
        try (BufferedReader lines = child.inputReader()) {
            awaitReady(lines);
            FileSystemException e = assertThrows(FileSystemException.class, () -> Checkpointer.open(folder));
            assertEquals(folder + ": process " + child.pid() + " saves checkpoints there; close that Checkpointer, or take another folder", e.getMessage());
        } finally {
            child.destroyForcibly().waitFor();
        }
        Checkpointer.open(folder).close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void diskFull(boolean async) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "the limit on the size of files is set by a shell");
        // blocks of 512 or 1024 bytes, as the shell likes; the large file needs 8 MiB
        Process child = start(List.of("/bin/sh", "-c", "ulimit -f 2000; exec \"$@\"", "sh"), "full", folder, async);
        List<String> lines;
        try (BufferedReader reader = child.inputReader()) {
            lines = reader.lines().toList();
        }
        assertEquals(0, child.waitFor(), lines::toString);
        lines = lines.subList(Math.max(0, lines.size() - 2), lines.size()); // what a JVM warns of comes before
        assertTrue(lines.get(0).startsWith(async ? "step 3: Checkpointer: the checkpoint of step 2 was not saved: " : "step 2: "), lines::toString);
        assertTrue(lines.get(0).endsWith("File too large"), lines::toString);
        assertEquals(async ? "restored 3, 3" : "restored 1, 1", lines.get(1));
        assertEquals(4, Checkpointer.latest(folder).orElseThrow().step());
        assertEquals(List.of(), leftOvers(folder));
    }

    private Process start(List<String> before, Object... args) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(Java.command(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto"),
                System.getProperty("java.class.path"), ResumeRun.class.getName()));
        Stream.of(args).map(Object::toString).forEach(command::add);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
