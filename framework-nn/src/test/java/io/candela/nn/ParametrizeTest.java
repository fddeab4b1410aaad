package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.autograd.GradCheck;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Tensors of modules that are computed from others. {@code tools/golden/parametrize.py} trains the same networks with PyTorch. */
class ParametrizeTest {
    private static final long SEED = 20261122;

    private static final class Symmetric extends Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x.triu().add(x.triu(1).mT());
        }
    }

    private static final class Doubled extends Layer implements RightInverse {
        @Override
        public Tensor forward(Tensor x) {
            return x.mul(2);
        }

        @Override
        public Tensor rightInverse(Tensor value) {
            return value.div(2);
        }
    }

    /** Counts how often it computes. */
    private static final class Counting extends Layer {
        int count;

        @Override
        public Tensor forward(Tensor x) {
            count++;
            return x.mul(1);
        }
    }

    private static final Map<String, Function<Linear, Linear>> MAKERS = Map.ofEntries(
            Map.entry("weightNorm", layer -> Parametrizations.weightNorm(layer)),
            Map.entry("weightNorm.dim1", layer -> Parametrizations.weightNorm(layer, "weight", 1)),
            Map.entry("weightNorm.all", layer -> Parametrizations.weightNorm(layer, "weight", null)),
            Map.entry("weightNorm.bias", layer -> Parametrizations.weightNorm(layer, "bias", 0)),
            Map.entry("spectralNorm", layer -> Parametrizations.spectralNorm(layer)),
            Map.entry("spectralNorm.dim1", layer -> Parametrizations.spectralNorm(layer, "weight", 3, 0.1, 1)),
            Map.entry("spectralNorm.bias", layer -> Parametrizations.spectralNorm(layer, "bias", 1, 1e-12, null)),
            Map.entry("orthogonal", layer -> Parametrizations.orthogonal(layer)),
            Map.entry("orthogonal.wide", layer -> Parametrizations.orthogonal(layer)),
            Map.entry("orthogonal.matrixExp", layer -> Parametrizations.orthogonal(layer, "weight", OrthogonalMap.MATRIX_EXP)),
            Map.entry("orthogonal.cayley.wide", layer -> Parametrizations.orthogonal(layer, "weight", OrthogonalMap.CAYLEY)),
            Map.entry("orthogonal.householder", layer -> Parametrizations.orthogonal(layer, "weight", OrthogonalMap.HOUSEHOLDER)),
            Map.entry("symmetric", layer -> Parametrize.registerParametrization(layer, "weight", new Symmetric())),
            Map.entry("doubled", layer -> Parametrize.registerParametrization(layer, "weight", new Doubled())),
            Map.entry("doubled.spectralNorm", layer -> Parametrizations.spectralNorm(Parametrize.registerParametrization(layer, "weight", new Doubled()))));

    // ---- PyTorch's numbers, names and printed forms ----

    /** One network of the golden file: the words of its lines by their first, and its state dicts. */
    private static final class Case {
        final Map<String, String> lines = new LinkedHashMap<>();
        final Map<String, Map<String, double[]>> states = new LinkedHashMap<>();
        private final boolean exact;

        Case(String name, String text) {
            exact = !name.startsWith("orthogonal"); // PyTorch's matrix exponential is off by 5e-12 at norms near 0.04
            for (String line : text.split("\n")) {
                int colon = line.indexOf(" : ");
                if (colon < 0) {
                    String[] words = line.split(" ", 2);
                    lines.put(words[0], words[1]);
                } else {
                    String[] words = line.substring(0, colon).split(" ");
                    double[] values = Arrays.stream(line.substring(colon + 3).split(" ")).mapToDouble(Double::parseDouble).toArray();
                    states.computeIfAbsent(words[0], word -> new LinkedHashMap<>()).put(words[1], values);
                }
            }
        }

        double tolerance(DType dtype) {
            return dtype != DType.FLOAT64 ? 2e-6 : exact ? 1e-12 : 1e-10;
        }
    }

    @TestFactory
    Stream<DynamicTest> asInPyTorch() {
        return GoldenText.blocks("parametrize.txt").entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> compare(e.getKey(), new Case(e.getKey(), e.getValue()))));
    }

    private static void compare(String name, Case golden) {
        String[] words = name.split(" ");
        DType dtype = DType.valueOf(words[2].toUpperCase(java.util.Locale.ROOT));
        boolean square = words[0].startsWith("symmetric") || words[0].startsWith("doubled");
        boolean wide = words[0].endsWith(".wide");
        int hidden = square || wide ? 4 : 5;
        int features = square ? 4 : wide ? 6 : 3;
        Tensor.manualSeed(SEED);
        var first = new Linear(features, hidden);
        var last = new Linear(hidden, hidden);
        var net = new Sequential(first, new Tanh(), last);
        net.to(dtype);
        Function<Linear, Linear> make = MAKERS.get(words[0]);
        assertSame(first, make.apply(first));
        make.apply(last);

        assertEquals(golden.lines.get("printed").replace("|", "\n"), net.toString());
        assertEquals(golden.lines.get("parameters"), String.join(" ", net.namedParameters().keySet()));
        assertState("start", golden, net, dtype);
        train(net, golden, words[1], dtype, features, hidden);
        assertState("end", golden, net, dtype);

        // A state loads into another network; both then compute the same
        Tensor.manualSeed(1);
        var other = new Sequential(make.apply(converted(features, hidden, dtype)), new Tanh(), make.apply(converted(hidden, hidden, dtype)));
        other.eval();
        assertTrue(other.loadStateDict(net.stateDict()).missingKeys().isEmpty());
        assertTrue(other.forward(inputs(features, dtype)).equal(net.forward(inputs(features, dtype))));

        String tensor = words[0].endsWith(".bias") ? "bias" : "weight";
        for (Linear layer : List.of(first, last)) {
            Parametrize.removeParametrizations(layer, tensor);
        }
        assertEquals(golden.lines.get("plain"), String.join(" ", net.namedParameters().keySet()));
        assertState("plain", golden, net, dtype);
        assertFalse(Parametrize.isParametrized(first));
    }

    private static Linear converted(int in, int out, DType dtype) {
        return new Linear(in, out, true, dtype);
    }

    private static Tensor numbers(int columns, int a, int b, int modulus, int shift, double unit, DType dtype) {
        double[] values = new double[5 * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i / columns * a + i % columns * b) % modulus - shift;
        }
        return Tensor.of(values, 5, columns).div(unit).to(dtype);
    }

    private static Tensor inputs(int features, DType dtype) {
        return numbers(features, 29, 7, 61, 30, 32, dtype);
    }

    private static void train(Sequential net, Case golden, String optimizer, DType dtype, int features, int hidden) {
        double[] losses = Arrays.stream(golden.lines.get("loss").split(" ")).mapToDouble(Double::parseDouble).toArray();
        Tensor x = inputs(features, dtype);
        Tensor y = numbers(hidden, 17, 11, 31, 15, 16, dtype);
        List<Tensor> parameters = net.parameters();
        List<Tensor> first = zeros(parameters);
        List<Tensor> second = zeros(parameters);
        for (int step = 1; step <= 5; step++) {
            Tensor loss = F.mseLoss(net.forward(x), y);
            assertEquals(losses[step - 1], loss.item(), golden.tolerance(dtype), "loss of step " + step);
            net.zeroGrad();
            loss.backward();
            double correction1 = 1 - Math.pow(0.9, step);
            double correction2 = 1 - Math.pow(0.999, step);
            Autograd.noGrad(() -> {
                for (int i = 0; i < parameters.size(); i++) {
                    Tensor g = parameters.get(i).grad();
                    if (optimizer.equals("sgd")) {
                        first.set(i, first.get(i).mul(0.9).add(g));
                        parameters.get(i).subInPlace(first.get(i).mul(0.1));
                    } else {
                        first.set(i, first.get(i).mul(0.9).add(g.mul(0.1)));
                        second.set(i, second.get(i).mul(0.999).add(g.square().mul(0.001)));
                        parameters.get(i).subInPlace(first.get(i).div(correction1).div(second.get(i).div(correction2).sqrt().add(1e-8)).mul(0.05));
                    }
                }
            });
        }
        net.eval();
        assertEquals(losses[5], F.mseLoss(net.forward(x), y).item(), golden.tolerance(dtype), "loss in evaluation mode");
    }

    private static List<Tensor> zeros(List<Tensor> like) {
        return new ArrayList<>(like.stream().map(Tensor::zerosLike).toList());
    }

    private static void assertState(String when, Case golden, Module net, DType dtype) {
        Map<String, Object> state = net.stateDict();
        assertEquals(List.copyOf(golden.states.get(when).keySet()), List.copyOf(state.keySet()), when);
        golden.states.get(when).forEach((key, expected) -> {
            double[] values = ((Tensor) state.get(key)).toDoubleArray();
            assertEquals(expected.length, values.length, when + " " + key);
            for (int i = 0; i < values.length; i++) {
                assertEquals(expected[i], values[i], golden.tolerance(dtype) * Math.max(1, Math.abs(expected[i])), when + " " + key + ", element " + i);
            }
        });
    }

    // ---- registering and removing ----

    @Test
    void theOriginalIsTheFormerParameterAndKeepsItsPlaceInAnOptimizer() {
        var layer = new Linear(3, 3);
        Tensor before = layer.getParameter("weight");
        Tensor values = before.detach().clone();
        Parametrize.registerParametrization(layer, "weight", new Doubled());
        assertSame(before, layer.getParameter("parametrizations.weight.original"));
        assertTrue(before.equal(values.div(2)));
        assertTrue(layer.weight().equal(values));
        Parametrize.removeParametrizations(layer, "weight");
        assertSame(before, layer.getParameter("weight"));
        assertSame(before, layer.weight());
        assertTrue(before.equal(values));
        assertTrue(before.requiresGrad() && before.isLeaf());
    }

    @Test
    void theOriginalCanBeLeft() {
        var layer = Parametrize.registerParametrization(new Linear(3, 3), "weight", new Doubled());
        Tensor half = layer.weight().div(2).detach();
        Parametrize.removeParametrizations(layer, "weight", false);
        assertTrue(layer.weight().equal(half));
        var normed = Parametrizations.weightNorm(new Linear(3, 3));
        assertEquals("removeParametrizations: 'weight' of ParametrizedLinear has 2 originals, so there is no single one to leave",
                assertThrows(IllegalArgumentException.class, () -> Parametrize.removeParametrizations(normed, "weight", false)).getMessage());
        assertTrue(Parametrize.isParametrized(normed, "weight"));
    }

    @Test
    void badInputLeavesTheModuleAsItWas() {
        var layer = new Linear(3, 2);
        Tensor weight = layer.weight();
        Tensor values = weight.detach().clone();
        var transposing = new Layer() {
            @Override
            public Tensor forward(Tensor x) {
                return x.t();
            }
        };
        var widening = new Layer() {
            @Override
            public Tensor forward(Tensor x) {
                return x.to(DType.FLOAT64);
            }
        };
        layer.eval();
        assertEquals("Layer: a parametrization must keep the shape (2, 3), got (3, 2); register it as unsafe to change it",
                assertThrows(ShapeException.class, () -> Parametrize.registerParametrization(layer, "weight", transposing)).getMessage());
        assertEquals("Layer: a parametrization must keep the type float32, got float64; register it as unsafe to change it",
                assertThrows(DTypeException.class, () -> Parametrize.registerParametrization(layer, "weight", widening)).getMessage());
        assertEquals("registerParametrization: Linear has no parameter or buffer 'wait'",
                assertThrows(IllegalArgumentException.class, () -> Parametrize.registerParametrization(layer, "wait", new Doubled())).getMessage());
        assertEquals("spectralNorm: Linear has no parameter or buffer 'wait'",
                assertThrows(IllegalArgumentException.class, () -> Parametrizations.spectralNorm(layer, "wait", 1, 1e-12, null)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Parametrizations.spectralNorm(layer, "weight", 0, 1e-12, null));
        assertThrows(ShapeException.class, () -> Parametrizations.spectralNorm(layer, "weight", 1, 1e-12, 2));
        assertEquals("orthogonal: 'bias' must be a matrix or a batch of matrices, got (2)",
                assertThrows(ShapeException.class, () -> Parametrizations.orthogonal(layer, "bias", null)).getMessage());
        assertTrue(transposing.isTraining());
        assertSame(weight, layer.weight());
        assertTrue(weight.equal(values));
        assertEquals(List.of("weight", "bias"), List.copyOf(layer.stateDict().keySet()));
        assertEquals("Linear(in_features=3, out_features=2, bias=True)", layer.toString());

        Parametrize.registerParametrization(layer, "weight", new Doubled());
        assertThrows(ShapeException.class, () -> Parametrize.registerParametrization(layer, "weight", transposing));
        assertEquals(1, Parametrize.of(layer, "weight").size());
        assertEquals("registerParametrization: 'weight' of ParametrizedLinear has a parametrization already; a Factorization must be the first",
                assertThrows(IllegalArgumentException.class, () -> Parametrizations.weightNorm(layer)).getMessage());
        assertEquals("orthogonal: 'weight' of ParametrizedLinear has a parametrization already; orthogonal must be the first",
                assertThrows(IllegalArgumentException.class, () -> Parametrizations.orthogonal(layer)).getMessage());
        assertEquals("ParametrizedLinear has no parametrization of 'bias'",
                assertThrows(IllegalArgumentException.class, () -> Parametrize.removeParametrizations(layer, "bias")).getMessage());
    }

    @Test
    void aModuleThatReadsItsFieldsDirectlyIsRefused() {
        var module = new Layer() {
            private final Tensor scale = register("scale", Tensor.ones(2));

            @Override
            public Tensor forward(Tensor x) {
                return x.mul(scale);
            }
        };
        assertEquals("registerParametrization: Layer reads its tensors directly; let it read them through current(...) and implement Parametrizable",
                assertThrows(IllegalArgumentException.class, () -> Parametrize.registerParametrization(module, "scale", new Doubled())).getMessage());
    }

    private static final class Shifted extends Layer implements Parametrizable {
        private final Tensor shift = registerBuffer("shift", Tensor.ones(2));

        @Override
        public Tensor forward(Tensor x) {
            return x.add(current(shift));
        }
    }

    @Test
    void buffersStayBuffers() {
        var layer = Parametrize.registerParametrization(new Shifted(), "shift", new Symmetric(), true);
        Parametrize.removeParametrizations(Parametrize.registerParametrization(new Shifted(), "shift", new Doubled()), "shift");
        assertEquals(List.of("parametrizations.shift.original"), List.copyOf(layer.namedBuffers().keySet()));
        assertTrue(layer.parameters().isEmpty());
    }

    @Test
    void aNameStaysTakenWhileItIsComputed() {
        final class Open extends Layer implements Parametrizable {
            private final Tensor a = register("a", Tensor.ones(2));

            @Override
            public Tensor forward(Tensor x) {
                return x.mul(current(a));
            }

            void again() {
                register("a", Tensor.ones(2));
            }
        }

        var layer = Parametrize.registerParametrization(new Open(), "a", new Doubled());
        assertEquals("ParametrizedOpen.register: 'a' is taken by a parametrized tensor",
                assertThrows(IllegalArgumentException.class, layer::again).getMessage());
    }

    @Test
    void frozenOriginalsStayFrozen() {
        var layer = new Linear(3, 3);
        layer.requiresGrad(false);
        Parametrizations.weightNorm(layer);
        layer.parameters().forEach(parameter -> assertFalse(parameter.requiresGrad()));
        Parametrize.removeParametrizations(layer, "weight");
        assertFalse(layer.weight().requiresGrad());
        assertEquals(List.of("bias", "weight"), List.copyOf(layer.namedParameters().keySet()));
    }

    @Test
    void valuesAreAssignedThroughTheRightInverse() {
        var layer = Parametrizations.weightNorm(new Linear(3, 2));
        List<Tensor> originals = Parametrize.of(layer, "weight").originals();
        Tensor value = Tensor.of(new float[][] {{3, 0, 4}, {0, 2, 0}});
        Parametrize.of(layer, "weight").rightInverse(value);
        assertTrue(layer.weight().sub(value).abs().max().item() < 1e-6);
        assertEquals(originals, Parametrize.of(layer, "weight").originals());
        assertTrue(originals.get(0).equal(Tensor.of(new float[][] {{5}, {2}})));
        value.zeroInPlace();
        assertTrue(layer.weight().abs().max().item() > 1); // it has memory of its own
        var symmetric = Parametrize.registerParametrization(new Linear(2, 2), "weight", new Symmetric());
        assertEquals("Symmetric: it has no right inverse, so no value can be assigned; implement RightInverse",
                assertThrows(IllegalStateException.class, () -> Parametrize.of(symmetric, "weight").rightInverse(Tensor.ones(2, 2))).getMessage());
    }

    @Test
    void anOrthogonalWeightStaysOrthogonalAndCanBeAssigned() {
        for (OrthogonalMap map : OrthogonalMap.values()) {
            var layer = Parametrizations.orthogonal(new Linear(3, 5, true, DType.FLOAT64), "weight", map);
            Autograd.noGrad(() -> {
                layer.getParameter("parametrizations.weight.original").addInPlace(Tensor.randn(DType.FLOAT64, 5, 3).tril(-1));
            });
            assertTrue(layer.weight().mT().matmul(layer.weight()).allClose(Tensor.eye(3).to(DType.FLOAT64), 0, 1e-12, false), map.name());
            Tensor value = Tensor.randn(DType.FLOAT64, 5, 3);
            Parametrize.of(layer, "weight").rightInverse(value);
            Tensor w = layer.weight().detach();
            assertTrue(w.mT().matmul(w).allClose(Tensor.eye(3).to(DType.FLOAT64), 0, 1e-12, false), map.name());
            assertTrue(w.matmul(w.mT().matmul(value)).allClose(value, 0, 1e-12, false), "the columns span the same space");
            assertThrows(ShapeException.class, () -> Parametrize.of(layer, "weight").rightInverse(value.t()));
        }
    }

    @Test
    void outputsOfTransposedConvolutionsAreTheSecondDimension() {
        var up = Parametrizations.spectralNorm(new ConvTranspose2d(3, 4, 2));
        assertEquals(4, up.getBuffer("parametrizations.weight.0._u").size(0));
        var down = Parametrizations.spectralNorm(new Conv2d(3, 4, 2));
        assertEquals(12, down.getBuffer("parametrizations.weight.0._v").size(0));
    }

    // ---- state, copies, modes, gradients ----

    @Test
    void olderKeysOfWeightNormLoad() {
        var net = new Sequential(Parametrizations.weightNorm(new Linear(3, 2)));
        var state = new StateDict();
        state.put("0.bias", Tensor.zeros(2));
        state.put("0.weight_g", Tensor.ones(2, 1));
        state.put("0.weight_v", Tensor.of(new float[][] {{3, 0, 4}, {0, 2, 0}}));
        net.loadStateDict(state);
        assertTrue(((Linear) net.get(0)).weight().sub(Tensor.of(new float[][] {{0.6f, 0, 0.8f}, {0, 1, 0}})).abs().max().item() < 1e-6);
        assertThrows(io.candela.tensor.StateDictException.class, () -> net.loadStateDict(new Sequential(new Linear(3, 2)).stateDict()));
    }

    @Test
    void copiesAreIndependent() {
        var net = new Sequential(Parametrizations.spectralNorm(new Linear(3, 3)), Parametrizations.weightNorm(new Linear(3, 3)));
        Tensor x = Tensor.randn(2, 3);
        Sequential copy = Module.deepCopy(net);
        assertEquals(net.toString(), copy.toString());
        assertEquals(List.copyOf(net.stateDict().keySet()), List.copyOf(copy.stateDict().keySet()));
        assertTrue(net.forward(x).equal(copy.forward(x)));
        Tensor before = ((Tensor) net.stateDict().get("0.parametrizations.weight.0._u")).clone();
        copy.forward(x);
        copy.parameters().forEach(parameter -> Autograd.noGrad(() -> {
            parameter.zeroInPlace();
        }));
        assertTrue(before.equal((Tensor) net.stateDict().get("0.parametrizations.weight.0._u")));
        assertTrue(net.forward(x).abs().max().item() > 0);
        Parametrize.removeParametrizations((Linear) copy.get(1), "weight");
        assertTrue(Parametrize.isParametrized(net.get(1), "weight"));
        assertNotSame(((Linear) net.get(1)).weight(), ((Linear) copy.get(1)).weight());
    }

    @Test
    void theModeDecidesWhetherThePowerMethodGoesOn() {
        var layer = Parametrizations.spectralNorm(new Linear(6, 5), "weight", 1, 1e-12, null);
        Tensor u = layer.getBuffer("parametrizations.weight.0._u");
        Tensor before = u.clone();
        layer.eval();
        layer.weight();
        assertTrue(u.equal(before));
        layer.train();
        layer.weight();
        assertFalse(u.equal(before));
        for (int i = 0; i < 100; i++) {
            layer.weight();
        }
        Tensor w = layer.weight().detach();
        Tensor v = Tensor.randn(6);
        for (int i = 0; i < 200; i++) {
            v = w.mT().matmul(w.matmul(v));
            v = v.div(v.norm());
        }
        assertEquals(1, w.matmul(v).norm().item(), 1e-5); // the largest singular value
        var still = new Linear(3, 3);
        still.eval();
        var norm = Parametrizations.spectralNorm(still);
        assertFalse(norm.getSubmodule("parametrizations.weight.0").isTraining());
    }

    @Test
    void twoForwardsThenOneBackward() {
        var layer = Parametrizations.spectralNorm(new Linear(3, 3));
        Tensor x = Tensor.randn(2, 3);
        layer.forward(x).sum().sub(layer.forward(x.neg()).sum()).backward();
        assertTrue(layer.getParameter("parametrizations.weight.original").grad().abs().max().item() > 0);
    }

    @Test
    void gradientsReachTheOriginals() {
        for (Integer dim : new Integer[] {0, 1, null}) {
            var norm = new WeightNorm(dim);
            Tensor[] originals = norm.rightInverse(Tensor.randn(3, 4).to(DType.FLOAT64));
            GradCheck.gradcheck(x -> new Tensor[] {norm.forward(x[0], x[1]).mul(x[1])}, asking(originals[0]), asking(originals[1]));
        }
        var spectral = new SpectralNorm(Tensor.randn(3, 4).to(DType.FLOAT64), 1, 1e-12, 0);
        spectral.eval();
        GradCheck.gradcheck(spectral::forward, asking(Tensor.randn(3, 4).to(DType.FLOAT64)));
    }

    private static Tensor asking(Tensor x) {
        return x.detach().clone().setRequiresGrad(true);
    }

    @Test
    void conversionReachesTheOriginals() {
        var layer = Parametrizations.weightNorm(new Linear(3, 2));
        layer.to(DType.FLOAT64);
        assertEquals(DType.FLOAT64, layer.weight().dtype());
        assertEquals(DType.FLOAT64, layer.forward(Tensor.zeros(DType.FLOAT64, 1, 3)).dtype());
        Parametrize.removeParametrizations(layer, "weight");
        assertEquals(DType.FLOAT64, layer.getParameter("weight").dtype());
        assertNull(layer.getParameter("weight").grad());
    }

    // ---- cache ----

    @Test
    void insideCachedEachTensorIsComputedOnce() {
        var counting = new Counting();
        var layer = Parametrize.registerParametrization(new Linear(2, 2), "weight", counting, true);
        Tensor x = Tensor.ones(1, 2);
        counting.count = 0;
        Parametrize.cached(() -> {
            Tensor first;
            try (var scope = TensorScope.open()) {
                first = layer.weight();
            }
            assertSame(first, layer.weight());
            Parametrize.cached(() -> assertSame(first, layer.weight()));
            layer.forward(layer.forward(x)).sum().backward();
        });
        assertEquals(1, counting.count);
        layer.weight();
        layer.weight();
        assertEquals(3, counting.count);
        assertThrows(IllegalStateException.class, () -> Parametrize.cached((Runnable) () -> {
            throw new IllegalStateException();
        }));
        assertNotSame(layer.weight(), layer.weight());
    }

    // ---- the layers that allow it ----

    /** Each layer that says it reads its tensors through current() does so: with every tensor doubled, it computes what a layer with doubled values does. */
    @TestFactory
    Stream<DynamicTest> layersReadTheirTensorsThroughCurrent() {
        Tensor x = Tensor.randn(2, 4);
        Tensor k = Tensor.of(new long[] {0, 2, 1, 1}, 2, 2);
        Map<Module, Function<Module, Tensor>> layers = new LinkedHashMap<>();
        layers.put(new Linear(4, 3), m -> ((Linear) m).forward(x));
        layers.put(new Bilinear(4, 4, 3), m -> ((Bilinear) m).forward(x, x));
        layers.put(new Embedding(3, 4), m -> ((Embedding) m).forward(k));
        layers.put(new EmbeddingBag(3, 4), m -> ((EmbeddingBag) m).forward(k));
        layers.put(new LayerNorm(4), m -> ((LayerNorm) m).forward(x));
        layers.put(new RMSNorm(4), m -> ((RMSNorm) m).forward(x));
        layers.put(new GroupNorm(2, 4), m -> ((GroupNorm) m).forward(x));
        layers.put(new BatchNorm1d(4), m -> ((BatchNorm1d) m).forward(x));
        layers.put(new PReLU(), m -> ((PReLU) m).forward(x));
        return layers.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey().typeName(), () -> {
            Module layer = e.getKey();
            for (String name : List.copyOf(layer.namedParameters().keySet())) {
                Tensor parameter = layer.getParameter(name);
                if (name.equals("bias")) {
                    Autograd.noGrad(() -> {
                        parameter.addInPlace(1);
                    });
                }
                Module doubled = Module.deepCopy(layer);
                Autograd.noGrad(() -> {
                    doubled.getParameter(name).mulInPlace(2);
                });
                Tensor plain = e.getValue().apply(layer);
                Tensor expected = e.getValue().apply(doubled);
                var times2 = new Layer() {
                    @Override
                    public Tensor forward(Tensor t) {
                        return t.mul(2);
                    }
                };
                Module parametrized = Parametrize.registerParametrization(Module.deepCopy(layer), name, times2);
                assertFalse(expected.equal(plain), name);
                assertTrue(expected.equal(e.getValue().apply(parametrized)), name);
                assertEquals(layer.describe(), parametrized.describe());
            }
        }));
    }
}
