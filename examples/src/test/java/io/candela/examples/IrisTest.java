package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.candela.io.TensorIO;
import io.candela.nn.Linear;
import io.candela.nn.Sequential;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./candela iris} as its users see it. */
class IrisTest {
    private static final String HEADER = "sepal_length,sepal_width,petal_length,petal_width,species\n";
    private static final String UNLABELLED_HEADER = "sepal_length,sepal_width,petal_length,petal_width\n";

    @TempDir
    private Path folder;
    private Path model;

    @BeforeEach
    void nameModel() {
        model = folder.resolve("iris-model.pth");
    }

    // ---- good runs ----

    @Test
    void learnsSavesAndPredictsTheSame() {
        Cli run = Cli.run("iris", "--save", model);
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        assertEquals("iris: 105 flowers to learn from, 45 to test with; seed 0", run.lines().get(0));
        assertTrue(run.out().contains("\nepoch 100: loss 0.1"), run.out());
        assertTrue(run.out().contains("\nsaved " + model + "; a new model loaded from it predicts the same for all 150 flowers\n"), run.out());
        assertEquals("test accuracy 0.9778 (44/45)", run.lastLine());
        assertTrue(Files.exists(model));
    }

    @Test
    void anotherSeedGivesAnotherRun() {
        Cli first = Cli.run("iris", "--epochs", 1, "--seed", 1, "--save", model);
        Cli again = Cli.run("iris", "--epochs", 1, "--seed", 1, "--save", model);
        Cli other = Cli.run("iris", "--epochs", 1, "--seed", 2, "--save", model);
        assertEquals(epochLines(first), epochLines(again));
        assertFalse(epochLines(first).equals(epochLines(other)), other.out());
    }

    private static List<String> epochLines(Cli run) {
        return run.lines().stream().filter(line -> line.startsWith("epoch ")).toList();
    }

    @Test
    void printsOneJsonObject() throws IOException {
        Cli run = Cli.run("iris", "--json", "--save", model);
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(1, run.lines().size());
        Map<String, Object> json = json(run.out());
        assertEquals(List.of("accuracy", "loss", "epochs", "seconds", "file"), new ArrayList<>(json.keySet()));
        assertEquals(44 / 45.0, json.get("accuracy"));
        assertEquals(100L, json.get("epochs"));
        assertEquals(model.toString(), json.get("file"));
        assertTrue((double) json.get("loss") > 0 && (double) json.get("loss") < 1, run.out());
        assertTrue((double) json.get("seconds") > 0, run.out());
    }

    @Test
    void startsFromSavedWeights() throws IOException {
        Cli.run("iris", "--epochs", 60, "--save", model);
        Path second = folder.resolve("second.pth");
        Cli run = Cli.run("iris", "--json", "--epochs", 0, "--load", model, "--save", second);
        assertEquals(0, run.exitCode(), run.err());
        assertArrayEquals(hiddenWeight(model), hiddenWeight(second));
        run = Cli.run("iris", "--epochs", 60, "--load", model, "--save", second);
        assertEquals(0, run.exitCode(), run.err());
        assertFalse(Arrays.equals(hiddenWeight(model), hiddenWeight(second)));
        assertTrue(run.out().contains("epoch 1: loss 0.3"), run.out()); // random weights start above 1
    }

    @Test
    void resumesWhereItStopped() throws IOException {
        Path whole = folder.resolve("whole.pth");
        Cli.run("iris", "--epochs", 47, "--save", whole);
        Path run = folder.resolve("run");
        assertEquals(0, Cli.run("iris", "--epochs", 8, "--resume", run, "--save", model).exitCode());
        assertEquals(0, Cli.run("iris", "--epochs", 33, "--resume", run, "--save", model).exitCode());
        Files.delete(run.resolve("step-693.pth")); // as if it had been killed before: the last checkpoint is that of step 600, in epoch 29
        Cli last = Cli.run("iris", "--epochs", 47, "--resume", run, "--save", model);
        assertEquals(0, last.exitCode(), last.err());
        assertTrue(last.out().startsWith("iris: 105 flowers to learn from, 45 to test with; seed 0\nresumed in epoch 29, after 12 of its steps\n"), last.out());
        assertTrue(last.out().contains("\ntrained 19 epochs in "), last.out());
        assertEquals("resumed after epoch 47", Cli.run("iris", "--epochs", 47, "--resume", run, "--save", model).lines().get(1));
        TensorIO.load(whole).stateDict().forEach((name, tensor) -> assertTrue(((Tensor) tensor).equal(state(model, name)), name));

        byte[] before = Files.readAllBytes(run.resolve("step-987.pth"));
        assertRefused(run + ": its training has 47 epochs, more than --epochs 46", "--epochs", 46, "--resume", run);
        assertRefused(run + ": its training has --seed 0, not 1", "--seed", 1, "--resume", run);
        assertRefused(run + ": its training has --lr 0.001, not 0.1", "--lr", 0.1, "--resume", run);
        assertRefused("--resume and --load both say where to start from, give one of them; see candela iris --help", "--load", model, "--resume", run);
        Path flowers = write("other.csv", HEADER + "5.1,3.5,1.4,0.2,setosa\n6.1,3.5,1.4,0.2,virginica\n");
        assertRefused(run + ": its training has other data", "--data", flowers, "--resume", run);
        assertArrayEquals(before, Files.readAllBytes(run.resolve("step-987.pth")));
    }

    private static Tensor state(Path file, String name) {
        try {
            return (Tensor) TensorIO.load(file).stateDict().get(name);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static float[] hiddenWeight(Path file) throws IOException {
        return ((Tensor) TensorIO.load(file).stateDict().get("hidden.weight")).toFloatArray();
    }

    @Test
    void predictsWithSavedWeights() throws IOException {
        Path flowers = write("flowers.csv", UNLABELLED_HEADER + "5.1,3.5,1.4,0.2\n\n6.0,2.9,4.5,1.5\n7.7,3.8,6.7,2.2");
        Cli trained = Cli.run("iris", "--save", model, "--predict", flowers);
        assertEquals(0, trained.exitCode(), trained.err());
        assertEquals("test accuracy 0.9778 (44/45)", trained.lastLine());
        Cli loaded = Cli.run("iris", "--load", model, "--predict", flowers);
        assertEquals(0, loaded.exitCode(), loaded.err());
        int count = trained.lines().size();
        assertEquals(trained.lines().subList(count - 4, count - 1), loaded.lines());
        assertEquals(List.of("setosa", "versicolor", "virginica"), loaded.lines().stream().map(line -> line.split(" ")[0]).toList());
        for (String line : loaded.lines()) {
            assertTrue(line.matches("[a-z]+ (0\\.[0-9]{4}|1\\.0000)"), line);
        }
        Cli asJson = Cli.run("iris", "--load", model, "--predict", flowers, "--json");
        assertTrue(asJson.out().startsWith("{\"file\":"), asJson.out());
        assertTrue(asJson.out().contains("\"predictions\":[{\"species\":\"setosa\",\"probability\":"), asJson.out());
    }

    @Test
    void learnsFromAFile() throws IOException {
        StringBuilder csv = new StringBuilder("\uFEFF" + HEADER);
        for (int i = 0; i < 10; i++) {
            csv.append("5.1, 3.5, 1.4, 0.2, setosa\r\n\"6.0\",2.9,45e-1,+1.5,virginica\n");
        }
        Cli run = Cli.run("iris", "--epochs", 30, "--lr", 0.05, "--batch-size", 4, "--data", write("two.csv", csv.toString()), "--save", model);
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("iris: 14 flowers to learn from, 6 to test with; seed 0", run.lines().get(0));
        assertEquals("test accuracy 1.0000 (6/6)", run.lastLine());
    }

    // ---- bad data ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "5.1,3.5,,0.2,setosa            | line 3, column petal_length: \"\" is not a number; the cell is empty",
        "5.1,3.5,1.4,0.2,               | line 3, column species: \"\" is not one of setosa, versicolor, virginica",
        "5.1,abc,1.4,0.2,setosa         | line 3, column sepal_width: \"abc\" is not a number",
        "5.1,3.5,1.4,NaN,setosa         | line 3, column petal_width: \"NaN\" is not a number",
        "1e99,3.5,1.4,0.2,setosa        | line 3, column sepal_length: \"1e99\" is not a number",
        "5.1,3.5,1.4f,0.2,setosa        | line 3, column petal_length: \"1.4f\" is not a number",
        "5.1,3.5,1.4,0.2,rosa           | line 3, column species: \"rosa\" is not one of setosa, versicolor, virginica",
        "5.1,3.5,1.4,0.2                | line 3, column species: the cell is missing; the line has 4 of 5 cells: \"5.1,3.5,1.4,0.2\"",
        "5.1,3.5                        | line 3, column petal_length: the cell is missing; the line has 2 of 5 cells: \"5.1,3.5\"",
        "5.1,3.5,1.4,0.2,setosa,again   | line 3, column 6: \"again\" is too much; a line has 5 cells"})
    void refusesBadRows(String row, String problem) throws IOException {
        String good = "5.1,3.5,1.4,0.2,setosa\n";
        Path file = write("bad.csv", HEADER + good + row + "\n" + good);
        assertRefused(file + ", " + problem, "--data", file, "--save", model);
        write("bad.csv", HEADER + good + row); // the last line, and it does not end
        assertRefused(file + ", " + problem, "--data", file, "--save", model);
        assertFalse(Files.exists(model), "nothing may have been trained");
    }

    @Test
    void refusesBadFiles() throws IOException {
        Path file = write("bad.csv", "");
        String header = HEADER.strip();
        assertRefused(file + ", line 1, column 1: there are no rows; expected the header " + header + " and a line per row", "--data", file);
        write("bad.csv", HEADER);
        assertRefused(file + ", line 1, column 1: there are no rows; expected the header " + header + " and a line per row", "--data", file);
        write("bad.csv", "5.1,3.5,1.4,0.2,setosa\n");
        assertRefused(file + ", line 1, column 1: \"5.1\" is not the header sepal_length; the file must start with " + header, "--data", file);
        write("bad.csv", HEADER + "5.1,3.5,1.4,0.2,setosa\n");
        assertRefused(file + ": 1 flower is too few to split; 2 are needed at least", "--data", file);
        Files.write(file, "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(file + ": not a text file in UTF-8", "--data", file);
        write("bad.csv", HEADER + "5.1,\"3.5,1.4,0.2,setosa\n");
        assertRefusedBeginning(file + ", line 2, ", "--data", file);
        assertRefused(folder.resolve("none.csv") + ": no such file", "--data", folder.resolve("none.csv"));
        assertRefusedBeginning(folder + ": ", "--data", folder);
    }

    @Test
    void refusesBadRowsToPredict() throws IOException {
        Cli.run("iris", "--epochs", 1, "--save", model);
        Path file = write("flowers.csv", UNLABELLED_HEADER + "5.1,3.5,x,0.2\n");
        assertRefused(file + ", line 2, column petal_length: \"x\" is not a number", "--load", model, "--predict", file);
        write("flowers.csv", HEADER + "5.1,3.5,1.4,0.2,setosa\n");
        assertRefused(file + ", line 1, column 5: \"species\" is too much; a line has 4 cells", "--load", model, "--predict", file);
    }

    // ---- bad weights ----

    @Test
    void refusesDamagedWeightsAndKeepsTheModel() throws IOException {
        Cli.run("iris", "--epochs", 1, "--save", model);
        byte[] good = Files.readAllBytes(model);
        Path damaged = folder.resolve("damaged.pth");
        for (int length : new int[] {0, 10, good.length / 2, good.length - 1}) {
            Files.write(damaged, Arrays.copyOf(good, length));
            Cli run = Cli.run("iris", "--load", damaged, "--save", model);
            assertEquals(2, run.exitCode());
            assertTrue(run.err().matches("candela: damaged\\.pth, byte \\d+: [^\n]+\n"), run.err());
            assertEquals("", run.out());

            Multiclass untouched = new Multiclass();
            StateDict before = untouched.stateDictSnapshot();
            assertThrows(InputException.class, () -> ModelFiles.restore(untouched, damaged));
            untouched.stateDict().forEach((name, tensor) -> assertTrue(((Tensor) tensor).equal((Tensor) before.get(name)), name));
        }
        assertArrayEquals(good, Files.readAllBytes(model));
    }

    @Test
    void refusesWeightsOfSomethingElse() throws IOException {
        Path other = folder.resolve("other.pth");
        TensorIO.save(new Sequential(new Linear(2, 3)).stateDict(), other);
        assertRefusedBeginning(other + ": Multiclass.loadStateDict: ", "--load", other);
        TensorIO.save(Tensor.zeros(3), other);
        assertRefusedBeginning("other.pth: ", "--load", other);
        assertRefused(folder.resolve("none.pth") + ": no such file", "--load", folder.resolve("none.pth"));
    }

    // ---- bad options ----

    @Test
    void refusesBadOptions() {
        assertRefused("--epochs must be 0 or more, got -1; see candela iris --help", "--epochs", -1);
        assertRefused("--batch-size must be 1 or more, got 0; see candela iris --help", "--batch-size", 0);
        assertRefused("--save-every must be 1 or more, got 0; see candela iris --help", "--save-every", 0);
        assertRefused("--lr must be a number above 0, got 0.0; see candela iris --help", "--lr", 0);
        assertRefused("--lr must be a number above 0, got NaN; see candela iris --help", "--lr", "NaN");
        assertRefused("Invalid value for option '--epochs': 'many' is not an int; see candela iris --help", "--epochs", "many");
        assertRefused("Unknown option: '--epoch=1'; see candela iris --help", "--epoch=1");
        assertRefused("--epochs is for training, but --load and --predict together only predict; see candela iris --help",
                "--load", "a", "--predict", "b", "--epochs", 3);
        Path lost = folder.resolve("none").resolve("model.pth");
        assertRefused(lost + ": cannot be saved, there is no folder " + lost.getParent(), "--save", lost);
        assertRefused(folder + ": cannot be saved to, it is a folder", "--save", folder);
    }

    @Test
    void asksForACommand() {
        Cli run = Cli.run();
        assertEquals(2, run.exitCode());
        assertEquals("candela: a command is missing, such as iris; see candela --help\n", run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "iris --help"})
    void helps(String args) {
        Cli run = Cli.run((Object[]) args.split(" "));
        assertEquals(0, run.exitCode());
        assertTrue(run.out().startsWith("Usage: candela"), run.out());
    }

    private static void assertRefused(String message, Object... options) {
        assertEquals("candela: " + message + "\n", refused(options).err());
    }

    private static void assertRefusedBeginning(String message, Object... options) {
        Cli run = refused(options);
        assertTrue(run.err().startsWith("candela: " + message), run.err());
    }

    private static Cli refused(Object... options) {
        List<Object> args = new ArrayList<>(List.of("iris"));
        args.addAll(List.of(options));
        Cli run = Cli.run(args.toArray());
        assertEquals("", run.out());
        assertEquals(2, run.exitCode());
        return run;
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** The fields of a flat JSON object. */
    private static Map<String, Object> json(String text) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            assertEquals(JsonToken.START_OBJECT, parser.nextToken());
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                fields.put(name, switch (parser.nextToken()) {
                    case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
                    case VALUE_NUMBER_INT -> parser.getLongValue();
                    default -> parser.getText();
                });
            }
            assertEquals(null, parser.nextToken(), "something follows the object");
        }
        return fields;
    }
}
