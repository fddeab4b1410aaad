package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.export.Models;
import io.candela.io.TensorIO;
import io.candela.io.WriteOptions;
import io.candela.nn.Linear;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.tensor.DType;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./candela inspect}, {@code convert} and {@code diff} as their users see them. */
class ModelFilesTest {
    @TempDir
    private Path folder;

    private Path checkpoint() throws IOException {
        Tensor weight = Tensor.ones(2, 3);
        StateDict model = new StateDict();
        model.put("weight", weight);
        model.put("tied", weight);
        model.put("count", Tensor.scalar(7L));
        Map<String, Object> nest = new LinkedHashMap<>();
        nest.put("model", model);
        nest.put("epoch", 3);
        nest.put("note", null);
        Path path = folder.resolve("checkpoint.pth");
        TensorIO.save(nest, path);
        return path;
    }

    @Test
    void inspectShowsATable() throws IOException {
        Path path = checkpoint();
        Cli run = Cli.run("inspect", path);
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(List.of(path + ": PyTorch, 3 tensors, 32 B",
                "name          shape   type     size",
                "model.weight  (2, 3)  float32  24 B",
                "model.tied    (2, 3)  float32  24 B  shares memory with model.weight",
                "model.count   ()      int64     8 B",
                "epoch = 3",
                "note = null"), run.lines());
    }

    @Test
    void inspectShowsTheStructureOfAWholeModel() throws IOException {
        Path path = folder.resolve("whole.pth");
        Models.save(new Sequential(new Linear(2, 3), new ReLU()), path);
        Cli run = Cli.run("inspect", path);
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(List.of(path + ": PyTorch, 2 tensors, 36 B",
                "name            shape   type     size",
                "state.0.weight  (3, 2)  float32  24 B",
                "state.0.bias    (3,)    float32  12 B",
                "Sequential(",
                "  (0): Linear(in_features=2, out_features=3, bias=True)",
                "  (1): ReLU()",
                ")"), run.lines());
    }

    @Test
    void inspectPrintsJson() throws IOException {
        Path path = folder.resolve("m.safetensors");
        TensorIO.save(Map.of("x", Tensor.ones(2)), path, WriteOptions.defaults().metadata(Map.of("format", "pt")));
        Cli run = Cli.run("inspect", "--json", path);
        assertEquals("{\"file\":\"" + path + "\",\"format\":\"safetensors\",\"bytes\":8,\"tensors\":[{\"name\":\"x\",\"type\":\"float32\",\"shape\":[2],"
                + "\"bytes\":8,\"device\":\"cpu\"}],\"values\":{\"format\":\"pt\"}}\n", run.out());
    }

    @Test
    void convertsThereAndBack() throws IOException {
        Path path = checkpoint();
        Path safe = folder.resolve("m.safetensors");
        Cli run = Cli.run("convert", path, safe);
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("saved " + safe + ": 3 tensors", run.lastLine());
        assertEquals("candela: left out, because .safetensors files hold no such values: note\n", run.err());
        Path archive = folder.resolve("m.npz");
        assertEquals(0, Cli.run("convert", "--compress", safe, archive).exitCode());
        Path back = folder.resolve("back.pt");
        assertEquals(0, Cli.run("convert", archive, back).exitCode());
        StateDict state = TensorIO.load(back).stateDict();
        assertTrue(((Tensor) state.get("model.tied")).equal(Tensor.ones(2, 3)));
        assertEquals("no difference: 3 tensors in both", Cli.run("diff", archive, back).lastLine());
        Path copy = folder.resolve("copy.pt");
        assertEquals(0, Cli.run("convert", path, copy).exitCode());
        assertEquals(3L, TensorIO.load(copy).get("epoch").value(), "a nest stays one");
        assertEquals(0, Cli.run("convert", "--max-shard-size", "25", safe, folder.resolve("set.safetensors")).exitCode());
        assertTrue(Files.exists(folder.resolve("set.safetensors.index.json")));
    }

    @Test
    void convertRefusesInOneSentence() throws IOException {
        Path path = checkpoint();
        assertError("candela: " + path + ": holds 3 tensors, a .npy file holds one; .npz holds them all", "convert", path, folder.resolve("m.npy"));
        assertError("candela: m.bin ends with none of .pt, .pth, .safetensors, .npz, .npy; see candela convert --help", "convert", path, "m.bin");
        assertError("candela: " + folder.resolve("none.pt") + ": no such file", "convert", folder.resolve("none.pt"), folder.resolve("m.npz"));
        assertError("candela: --max-shard-size must be a size such as 500MB or 5GB, got much; see candela convert --help", "convert",
                "--max-shard-size", "much", path, folder.resolve("m.safetensors"));
        assertFalse(Files.exists(folder.resolve("m.npz")));
    }

    @Test
    void diffFindsEveryKindOfDifference() throws IOException {
        Path a = folder.resolve("a.pth");
        Path b = folder.resolve("b.safetensors");
        Map<String, Tensor> first = new LinkedHashMap<>();
        first.put("same", Tensor.of(new float[] {1, Float.NaN, Float.POSITIVE_INFINITY}));
        first.put("shape", Tensor.ones(2, 3));
        first.put("type", Tensor.ones(2));
        first.put("values", Tensor.of(new float[] {1, 2}));
        first.put("gone", Tensor.ones(1));
        Map<String, Tensor> second = new LinkedHashMap<>(first);
        second.put("shape", Tensor.ones(3, 2));
        second.put("type", Tensor.ones(2).to(DType.FLOAT64));
        second.put("values", Tensor.of(new float[] {1, 2.5f}));
        second.remove("gone");
        TensorIO.save(first, a);
        TensorIO.save(second, b);
        Cli run = Cli.run("diff", a, b);
        assertEquals(1, run.exitCode(), run.err());
        assertEquals(List.of("only in " + a + ": gone (1,)", "shape shape: (2, 3), (3, 2)", "type type: float32, float64",
                "values values: max abs difference 0.5", "4 differences: 4 tensors in both"), run.lines());
        assertEquals(0, Cli.run("diff", a, a).exitCode());
        assertEquals(List.of("3 differences: 4 tensors in both"), Cli.run("diff", "--tolerance", "0.5", a, b).lines().subList(3, 4));
    }

    @Test
    void whatCannotBeReadIsAnErrorAndNoDifference() throws IOException {
        Path damaged = Files.writeString(folder.resolve("damaged.pth"), "PK no more");
        assertError("candela: damaged.pth, byte 10: file has no zip end record: it is cut off, or no zip file", "inspect", damaged);
        assertError("candela: " + folder.resolve("x") + ": no such file", "diff", folder.resolve("x"), damaged);
    }

    private static void assertError(String message, Object... args) {
        Cli run = Cli.run(args);
        assertEquals(2, run.exitCode());
        assertEquals(message + "\n", run.err());
        assertEquals("", run.out());
    }
}
