package io.candela.examples;

import io.candela.autograd.Autograd;
import io.candela.backend.Backends;
import io.candela.io.TensorIO;
import io.candela.nn.Layer;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.DoubleSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands that train a network share: the options of all of them, checks before the training, and output for people or programs. */
@Command
abstract class TrainingCommand implements Callable<Integer> {
    private static final int LAST = 100;
    private static final List<String> TRAINING_OPTIONS = List.of("--epochs", "--lr", "--batch-size", "--data", "--save", "--resume", "--save-every");

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training data (${DEFAULT-VALUE}).")
    int epochs;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "0", description = "Seed of all that is random (${DEFAULT-VALUE}).")
    long seed;

    @Option(names = "--lr", paramLabel = "LR", description = "Learning rate of Adam (${DEFAULT-VALUE}).")
    double lr;

    @Option(names = "--batch-size", paramLabel = "N", description = "Samples per step (${DEFAULT-VALUE}).")
    int batchSize;

    @Option(names = "--save", paramLabel = "FILE", description = "Where to save the weights (${DEFAULT-VALUE}).")
    Path save;

    @Option(names = "--load", paramLabel = "FILE", description = "Weights to start from, instead of random ones.")
    Path load;

    @Option(names = "--resume", paramLabel = "DIR", description = "Save checkpoints to DIR, and go on from the last one there: a run that was stopped"
            + " anywhere ends as one that was not.")
    Path resume;

    @Option(names = "--save-every", paramLabel = "N", description = "Steps from one checkpoint to the next (${DEFAULT-VALUE}); one more is saved at the end.")
    int saveEvery;

    @Option(names = "--device", paramLabel = "DEVICE", order = LAST, defaultValue = "cpu", description = "Where to compute: cpu, cuda or cuda:N"
            + " (${DEFAULT-VALUE}). What is random in data and start values is drawn on the CPU, whatever the device.")
    private String device;

    @Option(names = "--json", order = LAST, description = "Print one JSON object and nothing else: accuracy and loss on the test"
            + " data, epochs, seconds of training, file; with --predict also predictions.")
    private boolean json;

    @Option(names = {"-h", "--help"}, order = LAST, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    /** The defaults in which the commands differ. */
    TrainingCommand(int epochs, double lr, int batchSize, Path save, int saveEvery) {
        this.epochs = epochs;
        this.lr = lr;
        this.batchSize = batchSize;
        this.save = save;
        this.saveEvery = saveEvery;
    }

    // ---- options ----

    final void check(boolean good, String message) {
        if (!good) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    /** The device to compute on. */
    final Device device() throws InputException {
        try {
            Device chosen = Device.parse(device);
            Backends.of(chosen);
            return chosen;
        } catch (DeviceException e) {
            throw new InputException("--device " + e.getMessage(), e);
        }
    }

    /** Whether there is nothing to train. */
    final boolean predictsOnly(Path predict) {
        return load != null && predict != null;
    }

    /** All that can be known to fail before the training is told before it. */
    final void checkOptions(Path predict) throws InputException {
        check(epochs >= 0, "--epochs must be 0 or more, got " + epochs);
        check(lr > 0 && lr < Double.POSITIVE_INFINITY, "--lr must be a number above 0, got " + lr);
        check(batchSize >= 1, "--batch-size must be 1 or more, got " + batchSize);
        check(saveEvery >= 1, "--save-every must be 1 or more, got " + saveEvery);
        if (predictsOnly(predict)) {
            for (String option : TRAINING_OPTIONS) {
                check(!spec.commandLine().getParseResult().hasMatchedOption(option),
                        option + " is for training, but --load and --predict together only predict");
            }
        } else {
            check(resume == null || load == null, "--resume and --load both say where to start from, give one of them");
            checkCanSave(save);
        }
    }

    /** What has to be the same when a training goes on. */
    final Map<String, Object> fixedOptions(long data) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("--seed", seed);
        options.put("--lr", lr);
        options.put("--batch-size", (long) batchSize);
        options.put("--data", data);
        return options;
    }

    /** Told before the training, not after it. */
    private static void checkCanSave(Path save) throws InputException {
        Path folder = save.toAbsolutePath().getParent();
        if (Files.isDirectory(save)) {
            throw new InputException(save + ": cannot be saved to, it is a folder");
        }
        if (folder != null && !Files.isDirectory(folder)) {
            throw new InputException(save + ": cannot be saved, there is no folder " + folder);
        }
    }

    // ---- training ----

    /** One epoch of a training, or what was left of it. */
    @FunctionalInterface
    interface Epoch {
        /** Goes over the data. */
        void train() throws IOException;
    }

    /**
     * Trains epoch by epoch and tells how it goes.
     *
     * @param run      gets told of each step by the epochs
     * @param last     how many epochs there are to be
     * @param accuracy asked after each epoch
     * @return the seconds it took
     */
    final double train(ResumableRun run, int last, Epoch epoch, DoubleSupplier accuracy) throws IOException {
        long start = System.nanoTime();
        int before = run.epochs();
        if (run.resumed() != null) {
            say("resumed %s", run.resumed());
        }
        try (Progress progress = progress(last)) {
            for (int number = before + 1; number <= last; number++) {
                epoch.train();
                progress.epoch(number, run.endEpoch(number == last), accuracy.getAsDouble());
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        say("trained %d epochs in %.2f s", last - before, seconds);
        return seconds;
    }

    /** Saves the weights, loads them into another network, and compares what both make of some input. */
    static void saveAndCheck(Layer model, Layer fresh, Path save, Tensor input) throws InputException, IOException {
        TensorIO.save(model.stateDict(), save);
        ModelFiles.restore(fresh, save);
        fresh.to(input.device());
        boolean training = model.isTraining();
        model.eval();
        fresh.eval();
        boolean same = Autograd.noGrad(() -> Arrays.equals(model.forward(input).toFloatArray(), fresh.forward(input).toFloatArray()));
        model.train(training);
        if (!same) {
            throw new IllegalStateException(save + ": a model loaded from it predicts something else than the one that was saved");
        }
    }

    // ---- output ----

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Prints what came out, as was asked for. */
    final void report(Result result) throws IOException {
        if (json) {
            result.printJson(out());
        } else {
            result.print(out());
        }
    }

    /** Prints a line for people. */
    final void say(String format, Object... values) {
        if (!json) {
            out().println(String.format(Locale.ROOT, format, values));
        }
    }

    private Progress progress(int epochs) {
        if (json) {
            return Progress.silent();
        }
        return System.console() == null ? Progress.lines(out(), epochs) : Progress.bar(System.out, epochs);
    }
}
