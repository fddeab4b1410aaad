package io.candela.train;

import io.candela.autograd.Autograd;
import io.candela.io.Checkpoint;
import io.candela.io.Checkpointer;
import io.candela.io.data.Batch;
import io.candela.io.data.DataLoader;
import io.candela.nn.Layer;
import io.candela.nn.Parameters;
import io.candela.optim.Optimizer;
import io.candela.optim.lr.ReduceLROnPlateau;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;

/**
 * A training loop over batches of inputs and targets. It does nothing that a loop by hand could not do with the same parts: {@link Metric},
 * {@link EarlyStopping}, {@link TrainLog}, {@link Checkpointer}.
 *
 * <pre>{@code
 * var trainer = new Trainer(model, lossFn::forward, optimizer, Trainer.options().epochs(20).metrics(new Accuracy()).clipGradNorm(1)
 *         .checkpoints(Path.of("run")).log(new CsvLog(Path.of("run.csv"))).log(new TensorBoardLog(Path.of("run"))));
 * trainer.fit(trainLoader, validationLoader);
 * }</pre>
 *
 * <p>The model trains where it is: batches are brought to the device of its first parameter.
 *
 * <p>When {@code fit} returns, the model has the weights of the last epoch. Those of the best come from the checkpoints, if these keep them:
 * <pre>{@code
 * var keepBest = CheckpointOptions.defaults().async(true).keepSmallest(1, "val_loss");
 * new Trainer(model, lossFn::forward, optimizer, Trainer.options().epochs(20).checkpoints(folder, keepBest)).fit(trainLoader, validationLoader);
 * try (var checkpoints = Checkpointer.open(folder, keepBest)) {
 *     model.loadStateDict(checkpoints.best().orElseThrow().state("model").stateDict());
 * }
 * }</pre>
 *
 * <p>With checkpoints a training that was stopped, by SIGTERM, by {@code kill -9} or by {@link #stop}, goes on bit for bit when the same program
 * runs again. A checkpoint or a log that cannot be written does not end the training: that is warned of through {@link System.Logger}.
 */
public final class Trainer {
    private static final long MOST_SECONDS_TO_STOP = 60;

    private final Layer model;
    private final BinaryOperator<Tensor> lossFn;
    private final Optimizer optimizer;
    private final TrainerOptions options;
    private final List<EpochFigures> history = new ArrayList<>();
    private final Set<TrainLog> failedLogs = Collections.newSetFromMap(new IdentityHashMap<>());
    private Checkpointer checkpoints; // null without, and outside fit
    private long step;
    private double lossSum; // of this epoch's samples so far
    private long samples;
    private volatile boolean stopping;

    /** @param lossFn gives the mean loss, 0-d, of the model's output and the target: {@code lossFn::forward} */
    public Trainer(Layer model, BinaryOperator<Tensor> lossFn, Optimizer optimizer, TrainerOptions options) {
        this.model = Objects.requireNonNull(model, "model");
        this.lossFn = Objects.requireNonNull(lossFn, "lossFn");
        this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
        this.options = Objects.requireNonNull(options, "options");
    }

    /** One epoch, and nothing beside the loss; to be changed. */
    public static TrainerOptions options() {
        return TrainerOptions.DEFAULTS;
    }

    /** As {@link #fit(DataLoader, Iterable)}, without validation data. */
    public List<EpochFigures> fit(DataLoader<Batch> train) throws IOException {
        return fit(train, null);
    }

    /**
     * Trains until all epochs are done, patience is lost, or {@link #stop} is called; begins where the last checkpoint was saved, if there is one.
     *
     * @param train      whose {@link DataLoader#epoch} counts the epochs
     * @param validation evaluated after each epoch; null for none
     * @return the figures of all epochs, also of those before a resume
     * @throws IOException if the folder of the checkpoints cannot be used, or the last checkpoint could not be saved
     */
    public List<EpochFigures> fit(DataLoader<Batch> train, Iterable<Batch> validation) throws IOException {
        stopping = false;
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = new Thread(() -> {
            stopping = true;
            try {
                done.await(MOST_SECONDS_TO_STOP, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "candela-stop");
        try (Checkpointer opened = options.folder() == null ? null : open(train)) {
            checkpoints = opened;
            if (opened != null) {
                opened.restoreLatest();
                Runtime.getRuntime().addShutdownHook(hook); // run on SIGTERM; the JVM ends when it returns
            }
            long batches = train.size();
            tell(log -> log.begin(step, options.epochs() * ((batches + options.accumulate() - 1) / options.accumulate())));
            run(train, validation);
        } finally {
            checkpoints = null;
            tell(TrainLog::close);
            done.countDown();
            unhook(hook);
        }
        return history();
    }

    private Checkpointer open(DataLoader<Batch> train) throws IOException {
        Checkpointer opened = Checkpointer.open(options.folder(), options.checkpointOptions())
                .with("model", model::stateDict, model::loadStateDict)
                .with("optimizer", optimizer::stateDict, optimizer::loadStateDict)
                .with("loader", train::stateDict, train::loadStateDict)
                .with("trainer", this::stateDict, this::loadStateDict);
        return options.scheduler() == null ? opened
                : opened.with("scheduler", options.scheduler()::stateDict, options.scheduler()::loadStateDict);
    }

    private static void unhook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it is running: the process is about to end
        }
    }

    /** Ends the training after the present step, from any thread. With checkpoints the step is saved, and the next {@link #fit} goes on from it. */
    public void stop() {
        stopping = true;
    }

    private void run(DataLoader<Batch> train, Iterable<Batch> validation) throws IOException {
        EarlyStopping early = options.earlyStopping();
        while (train.epoch() < options.epochs() && !(early != null && early.shouldStop())) {
            model.train();
            if (!trainEpoch(train)) {
                return;
            }
            endEpoch(train, validation);
            if (stopping) {
                return;
            }
        }
    }

    /** @return whether the epoch was finished */
    private boolean trainEpoch(DataLoader<Batch> train) {
        int pending = 0; // batches whose gradients wait for a step
        double pendingLoss = 0;
        for (Batch given : train) {
            Batch batch = atModel(given);
            Tensor output = model.forward(batch.input());
            Tensor loss = lossFn.apply(output, batch.target());
            (options.accumulate() == 1 ? loss : loss.div(options.accumulate())).backward();
            pendingLoss += loss.item();
            count(batch, output, loss);
            pending++;
            if (pending == options.accumulate()) {
                update(pendingLoss / pending);
                pending = 0;
                pendingLoss = 0;
                if (stopping || options.saveEvery() > 0 && step % options.saveEvery() == 0) {
                    save(Checkpoint.at(step).epoch(train.epoch()));
                }
                if (stopping) {
                    return false;
                }
            }
        }
        if (pending > 0) {
            update(pendingLoss / pending);
        }
        return true;
    }

    /** A batch where the model is; a model without parameters takes it where it comes. */
    private Batch atModel(Batch batch) {
        List<Tensor> parameters = model.parameters();
        return parameters.isEmpty() ? batch : batch.to(parameters.get(0).device());
    }

    private void count(Batch batch, Tensor output, Tensor loss) {
        lossSum += loss.item() * batch.rows();
        samples += batch.rows();
        Tensor result = output.detach();
        options.metrics().forEach(metric -> metric.update(result, batch.target()));
    }

    private void update(double loss) {
        if (options.clipGradNorm() != Double.POSITIVE_INFINITY) {
            Parameters.clipGradNorm(model.parameters(), options.clipGradNorm());
        }
        optimizer.step();
        optimizer.zeroGrad();
        if (options.schedulerPerStep()) {
            options.scheduler().step();
        }
        step++;
        tell(log -> log.step(step, loss));
    }

    private void endEpoch(DataLoader<Batch> train, Iterable<Batch> validation) {
        Map<String, Double> figures = takeFigures();
        if (validation != null) {
            evaluate(validation).forEach((name, value) -> figures.put("val_" + name, value));
        }
        figures.put("lr", optimizer.paramGroups().get(0).lr());
        if (options.scheduler() instanceof ReduceLROnPlateau plateau && !options.schedulerPerStep()) {
            plateau.step(figures.getOrDefault("val_loss", figures.get("loss")));
        } else if (options.scheduler() != null && !options.schedulerPerStep()) {
            options.scheduler().step();
        }
        history.add(new EpochFigures(train.epoch(), step, figures));
        if (options.earlyStopping() != null) {
            options.earlyStopping().update(figures);
        }
        tell(log -> log.epoch(history()));
        Checkpoint checkpoint = Checkpoint.at(step).epoch(train.epoch());
        for (Map.Entry<String, Double> figure : figures.entrySet()) {
            checkpoint = checkpoint.metric(figure.getKey(), figure.getValue());
        }
        save(checkpoint);
    }

    /** The loss and the metrics of what was counted, which is then forgotten. */
    private Map<String, Double> takeFigures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("loss", lossSum / samples);
        options.metrics().forEach(metric -> figures.putAll(metric.compute()));
        forget();
        return figures;
    }

    private void forget() {
        lossSum = 0;
        samples = 0;
        options.metrics().forEach(Metric::reset);
    }

    /**
     * The loss and the metrics on some data, without gradients and in evaluation mode; the model is left in the mode that it was in. Not for use
     * in the midst of {@link #fit}, say by a log.
     */
    public Map<String, Double> evaluate(Iterable<Batch> data) {
        boolean training = model.isTraining();
        model.eval();
        forget();
        try {
            Autograd.noGrad(() -> {
                for (Batch given : data) {
                    Batch batch = atModel(given);
                    Tensor output = model.forward(batch.input());
                    count(batch, output, lossFn.apply(output, batch.target()));
                }
                return null;
            });
            return takeFigures();
        } finally {
            model.train(training);
        }
    }

    /** How many steps the optimizer made, those before a resume included. */
    public long step() {
        return step;
    }

    /** The figures of all epochs so far. */
    public List<EpochFigures> history() {
        return Collections.unmodifiableList(history);
    }

    private void save(Checkpoint checkpoint) {
        if (checkpoints != null) {
            try {
                checkpoints.save(checkpoint);
            } catch (IOException e) {
                warn("a checkpoint could not be saved", e);
            }
        }
    }

    @FunctionalInterface
    private interface Message {
        void to(TrainLog log) throws IOException;
    }

    private void tell(Message message) {
        for (TrainLog log : options.logs()) {
            try {
                message.to(log);
            } catch (IOException e) {
                if (failedLogs.add(log)) { // once, not at every step
                    warn(log.getClass().getName() + " could not be written", e);
                }
            }
        }
    }

    private static void warn(String what, IOException e) {
        System.getLogger(Trainer.class.getName()).log(System.Logger.Level.WARNING, "Trainer: " + what + "; the training goes on", e);
    }

    // ---- state ----

    private Map<String, Object> stateDict() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("step", step);
        state.put("loss_sum", lossSum);
        state.put("samples", samples);
        state.put("metrics", options.metrics().stream().map(Metric::stateDict).toList());
        state.put("history", history.stream().map(figures -> {
            Map<String, Object> saved = new LinkedHashMap<>();
            saved.put("epoch", figures.epoch());
            saved.put("step", figures.step());
            saved.put("values", figures.values());
            return saved;
        }).toList());
        if (options.earlyStopping() != null) {
            state.put("early_stopping", options.earlyStopping().stateDict());
        }
        return state;
    }

    @SuppressWarnings("unchecked")
    private void loadStateDict(Map<String, ?> state) {
        List<Map<String, ?>> metrics = (List<Map<String, ?>>) state.get("metrics");
        if (metrics.size() != options.metrics().size() || state.containsKey("early_stopping") != (options.earlyStopping() != null)) {
            throw new IllegalArgumentException("Trainer: the checkpoint has %d metrics %s early stopping, the options have %d %s".formatted(metrics.size(),
                    state.containsKey("early_stopping") ? "with" : "without", options.metrics().size(), options.earlyStopping() != null ? "with" : "without"));
        }
        for (int i = 0; i < metrics.size(); i++) {
            options.metrics().get(i).loadStateDict(metrics.get(i));
        }
        if (options.earlyStopping() != null) {
            options.earlyStopping().loadStateDict((Map<String, ?>) state.get("early_stopping"));
        }
        step = (Long) state.get("step");
        lossSum = (Double) state.get("loss_sum");
        samples = (Long) state.get("samples");
        history.clear();
        for (Map<String, ?> saved : (List<Map<String, ?>>) state.get("history")) {
            history.add(new EpochFigures((Long) saved.get("epoch"), (Long) saved.get("step"), (Map<String, Double>) saved.get("values")));
        }
    }
}
