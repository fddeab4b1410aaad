package io.candela.optim.lr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.candela.io.TensorIO;
import io.candela.optim.Optimizer;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Scheduler states that {@code torch.save} wrote ({@code tools/golden/schedulers.py}) go on here, and ours are the same, type for type. What this
 * class leaves in {@code target/schedulers.pth} is read by {@code tools/check_schedulers.py} with PyTorch.
 */
class SavedByPyTorchTest {
    private static Map<?, ?> file() throws IOException, URISyntaxException {
        return TensorIO.load(Path.of(SavedByPyTorchTest.class.getResource("/golden/schedulers.pth").toURI())).map();
    }

    private static LRScheduler scheduler(String title, Optimizer optimizer) {
        return Schedules.ALL.get(title.substring(title.indexOf(' ') + 1)).apply(optimizer);
    }

    @TestFactory
    Stream<DynamicTest> aSavedScheduleGoesOn() throws IOException, URISyntaxException {
        return file().entrySet().stream().map(c -> DynamicTest.dynamicTest(c.getKey().toString(), () -> {
            Map<?, ?> saved = (Map<?, ?>) c.getValue();
            String title = c.getKey().toString();
            for (boolean optimizerFirst : new boolean[] {true, false}) {
                Optimizer optimizer = Schedules.optimizer(title.split(" ")[0]);
                if (optimizerFirst) {
                    optimizer.loadStateDict((Map<?, ?>) saved.get("optimizer"));
                }
                LRScheduler scheduler = scheduler(title, optimizer);
                scheduler.loadStateDict((Map<?, ?>) saved.get("scheduler"));
                if (!optimizerFirst) {
                    optimizer.loadStateDict((Map<?, ?>) saved.get("optimizer"));
                }
                assertEquals(scheduler.getLastLr(), optimizer.paramGroups().stream().map(g -> g.lr()).toList());
                goesOn(saved, optimizer, scheduler);
            }
        }));
    }

    private static void goesOn(Map<?, ?> saved, Optimizer optimizer, LRScheduler scheduler) {
        int step = 33;
        for (Object expected : (List<?>) saved.get("then")) {
            Schedules.step(optimizer, scheduler, ++step);
            same("step " + step, expected, Schedules.values(optimizer));
        }
    }

    @Test
    void ourStatesAreTheSame() throws IOException, URISyntaxException {
        Map<String, Object> ours = new LinkedHashMap<>();
        for (Map.Entry<?, ?> c : file().entrySet()) {
            String title = c.getKey().toString();
            Optimizer optimizer = Schedules.optimizer(title.split(" ")[0]);
            LRScheduler scheduler = scheduler(title, optimizer);
            for (int step = 1; step <= 33; step++) {
                Schedules.step(optimizer, scheduler, step);
            }
            ours.put(title, Map.of("scheduler", scheduler.stateDict(), "optimizer", optimizer.stateDict(), "then",
                    ((Map<?, ?>) c.getValue()).get("then")));
        }
        Path path = Files.createDirectories(Path.of("target")).resolve("schedulers.pth");
        TensorIO.save(ours, path);
        Map<?, ?> reread = TensorIO.load(path).map();
        file().forEach((title, saved) -> same(title.toString(), saved, reread.get(title)));
    }

    /** Equal in keys, their order, and types; numbers to 12 digits. */
    private static void same(String path, Object expected, Object actual) {
        if (expected instanceof Map<?, ?> map) {
            Map<?, ?> other = assertInstanceOf(Map.class, actual, path);
            if (map.containsKey("base_lrs")) {
                assertEquals(List.copyOf(map.keySet()), List.copyOf(other.keySet()), path);
            }
            assertEquals(map.keySet(), other.keySet(), path);
            map.forEach((key, value) -> same(path + "." + key, value, other.get(key)));
        } else if (expected instanceof List<?> list) {
            List<?> other = assertInstanceOf(List.class, actual, path);
            assertEquals(list.size(), other.size(), path);
            for (int i = 0; i < list.size(); i++) {
                same(path + "." + i, list.get(i), other.get(i));
            }
        } else if (expected instanceof Double number) {
            assertEquals(number, assertInstanceOf(Double.class, actual, path), Math.abs(number) * 1e-12, path);
        } else {
            assertEquals(expected instanceof Tensor t ? t.toString() : expected, actual instanceof Tensor t ? t.toString() : actual, path);
        }
    }
}
