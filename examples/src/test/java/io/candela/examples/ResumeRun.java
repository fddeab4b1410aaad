package io.candela.examples;

import io.candela.backend.cpu.CpuBackend;
import io.candela.io.Checkpoint;
import io.candela.io.CheckpointOptions;
import io.candela.io.Checkpointer;
import io.candela.io.TensorIO;
import io.candela.io.WriteOptions;
import io.candela.io.data.Batch;
import io.candela.io.data.DataLoader;
import io.candela.io.data.TensorDataset;
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
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Programs that {@link ResumeTest} starts in a JVM of their own, to kill them or to take the disk from them. */
final class ResumeRun {
    static final int STEPS = 400;
    static final int STEPS_PER_EPOCH = 8;
    static final int NUMBERS = 1 << 23; // of overwrite: 32 MiB, as much as is on its way to the disk before the end is reached
    static final int PARTS = 4;
    private static final int SAVE_EVERY = 3; // meets the end of an epoch, and places in the midst of one

    private ResumeRun() {}

    /** The first argument names the program, the others are its own. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        switch (args[0]) {
            case "train" -> {
                CpuBackend.setThreads(Integer.parseInt(args[2]));
                train(folder, Boolean.parseBoolean(args[3]), STEPS, () -> System.out.println("ready"));
                System.out.println("done");
            }
            case "overwrite" -> overwrite(folder.resolve(args[2]));
            case "full" -> full(folder, Boolean.parseBoolean(args[2]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /**
     * Trains up to a step, from the last checkpoint on; then stops, as a program would that knows nothing of its end.
     *
     * @param ready run before the first step
     */
    static void train(Path folder, boolean async, int until, Runnable ready) throws IOException {
        Tensor.manualSeed(7);
        Tensor input = Tensor.randn(60, 6); // the last of 8 batches is smaller
        Tensor target = Tensor.randint(0, 3, 60);
        var loader = DataLoader.of(new TensorDataset(input, target), DataLoader.options().batchSize(8).shuffle(true).workers(2));
        var model = new Sequential(new Linear(6, 64), new BatchNorm1d(64), new ReLU(), new Dropout(0.3), new Linear(64, 3));
        var optimizer = new Adam(model.namedParameters(), 0.01);
        var scheduler = new StepLR(optimizer, 2, 0.9);
        var lossFn = new CrossEntropyLoss();
        Tensor losses = Tensor.zeros(STEPS + 1);
        try (Checkpointer checkpoints = Checkpointer.open(folder, CheckpointOptions.defaults().async(async).keepLast(2))
                .with("model", model::stateDict, model::loadStateDict)
                .with("optimizer", optimizer::stateDict, optimizer::loadStateDict)
                .with("scheduler", scheduler::stateDict, scheduler::loadStateDict)
                .with("loader", loader::stateDict, loader::loadStateDict)) {
            Optional<Checkpoint> last = checkpoints.restoreLatest();
            last.ifPresent(checkpoint -> losses.copyFrom((Tensor) checkpoint.value("losses")));
            int step = (int) last.map(Checkpoint::step).orElse(0L).longValue();
            ready.run();
            while (step < until) {
                for (Batch batch : loader) {
                    Tensor loss = lossFn.forward(model.forward(batch.input()), batch.target());
                    optimizer.zeroGrad();
                    loss.backward();
                    optimizer.step();
                    step++;
                    losses.get(step).copyFrom(loss.detach());
                    if (step % SAVE_EVERY == 0 || step % STEPS_PER_EPOCH == 0) {
                        checkpoints.save(Checkpoint.at(step).epoch(loader.epoch()).metric("loss", loss.item()).value("losses", losses));
                    }
                    if (step == until) {
                        return;
                    }
                }
                scheduler.step();
            }
        }
    }

    /** Saves the same file again and again, each time full of another number, until it is killed. */
    private static void overwrite(Path file) throws IOException {
        boolean set = file.toString().endsWith(".safetensors");
        WriteOptions options = set ? WriteOptions.defaults().maxShardSize(4L * NUMBERS / PARTS) : WriteOptions.defaults();
        for (int i = 0; ; i++) {
            Map<String, Tensor> parts = new LinkedHashMap<>();
            for (int part = 0; part < PARTS; part++) {
                parts.put("part" + part, Tensor.full((double) i, NUMBERS / PARTS));
            }
            TensorIO.save(parts, file, options);
            if (i == 0) {
                System.out.println("ready");
            }
        }
    }

    /** Saves checkpoints where a large file does not fit; the steps before and after it do. */
    private static void full(Path folder, boolean async) throws IOException {
        Tensor weight = Tensor.zeros(10);
        Tensor big = Tensor.zeros(1 << 21);
        try (Checkpointer checkpoints = Checkpointer.open(folder, CheckpointOptions.defaults().async(async))
                .with("model", () -> Map.of("weight", weight), state -> weight.copyFrom((Tensor) state.get("weight")))) {
            for (int step = 1; step <= 4; step++) {
                weight.addInPlace(1);
                try {
                    checkpoints.save(step == 2 ? Checkpoint.at(step).value("big", big) : Checkpoint.at(step));
                } catch (IOException e) {
                    System.out.println("step " + step + ": " + e.getMessage());
                    if (step == 2 || async) {
                        weight.zeroInPlace();
                        Checkpoint last = checkpoints.restoreLatest().orElseThrow();
                        System.out.println("restored " + last.step() + ", " + (int) weight.get(0).item());
                    }
                }
            }
        }
    }
}
