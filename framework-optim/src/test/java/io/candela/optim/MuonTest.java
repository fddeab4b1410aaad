package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.EachBackend;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Muon's steps beside PyTorch's, which {@code tools/golden/optim.py} wrote. */
class MuonTest {
    private static final double LR = 0.02;
    private static final List<Muon.Options> OPTIONS = List.of(Muon.options().lr(LR), Muon.options().lr(LR).nesterov(false).weightDecay(0).momentum(0.5),
            Muon.options().lr(LR).adjustLrFn("match_rms_adamw").nsCoefficients(2, -1.5, 0.5).nsSteps(7).eps(0.5));

    @TestFactory
    Stream<DynamicTest> stepsAreThoseOfPyTorch() throws IOException {
        List<String> lines = GoldenStepsTest.lines("muon.txt");
        return EachBackend.run("steps", device -> compare(lines, device));
    }

    private static void compare(List<String> lines, Device device) {
        Tensor parameter = null;
        Muon muon = null;
        int cases = 0;
        for (String line : lines) {
            String[] words = line.split(" ");
            if (words[0].equals("case")) {
                parameter = Sequence.start(device, DType.FLOAT32, Integer.parseInt(words[2]), Integer.parseInt(words[3]));
                muon = new Muon(List.of(parameter), OPTIONS.get(Integer.parseInt(words[1])));
                Sequence.run(muon, 1, 5, parameter);
                cases++;
                continue;
            }
            Map<?, ?> state = (Map<?, ?>) ((Map<?, ?>) muon.stateDict().get("state")).get(0L);
            double[] found = (words[0].equals("parameter") ? parameter : (Tensor) state.get("momentum_buffer")).toDoubleArray();
            double[] expected = Stream.of(words).skip(1).mapToDouble(Double::parseDouble).toArray();
            // An update has elements up to about 1, known to 1/256, and a step is LR of it: five steps may be off by two such roundings
            double tolerance = words[0].equals("parameter") ? LR * 2 / 256.0 : 1e-6;
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], found[i], tolerance, "case " + cases + ", " + words[0] + " " + i);
            }
        }
        assertEquals(9, cases);
    }

    @Test
    void aSavedStateGoesOn() {
        Tensor a = Sequence.start(DType.FLOAT32, 4, 6);
        Muon muon = new Muon(Map.of("a", a), LR);
        Sequence.run(muon, 1, 3, a);
        Tensor b = a.detach().clone().setRequiresGrad(true);
        Muon other = new Muon(Map.of("a", b), Muon.options());
        other.loadStateDict(muon.stateDict());
        Sequence.run(muon, 4, 5, a);
        Sequence.run(other, 4, 5, b);
        assertEquals(0, a.detach().sub(b.detach()).abs().max().item());
    }

    @Test
    void whatItRefuses() {
        Tensor vector = Tensor.ones(3).setRequiresGrad(true);
        assertEquals("Muon: parameters must have two dimensions, 'bias' has (3); give it to another optimizer",
                assertThrows(ShapeException.class, () -> new Muon(Map.of("bias", vector), LR)).getMessage());
        List<Tensor> matrix = List.of(Tensor.ones(2, 2).setRequiresGrad(true));
        assertEquals("Muon: adjustLrFn must be original, match_rms_adamw or null, got x",
                assertThrows(IllegalArgumentException.class, () -> new Muon(matrix, Muon.options().adjustLrFn("x"))).getMessage());
        assertEquals("Muon: nsSteps must be 0 to 99, got 100",
                assertThrows(IllegalArgumentException.class, () -> new Muon(matrix, Muon.options().nsSteps(100))).getMessage());
        assertEquals("Muon: lr must be 0 or more, got -1.0", assertThrows(IllegalArgumentException.class, () -> new Muon(matrix, -1)).getMessage());
    }
}
