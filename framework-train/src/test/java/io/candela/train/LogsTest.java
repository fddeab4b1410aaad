package io.candela.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the logs write. {@code tools/golden/events.py} made the event file with TensorBoard's own writer. */
class LogsTest {
    private static final double TIME = 1700000000.25;

    @TempDir
    private Path folder;

    private static EpochFigures figures(long epoch, long step, Object... namesAndValues) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], (Double) namesAndValues[i + 1]);
        }
        return new EpochFigures(epoch, step, values);
    }

    @Test
    void eventsAreThoseOfTensorBoard() throws IOException {
        Path run = folder.resolve("a/run");
        try (TensorBoardLog log = new TensorBoardLog(run, 100, () -> TIME)) {
            log.step(100, 7); // before the training begins: nowhere to go
            log.begin(0, 1000);
            log.step(299, 1);
            log.step(300, 0.125);
            log.epoch(List.of(figures(1, 7, "loss", 9.0), figures(2, 1L << 40, "loss", Double.NaN, "val_loss", 1e-3)));
        }
        byte[] expected;
        try (InputStream in = LogsTest.class.getResourceAsStream("/golden/events.bin")) {
            expected = in.readAllBytes();
        }
        try (Stream<Path> files = Files.list(run)) {
            Path file = files.findFirst().orElseThrow();
            assertEquals("events.out.tfevents.1700000000.candela." + ProcessHandle.current().pid() + ".0", file.getFileName().toString());
            assertArrayEquals(expected, Files.readAllBytes(file));
        }
        try (TensorBoardLog again = new TensorBoardLog(run, 100, () -> TIME)) {
            again.begin(3, 1000);
        }
        try (Stream<Path> files = Files.list(run)) {
            assertEquals(2, files.count(), "a file for each start");
        }
        assertThrows(IllegalArgumentException.class, () -> new TensorBoardLog(run, 0));
    }

    @Test
    void csvHasEachEpochOnce() throws IOException {
        Path file = folder.resolve("run.csv");
        try (CsvLog log = new CsvLog(file)) {
            log.epoch(List.of(figures(1, 10, "loss", 0.5)));
            log.epoch(List.of(figures(1, 10, "loss", 0.5), figures(2, 20, "loss", 0.25, "a,\"b\"", 1e-9)));
            assertEquals("epoch,step,loss,\"a,\"\"b\"\"\"\n1,10,0.5,\n2,20,0.25,1.0E-9\n", Files.readString(file));
        }
        try (CsvLog resumed = new CsvLog(file)) { // the second epoch once more
            resumed.epoch(List.of(figures(1, 10, "loss", 0.5), figures(2, 20, "loss", 0.125)));
        }
        assertEquals("epoch,step,loss\n1,10,0.5\n2,20,0.125\n", Files.readString(file));
    }

    @Test
    void barShowsStepsAndFigures() {
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        try (ProgressLog log = new ProgressLog(new PrintStream(terminal, true, StandardCharsets.UTF_8))) {
            log.begin(5, 20);
            log.step(6, 1);
            log.epoch(List.of(figures(1, 20, "loss", 0.5, "accuracy", 1.0)));
            log.step(20, 1);
        }
        String shown = terminal.toString(StandardCharsets.UTF_8);
        String last = shown.substring(shown.lastIndexOf("steps"));
        assertEquals(true, last.contains("20/20") && last.contains(" loss 0.5000, accuracy 1.000"), shown);
    }
}
