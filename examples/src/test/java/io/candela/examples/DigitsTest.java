package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.candela.io.TensorIO;
import io.candela.nn.Linear;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./candela digits} as its users see it. */
class DigitsTest {
    @TempDir
    private Path folder;
    private Path model;

    @BeforeEach
    void nameModel() {
        model = folder.resolve("digits-model.pth");
    }

    @Test
    void learnsSavesAndPredictsTheSame() throws IOException {
        Cli run = Cli.run("digits", "--epochs", 4, "--save", model);
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        List<String> lines = run.lines();
        assertEquals("digits: 1437 pictures to learn from, 360 to test with; seed 0", lines.get(0));
        assertTrue(run.out().contains("\nsaved " + model + "; a new model loaded from it predicts the same for 360 pictures\n"), run.out());
        assertTrue(run.lastLine().matches("test accuracy 0\\.9[89]\\d\\d \\(35\\d/360\\)"), run.lastLine());
        int table = lines.indexOf("digit (row) taken for (column):");
        assertEquals("   0  1  2  3  4  5  6  7  8  9", lines.get(table + 1));
        int total = 0;
        int right = 0;
        for (int digit = 0; digit < 10; digit++) {
            String[] cells = lines.get(table + 2 + digit).trim().split(" +");
            assertEquals(Integer.toString(digit), cells[0]);
            for (int taken = 0; taken < 10; taken++) {
                int count = cells[taken + 1].equals(".") ? 0 : Integer.parseInt(cells[taken + 1]);
                total += count;
                right += taken == digit ? count : 0;
            }
        }
        assertEquals(360, total);
        assertTrue(run.lastLine().endsWith("(" + right + "/360)"), "the table adds up");

        Cli again = Cli.run("digits", "--epochs", 0, "--load", model, "--save", folder.resolve("again.pth"), "--json");
        assertEquals(0, again.exitCode(), again.err());
        assertEquals(right / 360.0, number(again.out(), "accuracy"), "the same test data, the same weights");
        assertEquals(0, number(again.out(), "epochs"));
        Cli predicted = Cli.run("digits", "--load", model, "--predict", pictures());
        assertEquals(List.of("0", "1", "2", "3"), predicted.lines().stream().map(line -> line.split(" ")[0]).toList());
        assertTrue(predicted.lines().stream().allMatch(line -> line.matches("\\d (0\\.\\d{4}|1\\.0000)")), predicted.out());
        Cli asJson = Cli.run("digits", "--load", model, "--predict", pictures(), "--json");
        assertTrue(asJson.out().contains("\"predictions\":[{\"digit\":\"0\",\"probability\":"), asJson.out());
    }

    /** The first four pictures without their digits, which are 0 to 3. */
    private Path pictures() throws IOException {
        String all = new String(Digits.class.getResourceAsStream("digits.csv").readAllBytes(), StandardCharsets.UTF_8);
        List<String> rows = all.lines().limit(5).map(line -> line.substring(0, line.lastIndexOf(','))).toList();
        return Files.write(folder.resolve("pictures.csv"), rows);
    }

    private static double number(String json, String field) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                if (field.equals(parser.currentName()) && parser.currentToken().isNumeric()) {
                    return parser.getDoubleValue();
                }
            }
        }
        throw new AssertionError(json + " has no number " + field);
    }

    @Test
    void theSeedDecides() throws IOException {
        Object[] options = {"digits", "--epochs", 1, "--json", "--threads", 1, "--save", model, "--seed", 3};
        double loss = number(Cli.run(options).out(), "loss");
        assertEquals(loss, number(Cli.run(options).out(), "loss"));
        options[9] = 4;
        assertFalse(loss == number(Cli.run(options).out(), "loss"));
    }

    // ---- MNIST's files ----

    @Test
    void resumesWhereItStopped() throws IOException {
        Path run = folder.resolve("run");
        Path resumed = folder.resolve("resumed.pth");
        assertEquals(0, Cli.run("digits", "--epochs", 3, "--resume", run, "--save", model).exitCode());
        Files.delete(run.resolve("step-69.pth")); // as if it had been killed in its third epoch
        Cli last = Cli.run("digits", "--epochs", 3, "--resume", run, "--save", resumed);
        assertEquals(0, last.exitCode(), last.err());
        assertTrue(last.out().contains("\nresumed in epoch 3, after 4 of its steps\n"), last.out());
        StateDict expected = TensorIO.load(model).stateDict();
        StateDict actual = TensorIO.load(resumed).stateDict();
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, tensor) -> assertTrue(((Tensor) tensor).equal((Tensor) actual.get(name)), name));
        assertRefused(run + ": its training has --epochs 3, not 4", "--epochs", 4, "--resume", run);
        assertRefused("--resume and --load both say where to start from, give one of them; see candela digits --help", "--load", model, "--resume", run);
    }

    private void writeMnist(String set, int count) throws IOException {
        byte[] pixels = new byte[count * 28 * 28];
        byte[] labels = new byte[count];
        Random random = new Random(count);
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) random.nextInt(10);
            Arrays.fill(pixels, (i * 28 + labels[i]) * 28, (i * 28 + labels[i] + 8) * 28, (byte) 255); // a bar as high as the digit is
        }
        write(set + "-images-idx3-ubyte", 0x803, pixels, count, 28, 28);
        write(set + "-labels-idx1-ubyte", 0x801, labels, count);
    }

    private void write(String name, int magic, byte[] elements, int... sizes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + elements.length).putInt(magic);
        Arrays.stream(sizes).forEach(bytes::putInt);
        Files.write(folder.resolve(name), bytes.put(elements).array());
    }

    @Test
    void learnsFromMnistFiles() throws IOException {
        writeMnist("train", 256);
        writeMnist("t10k", 64);
        Cli run = Cli.run("digits", "--data", folder, "--epochs", 4, "--batch-size", 32, "--save", model);
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("digits: 256 pictures to learn from, 64 to test with; seed 0", run.lines().get(0));
        assertEquals("test accuracy 1.0000 (64/64)", run.lastLine());
    }

    @Test
    void refusesDamagedMnistFiles() throws IOException {
        writeMnist("train", 4);
        assertRefused(folder.resolve("t10k-images-idx3-ubyte") + ": no such file", "--data", folder);
        writeMnist("t10k", 4);
        Path images = folder.resolve("train-images-idx3-ubyte");
        byte[] good = Files.readAllBytes(images);
        Files.write(images, Arrays.copyOf(good, 1000));
        assertRefused("train-images-idx3-ubyte, byte 1000: the file ends here, 2152 bytes of elements [4, 28, 28] are missing", "--data", folder);
        byte[] bad = good.clone();
        bad[1] = 1;
        Files.write(images, bad);
        assertRefused("train-images-idx3-ubyte, byte 0: is no IDX file: it starts with 0, 1, 8, 3, one starts with 0, 0, type, dimensions", "--data", folder);
        bad = good.clone();
        bad[7] = 3;
        Files.write(images, bad);
        assertRefused("train-images-idx3-ubyte, byte 2368: something follows the 2352 bytes of elements [3, 28, 28]", "--data", folder);
        write("train-images-idx3-ubyte", 0x803, new byte[3 * 28 * 28], 3, 28, 28);
        assertRefused("train-labels-idx1-ubyte, byte 4: there are 4 labels, but 3 images in train-images-idx3-ubyte", "--data", folder);
        write("train-images-idx3-ubyte", 0x803, new byte[4 * 28 * 27], 4, 28, 27);
        assertRefused(folder + ": pictures must be square and all of one size of 4 pixels or more, got 28 by 27 and 28 by 28", "--data", folder);
        write("train-images-idx3-ubyte", 0x803, new byte[4 * 28 * 28], 4, 28, 28);
        write("train-labels-idx1-ubyte", 0x801, new byte[] {1, 2, 10, 3}, 4);
        assertRefused(folder + ": label 10 is no digit", "--data", folder);
        assertFalse(Files.exists(model));
    }

    // ---- bad options ----

    @Test
    void refusesBadOptions() throws IOException {
        assertRefused("--epochs must be 0 or more, got -1; see candela digits --help", "--epochs", -1);
        assertRefused("--threads must be 1 or more, got 0; see candela digits --help", "--threads", 0);
        assertRefused("--predict takes pictures of 8 by 8, but a network for --data reads larger ones; see candela digits --help", "--data", folder,
                "--predict", "x.csv");
        assertRefused("--save is for training, but --load and --predict together only predict; see candela digits --help", "--load", "a", "--predict", "b");
        Path csv = Files.writeString(folder.resolve("x.csv"), "p0,p1\n1,2\n");
        Cli run = Cli.run("digits", "--load", model, "--predict", csv);
        assertEquals("candela: " + csv + ", line 1, column p2: the cell is missing; the line has 2 of 64 cells: \"p0,p1\"\n", run.err());
        TensorIO.save(new Linear(2, 3).stateDict(), folder.resolve("other.pth"));
        run = Cli.run("digits", "--load", folder.resolve("other.pth"), "--save", model);
        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("candela: " + folder.resolve("other.pth") + ": DigitsNet.loadStateDict: "), run.err());
    }

    private void assertRefused(String message, Object... options) {
        List<Object> args = new ArrayList<>(List.of("digits", "--save", model));
        args.addAll(List.of(options));
        Cli run = Cli.run(args.toArray());
        assertEquals("candela: " + message + "\n", run.err());
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
    }
}
