package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.Checkpoint;
import io.candela.io.Checkpointer;
import io.candela.io.Loaded;
import io.candela.io.TensorIO;
import io.candela.nn.BatchNorm1d;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Dropout;
import io.candela.nn.Linear;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.optim.Adam;
import io.candela.optim.lr.StepLR;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training that PyTorch saved goes on here, and one of ours has what PyTorch's has. {@code tools/golden/resume.py} made the files and says what is
 * trained; {@code tools/check_resume.py} goes on in PyTorch with the files that this test leaves in {@code target/resume}.
 */
class TorchResumeTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/resume");
    private static final Path OURS = Path.of("target/resume");
    private static final int SAVED_AT = 13;
    private static final int STEPS = 30;
    private static final double TOLERANCE = 1e-6;

    @TempDir
    private Path folder;

    /** The training of {@code tools/golden/resume.py}. */
    private static final class Run {
        private final Tensor input;
        private final Tensor target;
        private final Sequential model;
        private final Adam optimizer;
        private final StepLR scheduler;
        private final CrossEntropyLoss lossFn = new CrossEntropyLoss();
        private final List<Double> losses = new ArrayList<>();

        Run() {
            float[][] x = new float[60][4];
            long[] y = new long[x.length];
            for (int i = 0; i < x.length; i++) {
                y[i] = i * 7 % 3;
                for (int j = 0; j < 4; j++) {
                    x[i][j] = (4 * i + j) * 37 % 101 / 64f - 0.75f;
                }
            }
            Tensor.manualSeed(3);
            input = Tensor.of(x);
            target = Tensor.of(y);
            model = new Sequential(new Linear(4, 16, false), new BatchNorm1d(16), new ReLU(), new Dropout(0.2), new Linear(16, 3));
            optimizer = new Adam(model.namedParameters(), 0.01);
            scheduler = new StepLR(optimizer, 4, 0.7);
        }

        void train(int steps) {
            for (int i = 0; i < steps; i++) {
                Tensor rows = Tensor.randint(0, 60, 8);
                Tensor loss = lossFn.forward(model.forward(input.indexSelect(0, rows)), target.indexSelect(0, rows));
                optimizer.zeroGrad();
                loss.backward();
                optimizer.step();
                scheduler.step();
                losses.add(loss.item());
            }
        }

        Checkpointer open(Path folder) throws IOException {
            return Checkpointer.open(folder).with("model", model::stateDict, model::loadStateDict)
                    .with("optimizer", optimizer::stateDict, optimizer::loadStateDict)
                    .with("scheduler", scheduler::stateDict, scheduler::loadStateDict);
        }

        Checkpoint at(int step) {
            return Checkpoint.at(step).metric("loss", losses.get(losses.size() - 1)).value("losses", losses);
        }
    }

    @Test
    void goesOnFromPyTorch() throws IOException {
        Files.copy(GOLDEN.resolve(name(SAVED_AT)), folder.resolve(name(SAVED_AT)));
        Run run = new Run();
        try (Checkpointer checkpoints = run.open(folder)) {
            Checkpoint saved = checkpoints.restoreLatest().orElseThrow();
            assertEquals(SAVED_AT, saved.step());
            ((List<?>) saved.value("losses")).forEach(loss -> run.losses.add((Double) loss));
            run.train(STEPS - SAVED_AT);
            checkpoints.save(run.at(STEPS));
        }
        compare(GOLDEN, folder, STEPS);
    }

    @Test
    void savesWhatPyTorchSaves() throws IOException {
        if (Files.exists(OURS)) {
            try (Stream<Path> old = Files.walk(OURS)) {
                for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Run run = new Run();
        try (Checkpointer checkpoints = run.open(OURS)) {
            run.train(SAVED_AT);
            checkpoints.save(run.at(SAVED_AT));
            run.train(STEPS - SAVED_AT);
            checkpoints.save(run.at(STEPS));
        }
        compare(GOLDEN, OURS, SAVED_AT);
        compare(GOLDEN, OURS, STEPS);
    }

    private static String name(int step) {
        return "step-" + step + ".pth";
    }

    private static void compare(Path theirs, Path ours, int step) throws IOException {
        Loaded expected = TensorIO.load(theirs.resolve(name(step)));
        Loaded actual = TensorIO.load(ours.resolve(name(step)));
        assertEquals(expected.map().keySet(), actual.map().keySet());
        for (String part : List.of("model", "optimizer", "scheduler", "rng", "step", "epoch", "metrics", "values")) {
            compare(part, expected.get(part).value(), actual.get(part).value());
        }
    }

    /** The same keys, types, shapes and whole numbers; floating point numbers that differ by no more than the tolerance. */
    private static void compare(String place, Object expected, Object actual) {
        if (expected instanceof Map<?, ?> map) {
            assertEquals(map.keySet(), ((Map<?, ?>) actual).keySet(), place);
            map.forEach((key, value) -> compare(place + "." + key, value, ((Map<?, ?>) actual).get(key)));
        } else if (expected instanceof List<?> list) {
            assertEquals(list.size(), ((List<?>) actual).size(), place);
            for (int i = 0; i < list.size(); i++) {
                compare(place + "." + i, list.get(i), ((List<?>) actual).get(i));
            }
        } else if (expected instanceof Tensor tensor) {
            Tensor other = (Tensor) actual;
            assertEquals(tensor.dtype(), other.dtype(), place);
            assertEquals(tensor.shape(), other.shape(), place);
            double[] values = tensor.toDoubleArray();
            double[] others = other.toDoubleArray();
            for (int i = 0; i < values.length; i++) {
                compare(place + "[" + i + "]", values[i], others[i]);
            }
        } else if (actual instanceof Double number) { // PyTorch's default of weight_decay is the whole number 0
            double wanted = ((Number) expected).doubleValue();
            double difference = Math.abs(number - wanted) / Math.max(1, Math.abs(wanted));
            assertTrue(difference <= TOLERANCE, () -> place + ": PyTorch has " + expected + ", got " + actual);
        } else {
            assertEquals(expected, actual, place);
        }
    }
}
