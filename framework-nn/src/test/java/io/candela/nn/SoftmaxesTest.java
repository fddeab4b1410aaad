package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.tensor.DType;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Softmax in clusters, and with Gumbel noise: {@code tools/golden/softmaxes.py} computes the same with PyTorch. */
@ResourceLock("the default generator")
class SoftmaxesTest {
    private static final long SEED = 20261122;
    private static final Map<String, List<String>> GOLDEN = GoldenText.cases("softmaxes.txt");

    private static AdaptiveLogSoftmaxWithLoss adaptive(String name) {
        Tensor.manualSeed(SEED);
        return name.equals("plain") ? new AdaptiveLogSoftmaxWithLoss(16, 12, 3, 7) : new AdaptiveLogSoftmaxWithLoss(16, 12, 2, true, 3, 7);
    }

    private static Tensor inputs(int rows, int columns) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((i / columns * 29 + i % columns * 7) % 61 - 30) / 8.0;
        }
        return Tensor.of(values, rows, columns);
    }

    private static void assertGolden(String name, double tolerance, List<Tensor> found) {
        double[] expected = GOLDEN.get(name).stream().mapToDouble(Double::parseDouble).toArray();
        double[] all = found.stream().flatMapToDouble(t -> Arrays.stream(t.toDoubleArray())).toArray();
        assertEquals(expected.length, all.length, name);
        for (int i = 0; i < all.length; i++) {
            assertEquals(expected[i], all[i], tolerance * Math.max(1, Math.abs(expected[i])), name + ", number " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "biased"})
    void adaptiveAsInPyTorch(String name) {
        AdaptiveLogSoftmaxWithLoss start = adaptive(name);
        assertGolden(name + " state", 0, start.parameters());
        Map<String, long[]> targets = Map.of("all", new long[] {0, 11, 3, 5, 2, 4, 8, 7}, "frequent", new long[] {0, 1, 2, 1, 0, 2, 2, 1},
                "last", new long[] {9, 11, 8, 10, 11, 7, 9, 8});
        targets.forEach((kind, classes) -> {
            AdaptiveLogSoftmaxWithLoss net = adaptive(name);
            net.to(DType.FLOAT64);
            Tensor x = inputs(8, 16).setRequiresGrad(true);
            AdaptiveLogSoftmaxWithLoss.Result result = net.forward(x, Tensor.of(classes, 8));
            result.loss().add(result.output().square().sum()).backward();
            assertGolden(name + " " + kind + " output", 1e-13, List.of(result.output()));
            assertGolden(name + " " + kind + " loss", 1e-13, List.of(result.loss()));
            List<Tensor> gradients = new ArrayList<>(List.of(x.grad()));
            net.parameters().forEach(p -> gradients.add(p.gradOrNull() == null ? p.detach().zerosLike() : p.grad()));
            assertGolden(name + " " + kind + " gradients", 1e-12, gradients);
        });
        start.to(DType.FLOAT64);
        Tensor x = inputs(8, 16);
        assertGolden(name + " logProb", 1e-13, List.of(start.logProb(x)));
        assertGolden(name + " predict", 0, List.of(start.predict(x)));
        AdaptiveLogSoftmaxWithLoss.Result one = start.forward(x.select(0, 1), Tensor.scalar(6));
        assertGolden(name + " one", 1e-13, List.of(one.output(), one.loss()));
        assertEquals(0, one.output().dim());
    }

    @Test
    void adaptivePrintsAndRefusesInWords() {
        AdaptiveLogSoftmaxWithLoss net = adaptive("biased");
        assertEquals("""
                AdaptiveLogSoftmaxWithLoss(
                  (head): Linear(in_features=16, out_features=5, bias=True)
                  (tail): ModuleList(
                    (0): Sequential(
                      (0): Linear(in_features=16, out_features=8, bias=False)
                      (1): Linear(in_features=8, out_features=4, bias=False)
                    )
                    (1): Sequential(
                      (0): Linear(in_features=16, out_features=4, bias=False)
                      (1): Linear(in_features=4, out_features=5, bias=False)
                    )
                  )
                )""", net.toString());
        assertEquals(List.of("head.weight", "head.bias", "tail.0.0.weight", "tail.0.1.weight", "tail.1.0.weight", "tail.1.1.weight"),
                List.copyOf(net.stateDict().keySet()));
        Tensor x = Tensor.ones(2, 16);
        assertEquals("AdaptiveLogSoftmaxWithLoss: targets must be between 0 and 11, got 12",
                assertThrows(IllegalArgumentException.class, () -> net.forward(x, Tensor.of(new long[] {0, 12}, 2))).getMessage());
        assertEquals("AdaptiveLogSoftmaxWithLoss: target must have a class for each sample of the input (2, 16), got (3)",
                assertThrows(ShapeException.class, () -> net.forward(x, Tensor.arange(3))).getMessage());
        assertEquals("AdaptiveLogSoftmaxWithLoss: input must be (n, 16) or (16), got (2, 4)",
                assertThrows(ShapeException.class, () -> net.forward(Tensor.ones(2, 4), Tensor.arange(2))).getMessage());
        assertEquals("AdaptiveLogSoftmaxWithLoss: input must be (n, 16), got (16)",
                assertThrows(ShapeException.class, () -> net.predict(Tensor.ones(16))).getMessage());
        for (int[] cutoffs : new int[][] {{}, {0, 3}, {3, 3}, {3, 12}}) {
            assertEquals("AdaptiveLogSoftmaxWithLoss: cutoffs must be increasing numbers from 1 to classes - 1 = 11, got " + Arrays.toString(cutoffs),
                    assertThrows(IllegalArgumentException.class, () -> new AdaptiveLogSoftmaxWithLoss(16, 12, cutoffs)).getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 4 5", "false, 2 3 4", "true, 4 5", "true, 2 3 4"})
    void gumbelSoftmaxAsInPyTorch(boolean hard, String sizes) {
        int[] shape = Arrays.stream(sizes.split(" ")).mapToInt(Integer::parseInt).toArray();
        Tensor values = inputs(shape[0], Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b)).view(shape);
        Tensor x = values.clone().setRequiresGrad(true);
        Tensor.manualSeed(SEED);
        Tensor y = F.gumbelSoftmax(x, 0.7, hard, 1);
        y.mul(values).sum().backward();
        assertGolden("gumbel " + hard + " " + sizes, 1e-12, List.of(y.detach(), x.grad()));
    }
}
