package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.io.TensorIO;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import io.candela.testing.EachBackend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Optimizer states that {@code torch.save} wrote ({@code tools/golden/schedulers.py}) are continued here. What this class leaves in
 * {@code target/optimizers.pth} is continued with PyTorch by {@code tools/check_optim.py}.
 */
class SavedByPyTorchTest {
    private static Map<?, ?> file() throws IOException {
        Path file = Files.createTempFile("optimizers", ".pth"); // where the tests lie in a jar, the resource is no file
        try (InputStream in = SavedByPyTorchTest.class.getResourceAsStream("/golden/optimizers.pth")) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return TensorIO.load(file).map();
        } finally {
            Files.delete(file);
        }
    }

    private static Tensor[] params(Object list, Device device) {
        return ((List<?>) list).stream().map(p -> ((Tensor) p).detach().to(device).clone().setRequiresGrad(true)).toArray(Tensor[]::new);
    }

    private static Optimizer optimizer(Object title, Tensor... params) {
        return Kinds.ALL.get(title.toString().split(" ")[0]).apply(List.of(ParamGroup.of(params)));
    }

    @TestFactory
    Stream<DynamicTest> aSavedOptimizerGoesOn() throws IOException {
        return EachBackend.rows(List.copyOf(file().entrySet()), c -> c.getKey().toString(), (c, device) -> {
            Map<?, ?> saved = (Map<?, ?>) c.getValue();
            Tensor[] params = params(saved.get("params"), device);
            Optimizer optimizer = optimizer(c.getKey(), params);
            optimizer.loadStateDict((Map<?, ?>) saved.get("optimizer"));
            Sequence.run(optimizer, 21, 25, params);
            for (int i = 0; i < params.length; i++) {
                double[] expected = ((Tensor) ((List<?>) saved.get("stepped")).get(i)).toDoubleArray();
                double[] actual = params[i].toDoubleArray();
                for (int j = 0; j < expected.length; j++) {
                    assertEquals(expected[j], actual[j], params[i].dtype() == DType.FLOAT64 ? 1e-12 : 1e-6, "parameter " + i);
                }
            }
        });
    }

    @Test
    void oursAreKeptForPyTorch() throws IOException {
        Map<String, Object> ours = new LinkedHashMap<>();
        for (Map.Entry<?, ?> c : file().entrySet()) {
            Tensor[] params = params(((Map<?, ?>) c.getValue()).get("params"), Device.CPU);
            Optimizer optimizer = optimizer(c.getKey(), params);
            Sequence.run(optimizer, 1, 20, params);
            Map<String, Object> kept = new LinkedHashMap<>(Map.of("kind", c.getKey().toString().split(" ")[0], "params",
                    Stream.of(params).map(p -> p.detach().clone()).toList()));
            kept.put("optimizer", Nest.copy(optimizer.stateDict()));
            for (Tensor p : params) {
                p.setGrad(p.onesLike());
            }
            optimizer.step();
            kept.put("stepped", Stream.of(params).map(Tensor::detach).toList());
            ours.put(c.getKey().toString(), kept);
        }
        Path path = Files.createDirectories(Path.of("target")).resolve("optimizers.pth");
        TensorIO.save(ours, path);
        assertEquals(ours.keySet(), TensorIO.load(path).map().keySet());
    }
}
