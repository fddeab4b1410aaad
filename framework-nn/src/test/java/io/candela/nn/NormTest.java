package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.backend.cpu.CpuBackend;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.StateDict;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import io.candela.testing.GradCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Normalization by channel: kernels on large inputs in every order of memory, and what the layers remember. */
class NormTest {
    /** Around a heap block of 1024 and a chunk of 32 of them, in every role. */
    private static final int[][] LARGE = {{33, 1, 1025}, {2, 3, 40_000}, {1, 2, 70_001}, {65, 2, 1023}, {3, 5, 511}, {40, 1026, 3}, {2, 2049, 7}, {5000, 7},
        {2, 64, 33, 31}, {70, 1023}, {40, 1025}, {3, 1024, 2, 2}, {1000, 1, 2}, {1, 5000, 2}};

    @TestFactory
    Stream<DynamicTest> largeAsInDouble() {
        return Arrays.stream(LARGE).map(sizes -> DynamicTest.dynamicTest(Arrays.toString(sizes), () -> {
            for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                Tensor x = numbers(sizes).to(dtype);
                Tensor weight = numbers(sizes[1]).mul(0.1).add(0.5).to(dtype);
                Tensor bias = numbers(sizes[1]).to(dtype);
                Tensor g = numbers(sizes).flip(0).to(dtype);
                int groups = sizes[1] % 3 == 0 ? 3 : sizes[1] % 2 == 0 ? 2 : 1;
                double tolerance = dtype == DType.FLOAT32 ? 1e-5 : 1e-10;
                for (Norm norm : Norm.values()) {
                    List<Tensor> expected = run(norm, groups, x.to(DType.FLOAT64), weight.to(DType.FLOAT64), bias.to(DType.FLOAT64), g.to(DType.FLOAT64), true);
                    for (Tensor arranged : new Tensor[] {x, channelsLast(x), x.transpose(0, -1).contiguous().transpose(0, -1)}) {
                        List<Tensor> found = run(norm, groups, arranged, weight, bias, g, false);
                        for (int i = 0; i < found.size(); i++) {
                            double scale = Math.max(1, expected.get(i).abs().max().item()); // a sum's error grows with what cancels in it
                            Close.assertCloseValues(norm + " " + dtype + " " + Arrays.toString(arranged.strides()) + " result " + i,
                                    expected.get(i).div(scale), found.get(i).to(DType.FLOAT64).div(scale), tolerance);
                        }
                    }
                }
            }
        }));
    }

    private enum Norm {
        BATCH, EVAL, GROUP, INSTANCE
    }

    /** Result, and gradients of input, weight and bias; the plain form's are those that can be differentiated again. */
    private static List<Tensor> run(Norm norm, int groups, Tensor x, Tensor weight, Tensor bias, Tensor g, boolean plain) {
        Tensor[] leaves = {x.detach(), weight.detach().clone(), bias.detach().clone()};
        Arrays.stream(leaves).forEach(leaf -> leaf.setRequiresGrad(true));
        Tensor y = switch (norm) {
            case BATCH -> plain ? plain(leaves, true, x.size(1), 1) : F.batchNorm(leaves[0], null, null, leaves[1], leaves[2], true, 0, 1e-5);
            case EVAL -> plain ? leaves[0].sub(perChannel(x, bias)).mul(perChannel(x, weight).square().add(1e-5).rsqrt()).mul(perChannel(x, leaves[1]))
                    .add(perChannel(x, leaves[2])) : F.batchNorm(leaves[0], bias, weight.square(), leaves[1], leaves[2], false, 0, 1e-5);
            case GROUP -> plain ? plain(leaves, false, groups, x.size(1) / groups) : F.groupNorm(leaves[0], groups, leaves[1], leaves[2], 1e-5);
            case INSTANCE -> x.dim() == 2 ? leaves[0].mul(1) : plain ? plain(leaves, false, x.size(1), 1)
                    : F.instanceNorm(leaves[0], null, null, leaves[1], leaves[2], true, 0, 1e-5);
        };
        Tensor[] gradients = Autograd.grad(new Tensor[] {y}, leaves, new Tensor[] {g}, false, false, true);
        List<Tensor> out = new ArrayList<>(List.of(y.detach()));
        Arrays.stream(gradients).filter(t -> t != null).forEach(out::add);
        return out;
    }

    private static Tensor perChannel(Tensor x, Tensor values) {
        int[] sizes = new int[x.dim()];
        Arrays.fill(sizes, 1);
        sizes[1] = x.size(1);
        return values.view(sizes);
    }

    /** In tensor methods; statistics are taken over all samples, or for each. */
    private static Tensor plain(Tensor[] leaves, boolean allSamples, int groups, int perGroup) {
        Tensor x = leaves[0];
        int n = x.size(0);
        Tensor parts = x.reshape(n, groups, perGroup, x.numel() / n / x.size(1));
        int[] dims = allSamples ? new int[] {0, 2, 3} : new int[] {2, 3};
        Tensor centered = parts.sub(parts.mean(true, dims));
        Tensor normal = centered.mul(centered.square().mean(true, dims).add(1e-5).rsqrt()).reshape(x.shape().toArray());
        return normal.mul(perChannel(x, leaves[1])).add(perChannel(x, leaves[2]));
    }

    /** Numbers around 0.3 without a pattern that sizes would meet. */
    private static Tensor numbers(int... sizes) {
        double[] v = new double[Shape.of(sizes).numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = (i * 2_654_435_761L % 1999 + 1999) % 1999 / 1000.0 - 0.7;
        }
        return Tensor.of(v, sizes);
    }

    private static Tensor channelsLast(Tensor x) {
        return x.dim() < 3 ? x : x.moveDim(1, -1).contiguous().moveDim(-1, 1);
    }

    @TestFactory
    Stream<DynamicTest> layerNormAsInDouble() {
        return Stream.of(new int[] {3, 2049}, new int[] {33, 1024}, new int[] {700, 130}, new int[] {5000, 9}, new int[] {2, 3, 5, 1025}, new int[] {70, 7},
                new int[] {20, 8192}, new int[] {3, 20_011}).flatMap(sizes -> Stream.of("", "weight", "bias", "weight, bias")
                .map(with -> DynamicTest.dynamicTest(Arrays.toString(sizes) + " " + with, () -> checkLayerNorm(sizes, with))));
    }

    private static void checkLayerNorm(int[] sizes, String with) {
        int n = sizes[sizes.length - 1];
        Tensor x = numbers(sizes);
        Tensor weight = with.contains("weight") ? numbers(n).mul(0.1).add(0.5) : null;
        Tensor bias = with.contains("bias") ? numbers(n) : null;
        Tensor g = numbers(sizes).flip(0);
        Tensor[] exact = leaves(DType.FLOAT64, x, weight, bias);
        Tensor centered = exact[0].sub(exact[0].mean(true, -1));
        Tensor expected = centered.mul(centered.square().mean(true, -1).add(1e-5).rsqrt());
        expected = weight == null ? expected : expected.mul(exact[1]);
        expected = bias == null ? expected : expected.add(exact[2]);
        Tensor[] leaves = leaves(DType.FLOAT32, x, weight, bias);
        Tensor y = F.layerNorm(leaves[0], new int[] {n}, leaves[1], leaves[2], 1e-5);
        Close.assertCloseValues("result", expected.detach(), y.detach().to(DType.FLOAT64), 1e-5);
        Tensor[] asked = Stream.of(exact).filter(t -> t != null).toArray(Tensor[]::new);
        Tensor[] askedFloat = Stream.of(leaves).filter(t -> t != null).toArray(Tensor[]::new);
        Tensor[] gradients = Autograd.grad(new Tensor[] {expected}, asked, new Tensor[] {g}, false, false, false);
        Tensor[] found = Autograd.grad(new Tensor[] {y}, askedFloat, new Tensor[] {g.to(DType.FLOAT32)}, false, false, false);
        for (int i = 0; i < found.length; i++) {
            double scale = Math.max(1, gradients[i].abs().max().item());
            Close.assertCloseValues("gradient " + i, gradients[i].div(scale), found[i].to(DType.FLOAT64).div(scale), 1e-5);
        }
    }

    private static Tensor[] leaves(DType dtype, Tensor... values) {
        return Stream.of(values).map(t -> t == null ? null : t.to(dtype).detach().clone().setRequiresGrad(true)).toArray(Tensor[]::new);
    }

    @Test
    void rowsFarFromZeroKeepTheirDifferencesAndNaNStaysInItsRow() {
        Tensor x = numbers(40, 512).add(10_000).to(DType.FLOAT32); // steps of 0.001: the input's own rounding
        Tensor exact = x.to(DType.FLOAT64);
        Tensor centered = exact.sub(exact.mean(true, -1));
        Tensor expected = centered.mul(centered.square().mean(true, -1).add(1e-5).rsqrt());
        Close.assertCloseValues("layer norm", expected, F.layerNorm(x, new int[] {512}, null, null, 1e-5).to(DType.FLOAT64), 2e-3);
        Close.assertCloseValues("group norm", expected, F.groupNorm(x.view(10, 4, 512), 4, null, null, 1e-5).view(40, 512).to(DType.FLOAT64), 2e-3);
        x.select(0, 7).narrow(0, 100, 1).fillInPlace(Double.NaN);
        Tensor lost = F.layerNorm(x, new int[] {512}, Tensor.ones(512), Tensor.zeros(512), 1e-5).isNan();
        assertEquals(512, lost.toLong().sum().item());
        assertEquals(512, lost.select(0, 7).toLong().sum().item());
        Tensor inGroups = F.groupNorm(x.view(10, 8, 256), 4, Tensor.ones(8), Tensor.zeros(8), 1e-5).isNan();
        assertEquals(512, inGroups.toLong().sum().item());
    }

    @Test
    void resultsAndGradientsLieInMemoryAsTheInput() {
        Tensor x = channelsLast(numbers(3, 5, 4, 6).to(DType.FLOAT32));
        for (Layer layer : new Layer[] {new BatchNorm2d(5), new BatchNorm2d(5).eval(), new GroupNorm(5, 5), new InstanceNorm2d(5)}) {
            Tensor y = layer.forward(x);
            assertArrayEquals(new int[] {120, 1, 30, 5}, y.strides(), layer.toString());
            Tensor leaf = x.detach().setRequiresGrad(true);
            Tensor[] gradient = Autograd.grad(layer.forward(leaf).square().sum(), leaf);
            assertArrayEquals(new int[] {120, 1, 30, 5}, gradient[0].strides(), layer.toString());
        }
        assertTrue(new BatchNorm2d(5).forward(x.contiguous()).isContiguous());
    }

    @Test
    void farFromZeroNothingIsLost() {
        // blocks of zeros first, then numbers near 1000: sums of squares around either would lose the variance
        Tensor x = Tensor.cat(0, Tensor.zeros(40, 2, 64), numbers(400, 2, 64).to(DType.FLOAT32).mul(0.01).add(1000));
        for (Tensor part : new Tensor[] {x, x.narrow(0, 40, 400), x.narrow(0, 39, 400)}) {
            for (Tensor arranged : new Tensor[] {part.clone(), channelsLast(part)}) {
                Tensor mean = Tensor.zeros(2);
                Tensor variance = Tensor.zeros(2);
                F.batchNorm(arranged, mean, variance, null, null, true, 1, 1e-5);
                Tensor exact = part.to(DType.FLOAT64).transpose(0, 1).reshape(2, -1);
                Close.assertCloseValues("mean", exact.mean(false, 1).div(1000), mean.div(1000).to(DType.FLOAT64), 1e-7);
                Tensor expected = exact.var(1, false, 1);
                Close.assertCloseValues("variance", Tensor.ones(DType.FLOAT64, 2), variance.to(DType.FLOAT64).div(expected), 1e-5);
            }
        }
    }

    @Test
    @ResourceLock("threads")
    void resultsDoNotDependOnTheNumberOfThreads() {
        Tensor x = numbers(16, 24, 40, 40).to(DType.FLOAT32);
        int before = CpuBackend.threads();
        try {
            Map<Integer, List<Tensor>> found = new LinkedHashMap<>();
            for (int threads : new int[] {1, 2, 5}) {
                CpuBackend.setThreads(threads);
                found.put(threads, run(Norm.BATCH, 1, channelsLast(x), x.select(0, 0).select(-1, 0).select(-1, 0), x.select(0, 1).select(-1, 0).select(-1, 0),
                        x.flip(0), false));
            }
            for (int i = 0; i < 4; i++) {
                Close.assertExact("result " + i, found.get(1).get(i), found.get(2).get(i));
                Close.assertExact("result " + i, found.get(1).get(i), found.get(5).get(i));
            }
        } finally {
            CpuBackend.setThreads(before);
        }
    }

    @Test
    void runningStatisticsMoveInTrainingOnly() {
        BatchNorm1d layer = new BatchNorm1d(2);
        Tensor x = Tensor.of(new float[] {1, 10, 2, 20, 6, 60}, 3, 2);
        Tensor y = layer.forward(x);
        assertEquals(1, layer.numBatchesTracked().item());
        assertArrayEquals(new double[] {0.3, 3}, layer.runningMean().toDoubleArray(), 1e-6);
        assertArrayEquals(new double[] {0.9 + 0.7, 0.9 + 70}, layer.runningVar().toDoubleArray(), 1e-5); // unbiased: 7 and 700
        assertEquals(0, y.sum().item(), 1e-5);
        layer.eval();
        Tensor mean = layer.runningMean().clone();
        Close.assertClose("eval", x.sub(mean).div(layer.runningVar().add(1e-5).sqrt()), layer.forward(x).detach(), 1);
        assertEquals(1, layer.numBatchesTracked().item());
        Close.assertExact("eval", mean, layer.runningMean());
        layer.train();
        assertThrows(IllegalArgumentException.class, () -> layer.forward(Tensor.zeros(1, 2)));
        assertEquals(1, layer.numBatchesTracked().item(), "a failed call counts nothing");
        layer.forward(Tensor.zeros(0, 2));
        assertEquals(2, layer.numBatchesTracked().item(), "PyTorch counts empty batches");
        Close.assertExact("empty batch", mean, layer.runningMean());
        layer.resetRunningStats();
        assertEquals(List.of(0.0, 2.0, 0.0), List.of(layer.runningMean().sum().item(), layer.runningVar().sum().item(), layer.numBatchesTracked().item()));
    }

    @Test
    void withoutMomentumTheAverageOfAllBatches() {
        BatchNorm1d layer = new BatchNorm1d(1, BatchNorm.options().withMomentum(null));
        for (double[] batch : new double[][] {{1, 3}, {5, 7}, {9, 14}}) {
            layer.forward(Tensor.of(new float[] {(float) batch[0], (float) batch[1]}, 2, 1));
        }
        assertEquals((2 + 6 + 11.5) / 3, layer.runningMean().item(), 1e-6);
        assertEquals((2 + 2 + 12.5) / 3, layer.runningVar().item(), 1e-6);
        InstanceNorm1d instance = new InstanceNorm1d(1, InstanceNorm.options().withTrackRunningStats(true).withMomentum(null));
        instance.forward(Tensor.of(new float[] {1, 3}, 1, 1, 2));
        assertEquals(0, instance.runningMean().item(), "as in PyTorch");
        assertEquals(0, instance.numBatchesTracked().item(), "as in PyTorch");
    }

    @Test
    void withoutStatisticsTheBatchIsUsedInEvaluationToo() {
        Tensor x = numbers(4, 3).to(DType.FLOAT32);
        BatchNorm1d layer = new BatchNorm1d(3, BatchNorm.options().withTrackRunningStats(false));
        Close.assertExact("eval", layer.forward(x).detach(), layer.eval().forward(x).detach());
        InstanceNorm1d instance = new InstanceNorm1d(3, InstanceNorm.options().withTrackRunningStats(true));
        Tensor sample = numbers(3, 5).to(DType.FLOAT32);
        Tensor y = instance.forward(sample);
        assertEquals(Shape.of(3, 5), y.shape());
        Close.assertClose("unbatched", instance.forward(sample.unsqueeze(0)).squeeze(0), y, 1);
        assertEquals(Shape.of(2, 3, 1), instance.eval().forward(Tensor.zeros(2, 3, 1)).shape());
    }

    @Test
    void stateFromBeforeTheCounter() {
        BatchNorm1d source = new BatchNorm1d(2);
        source.forward(numbers(3, 2).to(DType.FLOAT32));
        StateDict state = new Sequential(source).stateDict();
        assertEquals(List.of("0.weight", "0.bias", "0.running_mean", "0.running_var", "0.num_batches_tracked"), List.copyOf(state.keySet()));
        assertEquals(2L, state.metadata().get("0").get("version"));
        state.remove("0.num_batches_tracked");
        BatchNorm1d layer = new BatchNorm1d(2);
        layer.numBatchesTracked().fillInPlace(7);
        Sequential model = new Sequential(layer);
        assertThrows(StateDictException.class, () -> model.loadStateDict(state));
        model.loadStateDict(new LinkedHashMap<>(state)); // says nothing of versions
        assertEquals(7, layer.numBatchesTracked().item(), "as in PyTorch, the counter stays");
        state.metadata().get("0").put("version", 1L);
        model.loadStateDict(state);
        Close.assertExact("loaded", source.runningMean(), layer.runningMean());
    }

    @Test
    void secondDerivativesAndConversion() {
        BatchNorm2d layer = new BatchNorm2d(2);
        layer.to(DType.FLOAT64);
        GradCheck.checkSecond("training", p -> new Tensor[] {layer.forward(channelsLast(p[0])), layer.forward(p[0])}, List.of(numbers(2, 2, 2, 3)));
        layer.eval();
        GradCheck.checkSecond("evaluation", p -> new Tensor[] {layer.forward(channelsLast(p[0]))}, List.of(numbers(2, 2, 2, 3)));
        assertEquals(DType.FLOAT64, layer.runningMean().dtype());
        assertEquals(DType.INT64, layer.numBatchesTracked().dtype());
    }

    @Test
    void statisticsMayMoveBetweenForwardAndBackward() {
        BatchNorm1d layer = new BatchNorm1d(3);
        Tensor leaf = numbers(4, 3).to(DType.FLOAT32).setRequiresGrad(true);
        Tensor y = layer.eval().forward(leaf);
        layer.train().forward(numbers(5, 3).to(DType.FLOAT32));
        y.sum().backward();
        Close.assertClose("gradient of the statistics at the time", Tensor.full(Shape.of(4, 3), 1 / Math.sqrt(1 + 1e-5), DType.FLOAT32, leaf.device()),
                leaf.grad(), 1);
    }
}
