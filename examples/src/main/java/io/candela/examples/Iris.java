package io.candela.examples;

import io.candela.autograd.Autograd;
import io.candela.io.FormatException;
import io.candela.io.TensorIO;
import io.candela.nn.Layer;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Learns to tell three species of iris apart, saves what it learnt, and predicts with it.
 *
 * <p>The seed decides everything random, drawn from the default generator in this order: the split into training and test data, the start
 * values of {@link Multiclass}, and before each epoch the order of the training data. {@code tools/golden/iris.py} does the same in PyTorch.
 */
@Command(name = "iris", sortOptions = false, description = {
    "Trains a network to tell three species of iris apart by four measurements, saves it, and checks that the saved one predicts the same.",
    "With both --load and --predict it only predicts, with the loaded weights."})
final class Iris implements Callable<Integer> {
    private static final List<String> TRAINING_OPTIONS = List.of("--epochs", "--lr", "--batch-size", "--data", "--save", "--resume");
    private static final int SAVE_EVERY = 10;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "100", description = "Passes over the training data (${DEFAULT-VALUE}).")
    private int epochs;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "0", description = "Seed of all that is random (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--lr", paramLabel = "LR", defaultValue = "0.001", description = "Learning rate of Adam (${DEFAULT-VALUE}).")
    private double lr;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "5", description = "Flowers per step (${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(names = "--data", paramLabel = "CSV", description = "Flowers to learn from (70 %%) and test with (30 %%), instead of the 150 built in:"
            + " sepal_length,sepal_width,petal_length,petal_width,species.")
    private Path data;

    @Option(names = "--save", paramLabel = "FILE", defaultValue = "iris-model.pth", description = "Where to save the weights (${DEFAULT-VALUE}).")
    private Path save;

    @Option(names = "--load", paramLabel = "FILE", description = "Weights to start from, instead of random ones.")
    private Path load;

    @Option(names = "--resume", paramLabel = "DIR", description = "Save checkpoints to DIR, every " + SAVE_EVERY + " epochs and after the last, and go on from"
            + " the last one there: a run that was stopped, or had fewer --epochs, ends as one that was not.")
    private Path resume;

    @Option(names = "--predict", paramLabel = "CSV", description = "Flowers without species: prints the species and its probability for each.")
    private Path predict;

    @Option(names = "--json", description = "Print one JSON object and nothing else: accuracy and loss on the test data, epochs, seconds of training,"
            + " file; with --predict also predictions.")
    private boolean json;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private Iris() {}

    @Override
    public Integer call() throws InputException, IOException {
        checkOptions();
        Tensor unknown = predict == null ? null : IrisCsv.measurements(predict);
        if (predictsOnly()) {
            Multiclass model = new Multiclass();
            restore(model, load);
            report(new IrisResult(load, null, 0, 0, Prediction.of(model, unknown)));
        } else {
            train(data == null ? IrisCsv.bundled() : IrisCsv.flowers(data), unknown);
        }
        return 0;
    }

    private void train(IrisData data, Tensor unknown) throws InputException, IOException {
        if (data.size() < 2) {
            throw new InputException(this.data + ": 1 flower is too few to split; 2 are needed at least");
        }
        Tensor.manualSeed(seed);
        IrisData.Split split = data.split();
        Multiclass model = new Multiclass();
        if (load != null) {
            restore(model, load);
        }
        Training training = new Training(model, split.train(), batchSize, lr);
        int done;
        long start;
        try (IrisRun run = resume == null ? null : IrisRun.open(resume, training, fixedOptions(data), epochs)) {
            done = run == null ? 0 : run.epochs();
            say("iris: %d flowers to learn from, %d to test with; seed %d", split.train().size(), split.test().size(), seed);
            if (done > 0) {
                say("resumed after %d epochs", done);
            }
            start = System.nanoTime();
            train(training, split.train(), run, done);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        say("trained %d epochs in %.2f s", epochs - done, seconds);

        TensorIO.save(model.stateDict(), save);
        checkSaved(model, data.input());
        say("saved %s; a new model loaded from it predicts the same for all %d flowers", save, data.size());

        Score score = Score.of(model, split.test());
        report(new IrisResult(save, score, epochs, seconds, unknown == null ? null : Prediction.of(model, unknown)));
    }

    private void train(Training training, IrisData data, IrisRun run, int done) throws IOException {
        try (Progress progress = progress()) {
            for (int epoch = done + 1; epoch <= epochs; epoch++) {
                double loss = Arrays.stream(training.epoch()).average().orElseThrow();
                progress.epoch(epoch, loss, Score.of(training.model(), data).accuracy());
                if (run != null && (epoch % SAVE_EVERY == 0 || epoch == epochs)) {
                    run.save(epoch, loss);
                }
            }
        }
    }

    /** What has to be the same when a training goes on. */
    private Map<String, Object> fixedOptions(IrisData data) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("--seed", seed);
        options.put("--lr", lr);
        options.put("--batch-size", (long) batchSize);
        options.put("--data", data.fingerprint());
        return options;
    }

    private void checkSaved(Layer model, Tensor input) throws InputException, IOException {
        Multiclass fresh = new Multiclass();
        restore(fresh, save);
        boolean same = Autograd.noGrad(() -> Arrays.equals(model.forward(input).toFloatArray(), fresh.forward(input).toFloatArray()));
        if (!same) {
            throw new IllegalStateException(save + ": a model loaded from it predicts something else than the one that was saved");
        }
    }

    /** Loads weights; if they cannot be used, the model stays as it is. */
    static void restore(Layer model, Path file) throws InputException, IOException {
        try {
            model.loadStateDict(TensorIO.load(file).stateDict());
        } catch (FormatException | IllegalStateException e) { // damaged, or no state dict; the messages name the file
            throw new InputException(e.getMessage(), e);
        } catch (IllegalArgumentException e) { // of another network
            throw new InputException(file + ": " + e.getMessage(), e);
        } catch (FileSystemException e) {
            throw InputException.unreadable(file.toString(), e);
        }
    }

    // ---- options ----

    private boolean predictsOnly() {
        return load != null && predict != null;
    }

    /** All that can be known to fail before the training is told before it. */
    private void checkOptions() throws InputException {
        check(epochs >= 0, "--epochs must be 0 or more, got " + epochs);
        check(lr > 0 && lr < Double.POSITIVE_INFINITY, "--lr must be a number above 0, got " + lr);
        check(batchSize >= 1, "--batch-size must be 1 or more, got " + batchSize);
        if (predictsOnly()) {
            for (String option : TRAINING_OPTIONS) {
                check(!spec.commandLine().getParseResult().hasMatchedOption(option),
                        option + " is for training, but --load and --predict together only predict");
            }
            return;
        }
        check(resume == null || load == null, "--resume and --load both say where to start from, give one of them");
        Path folder = save.toAbsolutePath().getParent();
        if (Files.isDirectory(save)) {
            throw new InputException(save + ": cannot be saved to, it is a folder");
        }
        if (folder != null && !Files.isDirectory(folder)) {
            throw new InputException(save + ": cannot be saved, there is no folder " + folder);
        }
    }

    private void check(boolean good, String message) {
        if (!good) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    // ---- output ----

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void say(String format, Object... values) {
        if (!json) {
            out().println(String.format(Locale.ROOT, format, values));
        }
    }

    private Progress progress() {
        if (json) {
            return Progress.silent();
        }
        return System.console() == null ? Progress.lines(out(), epochs) : Progress.bar(System.out, epochs);
    }

    private void report(IrisResult result) throws IOException {
        if (json) {
            result.printJson(out());
        } else {
            result.print(out());
        }
    }
}
