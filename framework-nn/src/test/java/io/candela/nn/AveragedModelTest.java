package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Against PyTorch's averages; {@code tools/golden/averaged.py} has the same model and values. */
class AveragedModelTest {
    private static Sequential newModel() {
        return new Sequential(new Linear(3, 2), new BatchNorm1d(2));
    }

    private static Tensor formula(int k, int step, int... shape) {
        int count = IntStream.of(shape).reduce(1, (a, b) -> a * b);
        return Tensor.of(IntStream.range(0, count).mapToDouble(i -> ((i * 7 + k * 3 + step * 5) % 11 - 4) / 4.0).toArray(), shape).to(DType.FLOAT32);
    }

    private static void fill(Module model, int step) {
        List<Tensor> tensors = new ArrayList<>(model.parameters());
        tensors.addAll(model.buffers());
        Autograd.noGrad(() -> {
            for (int k = 0; k < tensors.size(); k++) {
                Tensor t = tensors.get(k);
                t.copyFrom(t.dtype().isFloating() ? formula(k, step, t.shape().toArray()) : Tensor.scalar(step * 3L));
            }
        });
    }

    private static final Map<String, Function<Sequential, AveragedModel<Sequential>>> CASES = new LinkedHashMap<>();

    static {
        CASES.put("mean", AveragedModel::new);
        CASES.put("mean buffers", m -> new AveragedModel<>(m, AverageFunction.mean(), true));
        CASES.put("ema", m -> new AveragedModel<>(m, AverageFunction.ema(0.9), false));
        CASES.put("ema buffers", m -> new AveragedModel<>(m, AverageFunction.ema(0.75), true));
    }

    @TestFactory
    Stream<DynamicTest> averagesArePyTorchs() throws IOException {
        Map<String, Deque<String>> expected = new LinkedHashMap<>();
        Deque<String> current = null;
        try (InputStream in = AveragedModelTest.class.getResourceAsStream("/golden/averaged.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (line.startsWith("case ")) {
                    current = expected.computeIfAbsent(line.substring(5), title -> new ArrayDeque<>());
                } else if (!line.startsWith("#")) {
                    current.add(line);
                }
            }
        }
        assertEquals(CASES.keySet(), expected.keySet());
        return CASES.keySet().stream().map(title -> DynamicTest.dynamicTest(title, () -> {
            Sequential model = newModel();
            AveragedModel<Sequential> averaged = CASES.get(title).apply(model);
            Deque<String> lines = expected.get(title);
            for (int step = 0; step < 4; step++) {
                fill(model, step);
                averaged.updateParameters(model);
                compare(lines, averaged.stateDict());
            }
            averaged.module().eval();
            AveragedModel.updateBn(List.of(formula(9, 0, 4, 3), formula(9, 1, 4, 3), formula(9, 2, 4, 3)), averaged.module());
            compare(lines, averaged.stateDict());
            assertFalse(averaged.module().isTraining());
        }));
    }

    private static void compare(Deque<String> lines, StateDict state) {
        state.forEach((key, value) -> {
            String[] words = lines.remove().split(" ");
            assertEquals(words[0], key);
            assertArrayEquals(Stream.of(words).skip(1).mapToDouble(Double::parseDouble).toArray(), ((Tensor) value).toDoubleArray(), 1e-6, key);
        });
    }

    @Test
    void theModelIsCopiedAndStaysAsItIs() {
        Sequential model = newModel();
        AveragedModel<Sequential> averaged = new AveragedModel<>(model);
        assertNotSame(model.parameters().get(0).storage(), averaged.parameters().get(0).storage());
        averaged.updateParameters(model);
        fill(model, 1);
        averaged.updateParameters(model);
        assertEquals(2, averaged.countAveraged());
        assertArrayEquals(formula(0, 1, 6).toDoubleArray(), model.parameters().get(0).toDoubleArray());
        AveragedModel<Sequential> loaded = new AveragedModel<>(newModel());
        loaded.loadStateDict(averaged.stateDict());
        assertEquals(2, loaded.countAveraged());
    }

    @Test
    void anotherModelIsRefused() {
        AveragedModel<Sequential> averaged = new AveragedModel<>(newModel());
        String before = averaged.stateDict().toString();
        assertEquals("AveragedModel.updateParameters: tensor 2 is (2) in the copy, missing in the model; was it made of another model?",
                assertThrows(IllegalArgumentException.class, () -> averaged.updateParameters(new Sequential(new Linear(3, 2)))).getMessage());
        assertEquals(before, averaged.stateDict().toString());
        assertThrows(IllegalArgumentException.class, () -> AverageFunction.ema(1.5));
    }

    /** A momentum of the model's own is back after the statistics were gathered, and a model without batch normalization is not run. */
    @Test
    void updateBnRestoresTheMomentum() {
        BatchNorm1d norm = new BatchNorm1d(2);
        AveragedModel.updateBn(List.of(formula(1, 0, 4, 2), formula(2, 0, 4, 2)), norm);
        assertEquals(2, norm.numBatchesTracked().item());
        double[] mean = norm.runningMean().toDoubleArray();
        norm.forward(Tensor.zeros(4, 2));
        assertArrayEquals(new double[] {mean[0] * 0.9, mean[1] * 0.9}, norm.runningMean().toDoubleArray(), 1e-6);
        AveragedModel.updateBn(() -> {
            throw new AssertionError("not run");
        }, new Linear(2, 2));
    }
}
