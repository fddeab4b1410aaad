package io.candela.benchmarks;

import io.candela.io.Checkpoint;
import io.candela.io.CheckpointOptions;
import io.candela.io.Checkpointer;
import io.candela.nn.BatchNorm2d;
import io.candela.nn.Conv2d;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Flatten;
import io.candela.nn.Linear;
import io.candela.nn.MaxPool2d;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.optim.Adam;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What asynchronous checkpoints cost a training: the same loop with and without a save every 50 steps, in turn in one process. Prints the median of
 * both and of the ratios of each pair, with their quartiles, and what {@code save} itself takes of the loop's thread.
 *
 * <pre>{@code java -cp benchmarks/target/benchmarks.jar io.candela.benchmarks.SavingWhileTraining mlp|digits PAIRS STEPS [FOLDER]}</pre>
 */
public final class SavingWhileTraining {
    private static final int EVERY = 50;
    private static final int WARM_UP = 4; // pairs, after so many saves that all of their code is compiled, as in the long run it is
    private static final int WARM_UP_SAVES = 1000;

    private final Sequential model;
    private final Adam optimizer;
    private final Tensor inputs;
    private final Tensor labels;
    private final CrossEntropyLoss lossFn = new CrossEntropyLoss();
    private long step;
    private long saving; // nanoseconds
    private long saves;

    private SavingWhileTraining(Sequential model, Tensor inputs, int... labels) {
        this.model = model;
        this.optimizer = new Adam(model.namedParameters(), Workload.LEARNING_RATE);
        this.inputs = inputs;
        this.labels = Tensor.of(IntStream.of(labels).asLongStream().toArray());
    }

    private static SavingWhileTraining of(String name) {
        Tensor.manualSeed(0);
        if (name.equals("mlp")) {
            Workload work = Workload.MLP;
            var model = new Sequential(new Linear(784, 512), new ReLU(), new Linear(512, 256), new ReLU(), new Linear(256, 10));
            return new SavingWhileTraining(model, Tensor.of(work.inputs(), work.batch(), work.features()), work.labels());
        } else if (name.equals("digits")) {
            var same = Conv2d.options().withPadding(1);
            var model = new Sequential(new Conv2d(1, 16, 3, same), new BatchNorm2d(16), new ReLU(), new MaxPool2d(2), new Conv2d(16, 32, 3, same),
                    new BatchNorm2d(32), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(128, 10));
            return new SavingWhileTraining(model, Tensor.of(Workload.inputs(64, 64), 64, 1, 8, 8), Workload.labels(64, 10));
        }
        throw new IllegalArgumentException("SavingWhileTraining: " + name + " is neither mlp nor digits");
    }

    /** @param args the network, how many pairs of how many steps, and where to save: in the current folder unless said */
    public static void main(String[] args) throws IOException {
        SavingWhileTraining training = of(args[0]);
        int pairs = Integer.parseInt(args[1]);
        int steps = Integer.parseInt(args[2]);
        Path folder = Files.createTempDirectory(Path.of(args.length > 3 ? args[3] : ".").toAbsolutePath(), "saving");
        try (Checkpointer checkpoints = Checkpointer.open(folder, CheckpointOptions.defaults().async(true))
                .with("model", training.model::stateDict, training.model::loadStateDict)
                .with("optimizer", training.optimizer::stateDict, training.optimizer::loadStateDict)) {
            for (int i = 0; i < WARM_UP_SAVES; i++) {
                training.run(1, null);
                checkpoints.save(Checkpoint.at(training.step));
            }
            double[] without = new double[pairs];
            double[] with = new double[pairs];
            for (int pair = -WARM_UP; pair < pairs; pair++) {
                if (pair == 0) {
                    training.saving = 0;
                    training.saves = 0;
                }
                double plain = training.run(steps, null);
                double saved = training.run(steps, checkpoints);
                checkpoints.flush();
                if (pair >= 0) {
                    without[pair] = plain;
                    with[pair] = saved;
                }
            }
            double[] ratios = IntStream.range(0, pairs).mapToDouble(i -> with[i] / without[i]).toArray();
            System.out.printf(Locale.ROOT, "%s: us a step without %.0f, with %.0f, ratio %.3f (%.3f to %.3f); save takes %.2f ms%n", args[0],
                    quantile(without, 2), quantile(with, 2), quantile(ratios, 2), quantile(ratios, 1), quantile(ratios, 3),
                    training.saving / 1e6 / training.saves);
        } finally {
            delete(folder);
        }
    }

    /** @return microseconds per step */
    private double run(int steps, Checkpointer checkpoints) throws IOException {
        long start = System.nanoTime();
        for (int i = 1; i <= steps; i++) {
            optimizer.zeroGrad();
            lossFn.forward(model.forward(inputs), labels).backward();
            optimizer.step();
            step++;
            if (checkpoints != null && i % EVERY == 1) { // not at the end: the file is written within the time that is taken
                long before = System.nanoTime();
                checkpoints.save(Checkpoint.at(step));
                saving += System.nanoTime() - before;
                saves++;
            }
        }
        return (System.nanoTime() - start) / 1e3 / steps;
    }

    private static double quantile(double[] values, int quarter) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) * quarter / 4];
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> contents = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : contents) {
                Files.delete(file);
            }
        }
    }
}
