package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.backend.Backends;
import io.candela.io.Checkpoint;
import io.candela.io.Checkpointer;
import io.candela.optim.lr.CosineAnnealingLR;
import io.candela.optim.lr.LRScheduler;
import io.candela.optim.lr.LinearLR;
import io.candela.optim.lr.OneCycleLR;
import io.candela.optim.lr.SequentialLR;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tables of optimizers once more, on a GPU or the simulation of one: each eighth row, or with {@code -Dcandela.tests.every=1} all. And trainings
 * that move between devices.
 */
class OptimizersOnCudaTest {
    private static final int STEPS = 5; // on each device

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> options() throws IOException {
        return new GoldenStepsTest().everyOption();
    }

    @TestFactory
    Stream<DynamicTest> sizes() throws IOException {
        return new GoldenStepsTest().everySize();
    }

    @TestFactory
    Stream<DynamicTest> lineSearches() throws IOException {
        return new LBFGSTest().stepsArePyTorchs();
    }

    @TestFactory
    Stream<DynamicTest> muon() throws IOException {
        return new MuonTest().stepsAreThoseOfPyTorch();
    }

    @TestFactory
    Stream<DynamicTest> statesOfPyTorch() throws IOException {
        return new SavedByPyTorchTest().aSavedOptimizerGoesOn();
    }

    /** Parameters with an optimizer and a schedule, which cycles momentum, too, where there is one. */
    private static final class Training {
        final Tensor[] params;
        final Optimizer optimizer;
        final LRScheduler scheduler;

        Training(String kind, Device device) {
            params = new Tensor[] {Sequence.start(device, DType.FLOAT64, 5, 3), Sequence.start(device, DType.FLOAT64, 33)};
            ParamGroup group = ParamGroup.of(params);
            if (kind.equals("SGD")) {
                group.set("momentum", 0.9);
            }
            optimizer = Kinds.ALL.get(kind).apply(List.of(group));
            Map<String, Object> given = optimizer.defaults();
            scheduler = given.containsKey("betas") || given.containsKey("momentum") ? new OneCycleLR(optimizer, 0.1, 40)
                    : new SequentialLR(optimizer, List.of(new LinearLR(optimizer, 0.1, 1, 7), new CosineAnnealingLR(optimizer, 30)), List.of(7));
        }

        void run(int steps) {
            for (int i = 0; i < steps; i++) {
                Sequence.run(optimizer, scheduler.lastEpoch() + 1, scheduler.lastEpoch() + 1, params);
                scheduler.step();
            }
        }

        Checkpointer checkpoints(Path folder) throws IOException {
            return Checkpointer.open(folder).with("optimizer", optimizer::stateDict, optimizer::loadStateDict)
                    .with("scheduler", scheduler::stateDict, scheduler::loadStateDict)
                    .with("params", () -> Map.of("0", params[0], "1", params[1]), saved -> {
                        for (int i = 0; i < params.length; i++) {
                            params[i].detach().copyFrom((Tensor) saved.get(String.valueOf(i)));
                        }
                    });
        }
    }

    /** Each training stops on one device and goes on where another is, from files, as if it had stayed on the CPU. */
    @TestFactory
    Stream<DynamicTest> trainingsMove() {
        Assumptions.assumeTrue(Backends.isUsable(Device.cuda(0)), "there is no GPU");
        Device second = Device.cuda(Backends.isUsable(Device.cuda(1)) ? 1 : 0);
        List<Device> way = List.of(Device.CPU, Device.cuda(0), second, Device.CPU);
        return Kinds.ALL.keySet().stream().map(kind -> DynamicTest.dynamicTest(kind, () -> {
            Training stayed = new Training(kind, Device.CPU);
            stayed.run(STEPS * way.size());
            Training moved = null;
            for (Device device : way) {
                moved = new Training(kind, device);
                try (Checkpointer checkpoints = moved.checkpoints(folder.resolve(kind))) {
                    checkpoints.restoreLatest();
                    moved.run(STEPS);
                    checkpoints.save(Checkpoint.at(moved.scheduler.lastEpoch()));
                }
                assertEquals(device, moved.params[1].device());
            }
            assertEquals(stayed.scheduler.stateDict().toString(), moved.scheduler.stateDict().toString());
            assertEquals(stayed.optimizer.paramGroups().get(0).options().toString(), moved.optimizer.paramGroups().get(0).options().toString());
            for (int i = 0; i < stayed.params.length; i++) {
                assertArrayEquals(stayed.params[i].toDoubleArray(), moved.params[i].toDoubleArray(), 1e-12, "parameter " + i);
            }
        }));
    }
}
