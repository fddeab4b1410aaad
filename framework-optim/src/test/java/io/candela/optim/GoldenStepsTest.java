package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import io.candela.testing.EachBackend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Compares 200 steps with PyTorch's, with every option; {@code tools/golden/optim.py} says how the numbers were made. */
class GoldenStepsTest {
    /** Tensors that fill less than a block of the kernels, one exactly, more, and enough for several threads. */
    private static final int[] SIZES = {1, 7, 1023, 1024, 1025, 40_000};

    private record Case(String name, String optimizer, DType dtype, Map<String, String> options, Map<String, double[]> expected) {
        Optimizer optimizer(Tensor param) {
            Map<String, String> given = new LinkedHashMap<>(options);
            given.remove("later_lr");
            given.remove("shape");
            ParamGroup group = ParamGroup.of(param);
            given.forEach((option, text) -> group.set(option, value(text)));
            return Kinds.ALL.get(optimizer).apply(List.of(group));
        }

        int[] shape() {
            return Stream.of(options.getOrDefault("shape", "" + Sequence.PERIOD).split(",")).mapToInt(Integer::parseInt).toArray();
        }

        private static Object value(String text) {
            if (text.equals("True")) {
                return true;
            }
            String[] parts = text.split(",");
            return parts.length == 1 ? (Object) Double.valueOf(text) : List.of(Double.valueOf(parts[0]), Double.valueOf(parts[1]));
        }
    }

    private static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (String line : lines("steps.txt")) {
            String[] words = line.split(" ");
            if (line.startsWith("case ")) {
                Map<String, String> options = new LinkedHashMap<>();
                for (int i = 3; i < words.length; i++) {
                    options.put(words[i].split("=")[0], words[i].split("=")[1]);
                }
                cases.add(new Case(line.substring(5), words[1], DType.valueOf(words[2].toUpperCase()), options, new LinkedHashMap<>()));
            } else {
                cases.get(cases.size() - 1).expected.put(words[0], Stream.of(words).skip(1).mapToDouble(Double::parseDouble).toArray());
            }
        }
        return cases;
    }

    static List<String> lines(String file) throws IOException {
        try (InputStream in = GoldenStepsTest.class.getResourceAsStream("/golden/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyOption() throws IOException {
        return EachBackend.rows(cases(), c -> c.name, (c, device) -> compare(c, device, c.shape()));
    }

    @TestFactory
    Stream<DynamicTest> everySize() throws IOException {
        record Row(Case c, int size) {}
        List<Row> rows = cases().stream().filter(c -> !c.options.containsKey("shape") && (c.options.containsKey("weight_decay") && c.options.size() > 2
                || c.optimizer.equals("Rprop"))).flatMap(c -> Arrays.stream(SIZES).mapToObj(size -> new Row(c, size))).toList();
        return EachBackend.rows(rows, r -> r.size + " " + r.c.name, (r, device) -> compare(r.c, device, r.size));
    }

    private static void compare(Case c, Device device, int... shape) {
        Tensor param = Sequence.start(device, c.dtype, shape);
        Optimizer optimizer = c.optimizer(param);
        int steps = c.dtype.isHalf() ? 10 : 200;
        for (int step = 1; step <= steps; step++) {
            if (step == 101 && c.options.containsKey("later_lr")) {
                optimizer.setLr(Double.parseDouble(c.options.get("later_lr")));
            }
            Sequence.run(optimizer, step, step, param);
            double[] expected = c.expected.get(String.valueOf(step));
            if (expected != null) {
                assertClose("step " + step, expected, param);
            }
        }
        Map<?, ?> state = (Map<?, ?>) ((Map<?, ?>) optimizer.stateDict().get("state")).get(0L);
        c.expected.forEach((name, expected) -> {
            if (!Character.isDigit(name.charAt(0))) {
                assertClose(name, expected, (Tensor) state.get(name));
            }
        });
        assertEquals(c.expected.keySet().stream().filter(name -> !Character.isDigit(name.charAt(0))).toList(),
                state == null ? List.of() : List.copyOf(state.keySet()));
    }

    private static void assertClose(String what, double[] expected, Tensor actual) {
        double[] values = actual.toDoubleArray();
        // PyTorch rounds half types after each operation, we round parameter and state once per step; a buffer of quotients grows by such differences.
        double rounding = what.equals("momentum_buffer") ? 8 : 3;
        double tolerance = actual.dtype() == DType.FLOAT64 ? 1e-12 : actual.dtype().isHalf() ? rounding * actual.dtype().finfo().eps() : 1e-6;
        for (int i = 0; i < values.length; i++) {
            double e = expected[i % expected.length];
            assertEquals(e, values[i], tolerance * Math.max(1, Math.abs(e)), what + ", element " + i);
        }
    }
}
