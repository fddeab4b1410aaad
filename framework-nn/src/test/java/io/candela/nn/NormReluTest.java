package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.autograd.Checkpoint;
import io.candela.autograd.GraphException;
import io.candela.autograd.HookHandle;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A batch normalization with ReLU, and a residual before it, gives what the layers one after the other do, in every bit. */
class NormReluTest {
    private static final int[][] SIZES = {{33, 1, 1025}, {2, 3, 40_000}, {65, 2, 1023}, {3, 5, 511}, {40, 1026, 3}, {2, 2049, 7}, {5000, 7}, {2, 64, 33, 31},
        {70, 1023}, {3, 1024, 2, 2}, {3, 7, 5, 4}, {1, 13, 9, 9}};
    private static final DType[] FLOATING = {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16};

    @TestFactory
    Stream<DynamicTest> everyBitIsTheSame() {
        return Arrays.stream(SIZES).map(sizes -> DynamicTest.dynamicTest(Arrays.toString(sizes), () -> {
            for (DType dtype : FLOATING) {
                Tensor x = numbers(1, sizes).to(dtype);
                Tensor residual = numbers(2, sizes).to(dtype);
                Tensor g = numbers(3, sizes).to(dtype);
                for (boolean training : new boolean[] {true, false}) {
                    for (boolean[] needed : new boolean[][] {{true, true, true}, {true, false, true}, {true, true, false}, {false, true, true},
                        {false, false, true}, {true, false, false}}) {
                        assertSame(training, needed, x, residual, g);
                    }
                    assertSame(training, new boolean[] {true, true, true}, channelsLast(x), residual, g);
                    assertSame(training, new boolean[] {true, true, true}, x, channelsLast(residual), channelsLast(g));
                    assertSame(training, new boolean[] {true, true, true}, channelsLast(x), channelsLast(residual), channelsLast(g));
                }
            }
        }));
    }

    private static void assertSame(boolean training, boolean[] needed, Tensor x, Tensor residual, Tensor g) {
        for (Tensor added : new Tensor[] {null, residual}) {
            if (added == null && !needed[0] && !needed[1]) {
                continue;
            }
            String what = x.dtype() + (training ? " training" : " evaluation") + (added == null ? " " : " with residual ") + Arrays.toString(needed);
            List<Tensor> expected = run(false, training, needed, x, added, g);
            List<Tensor> found = run(true, training, needed, x, added, g);
            assertEquals(expected.size(), found.size());
            for (int i = 0; i < expected.size(); i++) {
                Close.assertExact(what + " " + Arrays.toString(x.strides()) + " result " + i, expected.get(i), found.get(i));
            }
        }
    }

    /** The result, the running statistics, and the gradients of input, weight and bias, and residual, where needed. */
    private static List<Tensor> run(boolean fused, boolean training, boolean[] needed, Tensor x, Tensor residual, Tensor g) {
        int channels = x.size(1);
        BatchNorm norm = x.dim() == 4 ? new BatchNorm2d(channels) : new BatchNorm1d(channels);
        norm.weight().detach().copyFrom(numbers(4, channels).to(DType.FLOAT32));
        norm.bias().detach().copyFrom(numbers(5, channels).to(DType.FLOAT32).mul(0.1));
        norm.to(x.dtype());
        norm.train(training).requiresGrad(needed[1]);
        ReLU relu = new ReLU();
        Tensor input = x.detach().setRequiresGrad(needed[0]);
        Tensor added = residual == null ? null : residual.detach().setRequiresGrad(needed[2]);
        Tensor y = fused ? added == null ? norm.forward(input, relu) : norm.forward(input, added, relu)
                : relu.forward(added == null ? norm.forward(input) : norm.forward(input).add(added));
        List<Tensor> out = new ArrayList<>(List.of(y.detach(), norm.runningMean(), norm.runningVar(), norm.numBatchesTracked()));
        y.backward(g);
        Stream.of(input, norm.weight(), norm.bias(), added).filter(t -> t != null && t.requiresGrad()).forEach(t -> out.add(t.grad()));
        return out;
    }

    /** Around 0, without a pattern that sizes would meet. */
    private static Tensor numbers(int seed, int... sizes) {
        double[] v = new double[Shape.of(sizes).numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = ((i + 1000L * seed) * 2_654_435_761L % 1999 + 1999) % 1999 / 1000.0 - 1;
        }
        return Tensor.of(v, sizes);
    }

    private static Tensor channelsLast(Tensor x) {
        return x.dim() < 3 ? x : x.moveDim(1, -1).contiguous().moveDim(-1, 1);
    }

    @Test
    void specialNumbers() {
        double nan = Double.NaN;
        double inf = Double.POSITIVE_INFINITY;
        Tensor special = Tensor.of(new double[] {1, nan, inf, -inf, 0, -0.0, 1e-40, -1e-40, 3, -3, 0, 2}, 4, 3);
        Tensor residual = Tensor.of(new double[] {-1, 1, -inf, inf, -0.0, -0.0, 0, 0, nan, 3, nan, -2}, 4, 3);
        Tensor g = Tensor.of(new double[] {inf, 1, nan, -inf, inf, nan, -0.0, 5, -1, nan, 2, 3}, 4, 3);
        for (DType dtype : FLOATING) {
            for (boolean training : new boolean[] {true, false}) {
                for (Tensor x : new Tensor[] {special, residual, numbers(6, 4, 3)}) {
                    for (Tensor gradient : new Tensor[] {g, numbers(7, 4, 3)}) {
                        assertSame(training, new boolean[] {true, true, true}, x.to(dtype), special.to(dtype), gradient.to(dtype));
                        assertSame(training, new boolean[] {true, false, false}, x.to(dtype), residual.to(dtype), gradient.to(dtype));
                    }
                }
            }
        }
    }

    @Test
    void residualsOfOtherShapesAndTypesAreThoseOfAdd() {
        BatchNorm2d norm = new BatchNorm2d(3);
        Tensor x = numbers(1, 4, 3, 2, 2).to(DType.FLOAT32);
        for (Tensor residual : new Tensor[] {numbers(2, 3, 1, 1).to(DType.FLOAT32), numbers(2, 4, 3, 2, 2), numbers(2, 5, 4, 3, 2, 2).to(DType.FLOAT32)}) {
            Tensor y = norm.forward(x, residual, new ReLU()).detach();
            Tensor expected = norm.forward(x).add(residual).relu().detach();
            assertEquals(expected.dtype(), y.dtype());
            Close.assertExact("sum with " + residual.shape(), expected, y);
        }
        Tensor before = norm.runningMean().clone();
        assertThrows(ShapeException.class, () -> norm.forward(x, Tensor.zeros(5, 3, 2, 2), new ReLU()));
        Close.assertExact("a failed call moves nothing", before, norm.runningMean());
        assertEquals(6, norm.numBatchesTracked().item(), "or counts");
    }

    @Test
    void resultsAndGradientsLieInMemoryAsTheInput() {
        Tensor x = channelsLast(numbers(1, 3, 5, 4, 6).to(DType.FLOAT32));
        Tensor leaf = x.detach().setRequiresGrad(true);
        Tensor residual = x.contiguous().setRequiresGrad(true);
        Tensor y = new BatchNorm2d(5).forward(leaf, residual, new ReLU());
        int[] strides = {120, 1, 30, 5};
        assertArrayEquals(strides, y.strides());
        assertArrayEquals(strides, Autograd.grad(y.sum(), leaf)[0].strides());
        assertArrayEquals(strides, new BatchNorm2d(5).forward(leaf, new ReLU()).strides());
    }

    @Test
    void hooksOfBothLayersRun() {
        BatchNorm1d norm = new BatchNorm1d(3);
        ReLU relu = new ReLU();
        var model = new Sequential(norm, relu, new Flatten());
        Tensor x = numbers(1, 4, 3).to(DType.FLOAT32);
        Tensor expected = relu.forward(new BatchNorm1d(3).forward(x)).detach();
        List<String> seen = new ArrayList<>();
        for (Layer hooked : new Layer[] {norm, relu}) {
            HookHandle before = hooked.registerForwardPreHook((layer, in) -> {
                seen.add("before " + layer);
                return null;
            });
            HookHandle after = hooked.registerForwardHook((layer, in, out) -> {
                seen.add("after " + layer);
                return null;
            });
            Close.assertExact("Sequential", expected, model.forward(x).detach());
            Close.assertExact("the pair", expected, norm.forward(x, relu).detach());
            Close.assertExact("the pair", expected, norm.forward(x, Tensor.zeros(4, 3), relu).detach());
            List<String> once = List.of("before " + hooked, "after " + hooked);
            assertEquals(Stream.of(once, once, once).flatMap(List::stream).toList(), seen);
            seen.clear();
            before.remove();
            after.remove();
        }
        Close.assertExact("without hooks", expected, model.forward(x).detach());
    }

    @Test
    void sequentialRunsThePairAsOne() {
        var model = new Sequential(new ReLU(), new BatchNorm1d(3), new ReLU(), new BatchNorm1d(3)).append(new ReLU()).append(new ReLU()).append(new Linear(3, 2));
        Sequential copy = Module.deepCopy(model);
        Tensor x = numbers(1, 8, 3).to(DType.FLOAT32);
        Tensor y = x;
        for (Layer layer : model) {
            y = layer.forward(y);
        }
        Tensor found = copy.forward(x);
        assertTrue(found.equal(y));
        y.sum().backward();
        found.sum().backward();
        for (String name : model.namedParameters().keySet()) {
            Close.assertExact(name, model.getParameter(name).grad(), copy.getParameter(name).grad());
        }
        for (String name : model.namedBuffers().keySet()) {
            Close.assertExact(name, model.getBuffer(name), copy.getBuffer(name));
        }
        assertEquals("batchNorm", nodeName(new Sequential(new BatchNorm1d(3), new ReLU()).forward(x)));
        assertEquals("relu", nodeName(new Sequential(new Sequential(new BatchNorm1d(3)), new ReLU()).forward(x)));
    }

    private static String nodeName(Tensor y) {
        return y.gradNode().name();
    }

    @Test
    void parametrizedWeights() {
        BatchNorm1d norm = new BatchNorm1d(3);
        Parametrize.registerParametrization(norm, "weight", new Doubled());
        Tensor x = numbers(1, 8, 3).to(DType.FLOAT32);
        Close.assertExact("doubled", norm.forward(x).relu().detach(), new Sequential(norm, new ReLU()).forward(x).detach());
    }

    private static final class Doubled extends Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x.mul(2);
        }
    }

    @Test
    void whatMayChangeBeforeTheGradientIsComputed() {
        BatchNorm1d norm = new BatchNorm1d(3);
        Tensor x = numbers(1, 8, 3).to(DType.FLOAT32).setRequiresGrad(true);
        Tensor added = numbers(2, 8, 3).to(DType.FLOAT32);
        Tensor g = numbers(3, 8, 3).to(DType.FLOAT32);
        for (boolean training : new boolean[] {true, false}) {
            norm.train(training);
            for (Tensor residual : new Tensor[] {null, added.clone()}) {
                List<Tensor> gradients = new ArrayList<>();
                for (boolean changed : new boolean[] {false, true}) {
                    Tensor y = residual == null ? norm.forward(x, new ReLU()) : norm.forward(x, residual, new ReLU());
                    if (changed) {
                        norm.runningMean().fillInPlace(9);
                        Autograd.noGrad(() -> norm.bias().fillInPlace(9));
                    }
                    if (changed && residual != null) {
                        residual.fillInPlace(9);
                    }
                    gradients.add(Autograd.grad(new Tensor[] {y}, new Tensor[] {x}, new Tensor[] {g}, false, false, false)[0]);
                    Autograd.noGrad(() -> norm.bias().fillInPlace(0));
                    norm.runningMean().fillInPlace(0);
                    norm.runningVar().fillInPlace(1);
                }
                Close.assertExact("training " + training, gradients.get(0), gradients.get(1));
            }
        }
        Tensor y = norm.forward(x, added, new ReLU());
        Autograd.noGrad(() -> y.fillInPlace(1));
        assertThrows(GraphException.class, () -> y.sum().backward());
    }

    @Test
    void inCheckpoints() {
        var model = new Sequential(new Linear(3, 3), new BatchNorm1d(3), new ReLU(), new Linear(3, 3));
        ReLU relu = new ReLU();
        UnaryOperator<Tensor> block = x -> ((BatchNorm) model.get(1)).forward(model.forward(x), x, relu);
        Tensor x = numbers(1, 8, 3).to(DType.FLOAT32).setRequiresGrad(true);
        Tensor[] leaves = Stream.concat(Stream.of(x), model.parameters().stream()).toArray(Tensor[]::new);
        Tensor[] expected = Autograd.grad(block.apply(x).square().sum(), leaves);
        Tensor[] found = Autograd.grad(Checkpoint.checkpoint(block, x).square().sum(), leaves);
        for (int i = 0; i < leaves.length; i++) {
            Close.assertExact("gradient " + i, expected[i], found[i]);
        }
    }
}
