package io.candela.examples;

import io.candela.backend.cpu.CpuBackend;
import io.candela.io.data.Batch;
import io.candela.io.data.DataLoader;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Layer;
import io.candela.optim.Adam;
import io.candela.optim.Optimizer;
import io.candela.optim.lr.CosineAnnealingLR;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Learns to read handwritten digits, saves what it learnt, and predicts with it.
 *
 * <p>The seed decides everything random, drawn from the default generator in this order: the split into training and test data, the start values of
 * {@link DigitsNet}, and then the order of each epoch and its dropout. {@code benchmarks/python/digits.py} does the same in PyTorch.
 */
@Command(name = "digits", sortOptions = false, description = {
    "Trains a convolutional network to read handwritten digits, saves it, and checks that the saved one predicts the same.",
    "With both --load and --predict it only predicts, with the loaded weights."})
final class Digits extends TrainingCommand {
    @Option(names = "--epochs", paramLabel = "N", defaultValue = "15", description = "Passes over the training data (${DEFAULT-VALUE}).")
    private int epochs;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "0", description = "Seed of all that is random (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--lr", paramLabel = "LR", defaultValue = "0.005", description = "Learning rate of Adam in the first epoch (${DEFAULT-VALUE}); it falls"
            + " along a cosine.")
    private double lr;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "64", description = "Pictures per step (${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder with MNIST's four files, packed or not, instead of the 1797 pictures built in.")
    private Path data;

    @Option(names = "--save", paramLabel = "FILE", defaultValue = "digits-model.pth", description = "Where to save the weights (${DEFAULT-VALUE}).")
    private Path save;

    @Option(names = "--load", paramLabel = "FILE", description = "Weights to start from, instead of random ones.")
    private Path load;

    @Option(names = "--resume", paramLabel = "DIR", description = "Save checkpoints to DIR, and go on from the last one there: a run that was stopped"
            + " anywhere ends as one that was not.")
    private Path resume;

    @Option(names = "--save-every", paramLabel = "N", defaultValue = "50", description = "Steps from one checkpoint to the next (${DEFAULT-VALUE}); one more is"
            + " saved at the end.")
    private int saveEvery;

    @Option(names = "--predict", paramLabel = "CSV", description = "Pictures without digits, p0 to p63 from 0 to 16: prints the digit and its"
            + " probability for each.")
    private Path predict;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads large kernels use (the processors).")
    private Integer threads;

    private Digits() {}

    @Override
    public Integer call() throws InputException, IOException {
        checkOptions();
        Device device = device();
        if (threads != null) {
            CpuBackend.setThreads(threads);
        }
        Tensor unknown = predict == null ? null : DigitsData.unknown(predict).to(device);
        if (predictsOnly()) {
            DigitsNet model = new DigitsNet(DigitsData.BUNDLED_SIDE);
            ModelFiles.restore(model, load);
            model.to(device);
            report(new Result(load, null, 0, 0, "digit", predictions(model, unknown)));
        } else {
            Tensor.manualSeed(seed);
            train(data == null ? DigitsData.bundled() : DigitsData.mnist(data), unknown, device);
        }
        return 0;
    }

    private void train(DigitsData data, Tensor unknown, Device device) throws InputException, IOException {
        DigitsNet model = new DigitsNet(data.side());
        if (load != null) {
            ModelFiles.restore(model, load);
        }
        model.to(device);
        Optimizer optimizer = new Adam(model.parameters(), lr);
        CosineAnnealingLR schedule = new CosineAnnealingLR(optimizer, Math.max(1, epochs));
        Training training = new Training(model, new CrossEntropyLoss(), optimizer);
        DataLoader<Batch> loader = data.training(batchSize);
        var parts = new ResumableRun.Parts(training, schedule, loader::stateDict, loader::loadStateDict);
        double seconds;
        try (ResumableRun run = ResumableRun.open(resume, parts, fixedOptions(data), saveEvery, epochs)) {
            say("digits: %d pictures to learn from, %d to test with; seed %d", data.train().size(), data.test().size(), seed);
            seconds = train(run, epochs, () -> {
                training.epoch(loader, run::step);
                schedule.step();
            }, () -> Score.of(model, data.testing()).accuracy());
        }

        Batch some = data.testing().iterator().next();
        saveAndCheck(model, new DigitsNet(data.side()), save, some.input().to(device));
        say("saved %s; a new model loaded from it predicts the same for %d pictures", save, some.rows());

        Score score = Score.of(model, data.testing());
        sayConfusion(score.confusion());
        report(new Result(save, score, epochs, seconds, "digit", unknown == null ? null : predictions(model, unknown)));
    }

    /** What has to be the same when a training goes on; the number of epochs too, because the learning rate falls to its last. */
    private Map<String, Object> fixedOptions(DigitsData data) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("--seed", seed);
        options.put("--epochs", (long) epochs);
        options.put("--lr", lr);
        options.put("--batch-size", (long) batchSize);
        options.put("--data", data.fingerprint());
        return options;
    }

    private static List<Prediction> predictions(Layer model, Tensor pictures) {
        return Prediction.of(model, pictures, DigitsData.DIGITS);
    }

    private void sayConfusion(int[][] confusion) {
        say("digit (row) taken for (column):");
        int width = 1;
        for (int[] row : confusion) {
            for (int count : row) {
                width = Math.max(width, Integer.toString(count).length());
            }
        }
        StringBuilder header = new StringBuilder(" ");
        for (int digit = 0; digit < confusion.length; digit++) {
            header.append(" ").append(" ".repeat(width - 1)).append(digit);
        }
        say("%s", header);
        for (int digit = 0; digit < confusion.length; digit++) {
            StringBuilder line = new StringBuilder().append(digit);
            for (int count : confusion[digit]) {
                line.append(" ").append(("%" + width + "s").formatted(count == 0 ? "." : count));
            }
            say("%s", line);
        }
    }

    // ---- options ----

    private boolean predictsOnly() {
        return load != null && predict != null;
    }

    /** All that can be known to fail before the training is told before it. */
    private void checkOptions() throws InputException {
        checkNumbers(epochs, lr, batchSize, saveEvery);
        check(threads == null || threads >= 1, "--threads must be 1 or more, got " + threads);
        check(data == null || predict == null, "--predict takes pictures of 8 by 8, but a network for --data reads larger ones");
        if (predictsOnly()) {
            checkOnlyPredicts();
        } else {
            check(resume == null || load == null, "--resume and --load both say where to start from, give one of them");
            checkCanSave(save);
        }
    }
}
