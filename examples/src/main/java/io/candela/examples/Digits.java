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
    "With both --load and --predict it only predicts, with the loaded weights. The learning rate falls along a cosine."})
final class Digits extends TrainingCommand {
    @Option(names = "--data", paramLabel = "DIR", description = "Folder with MNIST's four files, packed or not, instead of the 1797 pictures built in.")
    private Path data;

    @Option(names = "--predict", paramLabel = "CSV", description = "Pictures without digits, p0 to p63 from 0 to 16: prints the digit and its"
            + " probability for each.")
    private Path predict;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads large kernels use (the processors).")
    private Integer threads;

    private Digits() {
        super(15, 5e-3, 64, Path.of("digits-model.pth"), 50);
    }

    @Override
    public Integer call() throws InputException, IOException {
        checkOptions(predict);
        check(threads == null || threads >= 1, "--threads must be 1 or more, got " + threads);
        check(data == null || predict == null, "--predict takes pictures of 8 by 8, but a network for --data reads larger ones");
        Device device = device();
        if (threads != null) {
            CpuBackend.setThreads(threads);
        }
        Tensor unknown = predict == null ? null : DigitsData.unknown(predict).to(device);
        if (predictsOnly(predict)) {
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

    /** The number of epochs has to be the same when a training goes on, because the learning rate falls to its last. */
    private Map<String, Object> fixedOptions(DigitsData data) {
        Map<String, Object> options = fixedOptions(data.fingerprint());
        options.put("--epochs", (long) epochs);
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
}
