package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Dropout;
import io.candela.nn.Linear;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.optim.ASGD;
import io.candela.optim.Adam;
import io.candela.optim.AdamW;
import io.candela.optim.Muon;
import io.candela.optim.NAdam;
import io.candela.optim.Optimizer;
import io.candela.optim.RAdam;
import io.candela.optim.SGD;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training steps that are captured once and replayed give what the plain loop gives: step counts, learning rates and dropout go on. */
class CapturedStepTest {
    private static final Device GPU = Device.cuda(0);
    private static final int STEPS = 7; // RAdam changes its rule after the fifth

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    static Stream<Function<List<Tensor>, Optimizer>> optimizers() {
        return Stream.of(
                p -> new Adam(p, Adam.options().lr(0.01).amsgrad(true)),
                p -> new AdamW(p, 0.01),
                p -> new SGD(p, SGD.options().lr(0.05).momentum(0.9)),
                p -> new NAdam(p, 0.01),
                p -> new RAdam(p, 0.01),
                p -> new ASGD(p, 0.05));
    }

    /** A model and all that a step needs. */
    private static final class Training {
        final Sequential model;
        final Optimizer optimizer;
        final Tensor x;
        final Tensor y;

        Training(Function<List<Tensor>, Optimizer> make) {
            Tensor.manualSeed(21);
            model = new Sequential(new Linear(6, 8), new ReLU(), new Dropout(0.3), new Linear(8, 3));
            model.to(GPU);
            optimizer = make.apply(model.parameters());
            x = Tensor.randn(16, 6).to(GPU);
            y = Tensor.randint(0, 3, 16).to(GPU);
        }

        void step() {
            optimizer.zeroGrad();
            new CrossEntropyLoss().forward(model.forward(x), y).backward();
            optimizer.step();
        }

        /** The rate of a step, as a schedule would set it. */
        void schedule(int step) {
            optimizer.setLr(0.02 / (1 + step));
        }

        float[] weights() {
            return model.parameters().get(0).toFloatArray();
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void equalPlainOnes(Function<List<Tensor>, Optimizer> make) {
        Training plain = new Training(make);
        for (int i = 0; i < STEPS; i++) {
            plain.schedule(i);
            plain.step();
        }
        float[] expected = plain.weights();
        String step = step(plain);
        plain.schedule(STEPS);
        plain.step();
        Training captured = new Training(make);
        captured.schedule(0);
        captured.step();
        try (CudaGraph graph = CudaGraph.capture(GPU, captured::step)) {
            for (int i = 1; i < STEPS; i++) {
                captured.schedule(i);
                graph.replay();
            }
            assertArrayEquals(expected, captured.weights());
            assertEquals(step, step(captured));
            captured.schedule(STEPS);
            captured.step(); // goes on without the graph
        }
        assertArrayEquals(plain.weights(), captured.weights());
    }

    /** The first parameter's state but for its tensors, as it would be saved. */
    private static String step(Training training) {
        Map<?, ?> state = (Map<?, ?>) training.optimizer.stateDict().get("state");
        Map<?, ?> first = (Map<?, ?>) state.get(0L);
        return first.get("step") == null ? "" : "" + ((Tensor) first.get("step")).item();
    }

    @Test
    void whatAReplayCannotDoIsRefused() {
        Training fresh = new Training(p -> new Adam(p, 0.01));
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> CudaGraph.capture(GPU, fresh::step));
        assertEquals("step: the state of parameter float32 (8, 6) on cuda:0 would be made by each replay of the graph; make a step before the capture",
                e.getMessage());
        Tensor w = Tensor.ones(4, 4).to(GPU).setRequiresGrad(true);
        w.sum().backward();
        Muon muon = new Muon(List.of(w), 0.1);
        muon.step();
        assertThrows(IllegalStateException.class, () -> CudaGraph.capture(GPU, muon::step));
    }
}
