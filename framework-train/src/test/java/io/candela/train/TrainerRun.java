package io.candela.train;

import io.candela.io.data.DataLoader;
import io.candela.io.data.Batch;
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

/** A small training that {@link TrainerTest} runs, here or in a JVM of its own. */
final class TrainerRun {
    static final int BATCHES = 7; // of 8 samples, the last of 4

    final Sequential model;
    final Adam optimizer;
    final StepLR scheduler;
    final CrossEntropyLoss lossFn = new CrossEntropyLoss();
    final DataLoader<Batch> train;
    final DataLoader<Batch> validation;

    TrainerRun() {
        Tensor.manualSeed(11);
        Tensor x = Tensor.randn(70, 5);
        Tensor y = x.slice(1, 0, 3).argmax(1);
        model = new Sequential(new Linear(5, 16), new BatchNorm1d(16), new ReLU(), new Dropout(0.2), new Linear(16, 3));
        optimizer = new Adam(model.namedParameters(), 0.02);
        scheduler = new StepLR(optimizer, 2, 0.8);
        train = DataLoader.of(new TensorDataset(x.slice(0, 0, 52), y.slice(0, 0, 52)), DataLoader.options().batchSize(8).shuffle(true));
        validation = DataLoader.of(new TensorDataset(x.slice(0, 52, 70), y.slice(0, 52, 70)), DataLoader.options().batchSize(10));
    }

    Trainer trainer(TrainerOptions options) {
        return new Trainer(model, lossFn::forward, optimizer, options);
    }

    /** Trains until it is killed. */
    public static void main(String[] args) throws IOException {
        TrainerRun run = new TrainerRun();
        run.trainer(Trainer.options().epochs(1_000_000).metrics(new Accuracy()).scheduler(run.scheduler).checkpoints(Path.of(args[0])).log(new TrainLog() {
            @Override
            public void step(long step, double loss) {
                if (step == 20) {
                    System.out.println("ready");
                }
            }
        })).fit(run.train, run.validation);
    }
}
