package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code ./candela iris --resume} and {@code digits --resume} in processes of their own that are killed, in turn with SIGTERM and SIGKILL, each time after new
 * checkpoints: in the end the weights and the accuracy are those of a run that nothing disturbed.
 */
class KilledRunTest {
    private static final int KILLS = 4;
    private static final int MOST_STARTS = 40;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"iris, 300, 13, 21", "digits, 4, 3, 23"})
    void endsAsIfItHadNotBeenKilled(String command, int epochs, int every, int stepsPerEpoch) throws IOException, InterruptedException {
        Path whole = folder.resolve("model.pth");
        Path output = folder.resolve("output");
        assertEquals(0, start(output, command, "--epochs", epochs, "--save", whole).waitFor(), () -> text(output));
        String lastLine = lastLine(output);
        assertTrue(lastLine.startsWith("test accuracy 0.9"), lastLine);
        byte[] expected = Files.readAllBytes(whole);
        Files.delete(whole);

        Path run = folder.resolve("run");
        List<String> resumed = new ArrayList<>();
        int kills = 0;
        for (int start = 0; ; start++) {
            assertTrue(start < MOST_STARTS, "it never ended");
            Process child = start(output, command, "--epochs", epochs, "--resume", run, "--save-every", every, "--save", whole);
            try {
                if (kills < KILLS && killedWithinAnEpoch(child, run, stepsPerEpoch, kills % 2 == 0)) {
                    kills++;
                } else {
                    assertEquals(0, child.waitFor(), () -> text(output));
                    assertEquals(lastLine, lastLine(output));
                    break;
                }
            } finally {
                child.destroyForcibly().waitFor();
            }
            resumed.addAll(lines(output, "resumed "));
        }
        resumed.addAll(lines(output, "resumed "));
        assertTrue(kills > 0, "it was always faster");
        assertEquals(kills, resumed.size(), resumed.toString());
        assertTrue(resumed.stream().anyMatch(line -> line.startsWith("resumed in epoch ")), resumed.toString());
        assertArrayEquals(expected, Files.readAllBytes(whole));
    }

    private static String text(Path output) {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String lastLine(Path output) {
        String[] lines = text(output).split("\n");
        return lines[lines.length - 1];
    }

    private static List<String> lines(Path output, String start) throws IOException {
        try (Stream<String> lines = Files.lines(output)) {
            return lines.filter(line -> line.startsWith(start)).toList();
        }
    }

    /** @return whether the process was killed before it ended by itself */
    private static boolean killedWithinAnEpoch(Process child, Path run, int stepsPerEpoch, boolean politely) throws IOException, InterruptedException {
        long before = latest(run);
        while (!child.waitFor(1, TimeUnit.MILLISECONDS)) {
            long now = latest(run);
            if (now > before && now % stepsPerEpoch != 0) {
                if (politely) {
                    child.destroy();
                } else {
                    child.destroyForcibly();
                }
                return child.waitFor() != 0;
            }
        }
        return false;
    }

    /** The step of the last checkpoint; 0 if there is none. */
    private static long latest(Path run) throws IOException {
        if (!Files.exists(run)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(run)) {
            return files.map(path -> path.getFileName().toString()).filter(name -> name.matches("step-\\d+\\.pth"))
                    .mapToLong(name -> Long.parseLong(name.substring("step-".length(), name.length() - ".pth".length()))).max().orElse(0);
        }
    }

    private static Process start(Path output, Object... args) throws IOException {
        List<String> command = Java.command(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), System.getProperty("java.class.path"),
                Main.class.getName());
        Stream.of(args).map(Object::toString).forEach(command::add);
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }
}
