package io.candela.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.candela.autograd.Autograd;
import io.candela.io.CheckpointOptions;
import io.candela.io.Checkpointer;
import io.candela.io.data.Batch;
import io.candela.io.data.DataLoader;
import io.candela.io.data.TensorDataset;
import io.candela.nn.Linear;
import io.candela.nn.MSELoss;
import io.candela.nn.Parameters;
import io.candela.nn.Sequential;
import io.candela.optim.SGD;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training loop against one by hand, and its stops. */
class TrainerTest {
    private static final int EPOCHS = 6;

    @TempDir
    private Path folder;

    private static void assertSame(StateDict expected, StateDict actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, tensor) -> assertTrue(((Tensor) tensor).equal((Tensor) actual.get(name)), name));
    }

    @Test
    void doesWhatALoopByHandDoes() throws IOException {
        TrainerRun run = new TrainerRun();
        List<EpochFigures> history = run.trainer(Trainer.options().epochs(EPOCHS).accumulate(2).clipGradNorm(0.5).scheduler(run.scheduler)
                .metrics(new Accuracy())).fit(run.train, run.validation);

        TrainerRun hand = new TrainerRun();
        double valLoss = 0;
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            hand.model.train();
            int pending = 0;
            for (Batch batch : hand.train) {
                hand.lossFn.forward(hand.model.forward(batch.input()), batch.target()).div(2).backward();
                if (++pending % 2 == 0 || pending == TrainerRun.BATCHES) {
                    Parameters.clipGradNorm(hand.model.parameters(), 0.5);
                    hand.optimizer.step();
                    hand.optimizer.zeroGrad();
                }
            }
            hand.model.eval();
            valLoss = 0;
            for (Batch batch : hand.validation) {
                valLoss += Autograd.noGrad(() -> hand.lossFn.forward(hand.model.forward(batch.input()), batch.target()).item()) * batch.rows();
            }
            hand.scheduler.step();
        }
        assertSame(hand.model.stateDict(), run.model.stateDict());
        EpochFigures last = history.get(EPOCHS - 1);
        assertEquals(EPOCHS, last.epoch());
        assertEquals(EPOCHS * 4, last.step());
        assertEquals(List.of("loss", "accuracy", "val_loss", "val_accuracy", "lr"), new ArrayList<>(last.values().keySet()));
        assertEquals(valLoss / 18, last.values().get("val_loss"));
        assertEquals(0.02 * 0.8 * 0.8, last.values().get("lr"), 1e-15);
        assertTrue(last.values().get("loss") < history.get(0).values().get("loss"));
        assertTrue(run.model.isTraining(), "as it was before the evaluation");
    }

    /** Stops after some steps, as by a signal. */
    private static TrainLog stopAt(Trainer[] trainer, long... steps) {
        return new TrainLog() {
            @Override
            public void step(long step, double loss) {
                for (long stop : steps) {
                    if (step == stop) {
                        trainer[0].stop();
                    }
                }
            }
        };
    }

    private TrainerOptions all(TrainerRun run) {
        return Trainer.options().epochs(EPOCHS).accumulate(2).metrics(new Accuracy(), new ConfusionMatrix(3)).scheduler(run.scheduler)
                .earlyStopping(EarlyStopping.smallest("val_loss", EPOCHS, 0)).log(new CsvLog(folder.resolve("run.csv")));
    }

    @Test
    void goesOnExactlyWhereItStopped() throws IOException {
        TrainerRun whole = new TrainerRun();
        List<EpochFigures> expected = whole.trainer(all(whole)).fit(whole.train, whole.validation);
        String csv = Files.readString(folder.resolve("run.csv"));
        Files.delete(folder.resolve("run.csv"));
        Path checkpoints = folder.resolve("run");
        List<EpochFigures> history = List.of();
        TrainerRun run = null;
        for (int stop : new int[] {1, 2, 4, 7, 8, 21, 99}) { // twice in the first epoch, in and at the end of others
            run = new TrainerRun();
            Trainer[] trainer = new Trainer[1];
            trainer[0] = run.trainer(all(run).checkpoints(checkpoints).saveEvery(3).log(stopAt(trainer, stop)));
            history = trainer[0].fit(run.train, run.validation);
            assertEquals(Math.min(stop, EPOCHS * 4), trainer[0].step());
        }
        assertEquals(expected, history);
        assertSame(whole.model.stateDict(), run.model.stateDict());
        assertEquals(csv, Files.readString(folder.resolve("run.csv")));
        assertEquals(expected.get(EPOCHS - 1).values(), Checkpointer.latest(checkpoints).orElseThrow().metrics());

        TrainerRun other = new TrainerRun();
        StateDict before = other.model.stateDictSnapshot();
        Trainer fewer = other.trainer(Trainer.options().checkpoints(checkpoints).scheduler(other.scheduler));
        assertThrows(IllegalArgumentException.class, () -> fewer.fit(other.train));
        assertSame(before, other.model.stateDict());
    }

    @Test
    void losesPatience() throws IOException {
        TrainerRun run = new TrainerRun();
        Path checkpoints = folder.resolve("run");
        TrainerOptions options = Trainer.options().epochs(100).checkpoints(checkpoints, CheckpointOptions.defaults().keepLast(1).keepSmallest(1, "val_loss"));
        List<EpochFigures> history = run.trainer(options.earlyStopping(EarlyStopping.smallest("val_loss", 2, 0))).fit(run.train, run.validation);
        int count = history.size();
        assertTrue(count < 100, "it overfits");
        double best = history.get(count - 3).values().get("val_loss");
        assertTrue(history.stream().allMatch(figures -> figures.values().get("val_loss") >= best));
        try (Checkpointer kept = Checkpointer.open(checkpoints, CheckpointOptions.defaults().keepSmallest(1, "val_loss"))) {
            assertEquals(best, kept.best().orElseThrow().metric("val_loss"));
        }
        TrainerRun again = new TrainerRun();
        assertEquals(history, again.trainer(options.earlyStopping(EarlyStopping.smallest("val_loss", 2, 0))).fit(again.train, again.validation),
                "patience stays lost");
    }

    @Test
    void accumulatedBatchesAreOneLargeBatch() throws IOException {
        Tensor x = Tensor.linspace(-1, 1, 32).unsqueeze(1);
        var data = new TensorDataset(x, x.mul(3));
        Tensor[] weights = new Tensor[2];
        for (int i = 0; i < 2; i++) {
            Tensor.manualSeed(0);
            var model = new Sequential(new Linear(1, 1));
            var optimizer = new SGD(model.parameters(), 0.1);
            new Trainer(model, new MSELoss()::forward, optimizer, Trainer.options().epochs(5).accumulate(i == 0 ? 1 : 4))
                    .fit(DataLoader.of(data, DataLoader.options().batchSize(i == 0 ? 16 : 4)));
            weights[i] = model.parameters().get(0);
        }
        assertEquals(weights[0].item(), weights[1].item(), 1e-6);
    }

    @Test
    void failedCheckpointDoesNotEndTheTraining() throws IOException {
        TrainerRun run = new TrainerRun();
        Files.createDirectories(folder.resolve("run/step-14.pth")); // in the way of the second epoch's
        var options = Trainer.options().epochs(3).checkpoints(folder.resolve("run"), CheckpointOptions.defaults().warnings(warning -> { }));
        assertThrows(IOException.class, () -> run.trainer(options).fit(run.train), "a folder where a checkpoint should be is nothing to start from");
        Path later = folder.resolve("later");
        Trainer trainer = run.trainer(options.checkpoints(later).log(new TrainLog() {
            @Override
            public void step(long step, double loss) throws IOException {
                if (step == 8) {
                    Files.createDirectory(later.resolve("step-14.pth"));
                }
                throw new IOException("this log fails always");
            }
        }));
        assertEquals(3, trainer.fit(run.train).size());
        assertEquals(21, Checkpointer.latest(later).orElseThrow().step());
    }

    @Test
    void terminationSavesTheStepAndEnds() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (Runtime.version().feature() >= 24) { // what the native libraries need
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TrainerRun.class.getName(), folder.resolve("run").toString()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        assumeTrue(child.supportsNormalTermination(), "there is no SIGTERM here");
        try (BufferedReader lines = child.inputReader()) {
            assertEquals("ready", lines.readLine());
            child.toHandle().destroy(); // which, unlike Process.destroy, leaves the streams open
            assertEquals(List.of(), lines.lines().toList());
        } finally {
            assertEquals(128 + 15, child.waitFor());
        }
        long saved = Checkpointer.latest(folder.resolve("run")).orElseThrow().step();
        assertTrue(saved >= 20, () -> "saved at step " + saved);
        TrainerRun run = new TrainerRun();
        Trainer[] trainer = new Trainer[1];
        trainer[0] = run.trainer(Trainer.options().epochs(1_000_000).metrics(new Accuracy()).scheduler(run.scheduler).checkpoints(folder.resolve("run"))
                .log(stopAt(trainer, saved + 1)));
        trainer[0].fit(run.train, run.validation);
        assertEquals(saved + 1, trainer[0].step());
        assertFalse(trainer[0].history().isEmpty());
    }
}
