package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autocast;
import io.candela.io.Loaded;
import io.candela.io.ReadOptions;
import io.candela.io.TensorIO;
import io.candela.io.data.Batch;
import io.candela.io.data.DataLoader;
import io.candela.io.data.TensorDataset;
import io.candela.nn.BatchNorm1d;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Linear;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.optim.Adam;
import io.candela.optim.GradScaler;
import io.candela.optim.SGD;
import io.candela.optim.lr.StepLR;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import io.candela.train.Accuracy;
import io.candela.train.EpochFigures;
import io.candela.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole trainings on a GPU, or the simulation of one, beside the same on the CPU; and those that move from one to the other. */
class TrainingOnCudaTest {
    private static final Device GPU = Device.cuda(0);
    private static final double CLOSE = 1e-5;

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    /** A model with data, all drawn anew from the same seed. */
    private static final class Run {
        final Sequential model;
        final Adam optimizer;
        final DataLoader<Batch> train;
        final DataLoader<Batch> validation;
        final Trainer trainer;

        Run(Device device, int epochs, Path checkpoints) {
            Tensor.manualSeed(11);
            Tensor x = Tensor.randn(70, 5);
            Tensor y = x.slice(1, 0, 3).argmax(1);
            // no bias before the normalization: its gradient is rounding alone, which Adam makes as large as any other's
            model = new Sequential(new Linear(5, 16, false), new BatchNorm1d(16), new ReLU(), new Linear(16, 3));
            model.to(device);
            optimizer = new Adam(model.namedParameters(), 0.02);
            train = DataLoader.of(new TensorDataset(x.slice(0, 0, 52), y.slice(0, 0, 52)), DataLoader.options().batchSize(8).shuffle(true));
            validation = DataLoader.of(new TensorDataset(x.slice(0, 52, 70), y.slice(0, 52, 70)), DataLoader.options().batchSize(10));
            var options = Trainer.options().epochs(epochs).metrics(new Accuracy()).clipGradNorm(1).scheduler(new StepLR(optimizer, 2, 0.8));
            trainer = new Trainer(model, new CrossEntropyLoss()::forward, optimizer, checkpoints == null ? options : options.checkpoints(checkpoints));
        }

        List<EpochFigures> fit() throws IOException {
            return trainer.fit(train, validation);
        }
    }

    private static void assertClose(StateDict expected, StateDict actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, value) -> {
            double[] e = ((Tensor) value).toDoubleArray();
            double[] a = ((Tensor) actual.get(name)).to(Device.CPU).toDoubleArray();
            for (int i = 0; i < e.length; i++) {
                assertEquals(e[i], a[i], CLOSE * Math.max(1, Math.abs(e[i])), name);
            }
        });
    }

    private static void assertClose(List<EpochFigures> expected, List<EpochFigures> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            EpochFigures e = expected.get(i);
            EpochFigures a = actual.get(i);
            assertEquals(e.step(), a.step());
            e.values().forEach((name, value) -> assertEquals(value, a.values().get(name), CLOSE, "epoch " + e.epoch() + " " + name));
        }
    }

    @Test
    void theTrainerBringsBatchesToTheModel() throws IOException {
        Run cpu = new Run(Device.CPU, 3, null);
        List<EpochFigures> expected = cpu.fit();
        Run gpu = new Run(GPU, 3, null); // not before: both draw their order from one generator
        assertClose(expected, gpu.fit());
        assertClose(cpu.model.stateDict(), gpu.model.stateDict());
        assertEquals(GPU, gpu.model.parameters().get(0).device());
    }

    @Test
    void aCheckpointMovesThereAndBackAndGoesOn() throws IOException {
        Run stayed = new Run(Device.CPU, 6, null);
        List<EpochFigures> expected = stayed.fit();
        List<EpochFigures> found = new ArrayList<>();
        Run moved = null;
        int epochs = 0;
        for (Device device : List.of(Device.CPU, GPU, Device.CPU)) {
            moved = new Run(device, epochs += 2, folder.resolve("run"));
            found = moved.fit();
            assertEquals(device, moved.model.parameters().get(0).device());
        }
        assertClose(expected, found);
        assertClose(stayed.model.stateDict(), moved.model.stateDict());
    }

    @Test
    void filesOpenOnAnyDevice() throws IOException {
        Run run = new Run(GPU, 1, null);
        run.fit();
        Path file = folder.resolve("m.pth");
        TensorIO.save(run.model.stateDict(), file);
        Device last = Device.cuda(Cuda.deviceCount() - 1);
        for (Device device : List.of(Device.CPU, GPU, last)) {
            StateDict state = TensorIO.load(file, ReadOptions.defaults().mapLocation(device)).stateDict();
            state.values().forEach(t -> assertEquals(device, ((Tensor) t).device()));
            assertClose(run.model.stateDict(), state);
            Run other = new Run(GPU, 1, null);
            other.model.loadStateDict(state);
            assertEquals(GPU, other.model.parameters().get(0).device(), "loading moves nothing");
            assertClose(state, other.model.stateDict());
        }
        List<String> tags = new ArrayList<>();
        Loaded there = TensorIO.load(file, ReadOptions.defaults().mapLocation(tag -> {
            tags.add(tag);
            return last;
        }));
        assertEquals(Set.of("cpu"), Set.copyOf(tags), "files do not depend on a device, so that they open without one");
        assertEquals(last, ((Tensor) there.stateDict().get("0.weight")).device());
    }

    @Test
    void mixedPrecisionLearns() {
        for (DType low : List.of(DType.BFLOAT16, DType.FLOAT16)) {
            Tensor.manualSeed(1);
            Sequential model = new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 3));
            Tensor x = Tensor.randn(32, 6).to(GPU);
            Tensor y = x.slice(1, 0, 3).argmax(1);
            model.to(GPU);
            SGD optimizer = new SGD(model.parameters(), 0.5);
            GradScaler scaler = new GradScaler(low == DType.FLOAT16 ? 1 << 24 : 1, 2, 0.5, 100, low == DType.FLOAT16);
            CrossEntropyLoss lossFn = new CrossEntropyLoss();
            double first = 0;
            double last = 0;
            int skipped = 0;
            for (int i = 0; i < 40; i++) {
                Tensor loss;
                try (Autocast region = Autocast.open(Device.Type.CUDA, low)) {
                    Tensor output = model.forward(x);
                    assertEquals(low, output.dtype());
                    loss = lossFn.forward(output, y);
                }
                assertEquals(DType.FLOAT32, loss.dtype());
                optimizer.zeroGrad();
                scaler.scale(loss).backward();
                model.parameters().forEach(p -> assertEquals(DType.FLOAT32, p.grad().dtype()));
                skipped += scaler.step(optimizer) ? 0 : 1;
                scaler.update();
                first = i == 0 ? loss.item() : first;
                last = loss.item();
            }
            assertTrue(last < first / 2, low + ": " + first + " to " + last);
            // 2^24 times a gradient is more than float16 holds: the scale shrinks until it is not
            assertEquals(low == DType.FLOAT16, skipped > 0, low + ": skipped " + skipped);
            assertEquals(Math.scalb(low == DType.FLOAT16 ? 1 << 24 : 1, -skipped), scaler.getScale());
            model.parameters().forEach(p -> assertFalse(Double.isNaN(p.sum().item())));
        }
    }
}
