package io.candela.examples;

import io.candela.nn.Layer;
import io.candela.nn.NLLLoss;
import io.candela.optim.Adam;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Learns to tell three species of iris apart, saves what it learnt, and predicts with it.
 *
 * <p>The seed decides everything random, drawn from the default generator in this order: the split into training and test data, the start
 * values of {@link Multiclass}, and before each epoch the order of the training data. {@code tools/golden/iris.py} does the same in PyTorch.
 */
@Command(name = "iris", sortOptions = false, description = {
    "Trains a network to tell three species of iris apart by four measurements, saves it, and checks that the saved one predicts the same.",
    "With both --load and --predict it only predicts, with the loaded weights. A run may be resumed with more --epochs."})
final class Iris extends TrainingCommand {
    @Option(names = "--data", paramLabel = "CSV", description = "Flowers to learn from (70 %%) and test with (30 %%), instead of the 150 built in:"
            + " sepal_length,sepal_width,petal_length,petal_width,species.")
    private Path data;

    @Option(names = "--predict", paramLabel = "CSV", description = "Flowers without species: prints the species and its probability for each.")
    private Path predict;

    private Iris() {
        super(100, 1e-3, 5, Path.of("iris-model.pth"), 200);
    }

    @Override
    public Integer call() throws InputException, IOException {
        checkOptions(predict);
        Device device = device();
        Tensor unknown = predict == null ? null : IrisCsv.measurements(predict).to(device);
        if (predictsOnly(predict)) {
            Multiclass model = new Multiclass();
            ModelFiles.restore(model, load);
            model.to(device);
            report(new Result(load, null, 0, 0, "species", predictions(model, unknown)));
        } else {
            train(data == null ? IrisCsv.bundled() : IrisCsv.flowers(data), unknown, device);
        }
        return 0;
    }

    private void train(IrisData data, Tensor unknown, Device device) throws InputException, IOException {
        if (data.size() < 2) {
            throw new InputException(this.data + ": 1 flower is too few to split; 2 are needed at least");
        }
        Tensor.manualSeed(seed);
        IrisData.Split split = data.split();
        Multiclass model = new Multiclass();
        if (load != null) {
            ModelFiles.restore(model, load);
        }
        model.to(device);

        Training training = new Training(model, new NLLLoss(), new Adam(model.parameters(), lr));
        ShuffledFlowers batches = new ShuffledFlowers(split.train(), batchSize);
        var parts = new ResumableRun.Parts(training, null, batches::stateDict, batches::loadStateDict);
        double seconds;
        try (ResumableRun run = ResumableRun.open(resume, parts, fixedOptions(data.fingerprint()), saveEvery, epochs)) {
            say("iris: %d flowers to learn from, %d to test with; seed %d", split.train().size(), split.test().size(), seed);
            seconds = train(run, epochs, () -> training.epoch(batches, run::step), () -> Score.of(model, split.train()).accuracy());
        }

        saveAndCheck(model, new Multiclass(), save, data.input().to(device));
        say("saved %s; a new model loaded from it predicts the same for all %d flowers", save, data.size());

        Score score = Score.of(model, split.test());
        report(new Result(save, score, epochs, seconds, "species", unknown == null ? null : predictions(model, unknown)));
    }

    private static List<Prediction> predictions(Layer model, Tensor input) {
        return Prediction.of(model, input, IrisData.SPECIES);
    }
}
