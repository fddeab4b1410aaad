package io.candela.optim.lr;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.optim.Optimizer;
import io.candela.tensor.Counter;
import io.candela.tensor.PythonText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Values over 1000 steps, and the layout of state dicts, against PyTorch; {@code tools/golden/schedulers.py} says how they were made. */
class GoldenSchedulesTest {
    /** {@code cases} by title: lines of values, and of the state dict. */
    private static Map<String, List<String>> cases() throws IOException {
        Map<String, List<String>> cases = new LinkedHashMap<>();
        List<String> current = null;
        try (InputStream in = GoldenSchedulesTest.class.getResourceAsStream("/golden/schedulers.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (line.startsWith("case ")) {
                    current = cases.computeIfAbsent(line.substring(5), title -> new ArrayList<>());
                } else if (!line.startsWith("#")) {
                    current.add(line);
                }
            }
        }
        return cases;
    }

    @TestFactory
    Stream<DynamicTest> valuesAndLayoutArePyTorchs() throws IOException {
        Map<String, List<String>> cases = cases();
        assertEquals(List.copyOf(Schedules.ALL.keySet()), cases.keySet().stream().map(title -> title.substring(title.indexOf(' ') + 1)).toList());
        return cases.entrySet().stream().map(c -> DynamicTest.dynamicTest(c.getKey(), () -> compare(c.getKey(), c.getValue())));
    }

    private static void compare(String title, List<String> lines) {
        Map<Integer, double[]> expected = new LinkedHashMap<>();
        List<String> layout = new ArrayList<>();
        for (String line : lines) {
            if (line.contains(" = ")) {
                layout.add(line);
            } else {
                String[] words = line.split(" ");
                expected.put(Integer.valueOf(words[0]), Stream.of(words).skip(1).mapToDouble(Double::parseDouble).toArray());
            }
        }
        Optimizer optimizer = Schedules.optimizer(title.split(" ")[0]);
        LRScheduler scheduler = Schedules.ALL.get(title.substring(title.indexOf(' ') + 1)).apply(optimizer);
        for (int step = 0; step <= 1000; step++) {
            if (step > 0) {
                Schedules.step(optimizer, scheduler, step);
            }
            if (expected.containsKey(step)) {
                assertClose("step " + step, expected.get(step), Schedules.values(optimizer));
                assertEquals(optimizer.paramGroups().stream().map(g -> g.lr()).toList(), scheduler.getLastLr());
            }
            if (step == 2) {
                List<String> actual = new ArrayList<>();
                leaves("", scheduler.stateDict(), actual);
                assertSame(layout, actual);
            }
        }
    }

    private static void assertClose(String what, double[] expected, List<Double> actual) {
        assertEquals(expected.length, actual.size(), what);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual.get(i), 1e-12 * Math.max(Math.abs(expected[i]), 1e-3), what + ", value " + i);
        }
    }

    /** Numbers may differ in their last digits. */
    private static void assertSame(List<String> expected, List<String> actual) {
        assertEquals(expected.stream().map(GoldenSchedulesTest::rounded).toList(), actual.stream().map(GoldenSchedulesTest::rounded).toList());
    }

    private static String rounded(String line) {
        return line.replaceAll("(\\.\\d{12})\\d+", "$1");
    }

    private static void leaves(String path, Object value, List<String> out) {
        if (value instanceof Counter counter) {
            out.add(path + " = Counter(" + counter.toString().replace("=", ": ") + ")");
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> leaves(path.isEmpty() ? key.toString() : path + "." + key, element, out));
        } else if (value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Map) {
            for (int i = 0; i < list.size(); i++) {
                leaves(path + "." + i, list.get(i), out);
            }
        } else {
            out.add(path + " = " + (value instanceof String ? value : PythonText.of(value)));
        }
    }
}
