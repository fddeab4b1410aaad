package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ModuleSpecTest {
    /** Aids to training, made of a model and a function: what belongs in a file is the model in them. */
    private static final Set<String> NOT_DESCRIBED = Set.of("AveragedModel");

    /** A module with other arguments than the defaults, and an input for it; null where its signature is another. */
    private record Sample(Module module, Tensor input) {}

    private final List<Sample> samples = new ArrayList<>();

    private void add(Module module, int... shape) {
        samples.add(new Sample(module, shape.length == 0 ? null : Tensor.randn(shape)));
    }

    private List<Sample> samples() {
        Tensor.manualSeed(3);
        add(new Linear(3, 5, false, DType.FLOAT32), 2, 3);
        add(new Bilinear(2, 3, 4, false));
        samples.add(new Sample(new Embedding(7, 3, Embedding.options().withPaddingIdx(-1).withMaxNorm(2.0)), Tensor.of(new long[] {1, 6, 0})));
        add(new EmbeddingBag(7, 3, EmbeddingBag.options().withMode(EmbeddingBag.Mode.MAX)));
        add(new Identity(), 2);
        add(new Dropout(0.25), 4, 4);
        add(new Dropout1d(0.25), 4, 4, 3);
        add(new Dropout2d(0.25), 4, 4, 3, 3);
        add(new Dropout3d(0.25), 4, 4, 2, 2, 2);
        add(new AlphaDropout(0.25), 4, 4);
        add(new FeatureAlphaDropout(0.25), 4, 4, 3);
        ConvOptions conv = Conv2d.options().withStride(2).withPadding(1).withDilation(2).withGroups(2).withBias(false);
        add(new Conv1d(4, 6, new int[] {3}, conv.withPaddingMode(ConvOptions.PaddingMode.CIRCULAR)), 2, 4, 9);
        add(new Conv2d(4, 6, new int[] {3, 2}, Conv2d.options().withPadding("same").withDtype(DType.FLOAT32)), 2, 4, 9, 8);
        add(new Conv3d(4, 6, new int[] {3, 2, 2}, conv), 2, 4, 9, 8, 7);
        add(new ConvTranspose1d(4, 6, new int[] {3}, conv.withOutputPadding(1)), 2, 4, 9);
        add(new ConvTranspose2d(4, 6, new int[] {3, 2}, conv), 2, 4, 5, 4);
        add(new ConvTranspose3d(4, 6, new int[] {3, 2, 2}, conv), 2, 4, 3, 3, 3);
        add(new LazyLinear(5, false, DType.FLOAT64));
        add(new LazyConv1d(6, new int[] {3}, conv));
        add(new LazyConv2d(6, new int[] {3, 2}, conv));
        add(new LazyConv3d(6, new int[] {3, 2, 2}, conv));
        add(new LazyConvTranspose1d(6, new int[] {3}, conv));
        add(new LazyConvTranspose2d(6, new int[] {3, 2}, conv));
        add(new LazyConvTranspose3d(6, new int[] {3, 2, 2}, conv));
        NormOptions lazy = BatchNorm.options().withEps(1e-3).withMomentum(null);
        for (Module norm : List.of(new LazyBatchNorm1d(lazy), new LazyBatchNorm2d(lazy), new LazyBatchNorm3d(lazy), new LazyInstanceNorm1d(lazy),
                new LazyInstanceNorm2d(lazy), new LazyInstanceNorm3d(lazy))) {
            add(norm);
        }
        add(new Fold(new int[] {4, 5}, new int[] {2, 2}, new int[] {1}, new int[] {0}, 1), 1, 8, 12);
        add(new Unfold(new int[] {2, 3}, new int[] {1}, new int[] {1, 0}, 2), 1, 2, 6, 5);
        add(new MaxPool1d(new int[] {3}, MaxPool1d.options().withStride(2).withPadding(1).withCeilMode(true)), 2, 3, 10);
        add(new MaxPool2d(new int[] {3, 2}, MaxPool2d.options().withDilation(2)), 2, 3, 9, 9);
        add(new MaxPool3d(2), 1, 2, 4, 4, 4);
        add(new AvgPool1d(3, 2), 2, 3, 10);
        add(new AvgPool2d(new int[] {3, 2}, AvgPool2d.options().withPadding(1).withCountIncludePad(false).withDivisorOverride(5)), 2, 3, 9, 9);
        add(new AvgPool3d(2), 1, 2, 4, 4, 4);
        add(new LPPool1d(4, new int[] {2}, null, true), 2, 3, 7);
        add(new LPPool2d(2, new int[] {2, 3}, new int[] {1, 2}, false), 2, 3, 7, 7);
        add(new LPPool3d(2, 2), 1, 2, 4, 4, 4);
        add(new MaxUnpool1d(3));
        add(new MaxUnpool2d(new int[] {3, 2}, new int[] {2}, 1));
        add(new MaxUnpool3d(2));
        add(new AdaptiveAvgPool1d(3), 2, 3, 7);
        add(new AdaptiveAvgPool2d(null, 3), 2, 3, 7, 7);
        add(new AdaptiveAvgPool3d(2), 1, 2, 4, 4, 4);
        add(new AdaptiveMaxPool1d(3), 2, 3, 7);
        add(new AdaptiveMaxPool2d(2, 3), 2, 3, 7, 7);
        add(new AdaptiveMaxPool3d(2, null, 3), 1, 2, 4, 4, 4);
        add(new FractionalMaxPool2d(new int[] {2}, 3, 4), 1, 2, 8, 9);
        add(new FractionalMaxPool3d(new int[] {2}, 0.5, 0.6, 0.7), 1, 2, 8, 8, 8);
        add(new Flatten(0, 1), 2, 3, 4);
        add(new Unflatten(1, 2, -1), 2, 6);
        add(new PixelShuffle(2), 1, 8, 3, 3);
        add(new PixelUnshuffle(2), 1, 2, 4, 4);
        add(new ChannelShuffle(2), 1, 4, 3, 3);
        add(new Upsample(Upsample.options().withScaleFactor(2.5).withMode(InterpolateMode.BICUBIC).withAlignCorners(false)), 1, 2, 4, 4);
        add(UpsamplingBilinear2d.to(5, 6), 1, 2, 4, 4);
        add(new UpsamplingNearest2d(2, 3), 1, 2, 4, 4);
        add(new ZeroPad1d(1, 2), 2, 3, 4);
        add(new ZeroPad2d(1, 2, 0, 1), 2, 3, 4, 4);
        add(new ZeroPad3d(1), 1, 2, 3, 3, 3);
        add(new ConstantPad1d(new int[] {1, 2}, 0.5), 2, 3, 4);
        add(new ConstantPad2d(2, -1.5), 2, 3, 4, 4);
        add(new ConstantPad3d(1, 3), 1, 2, 3, 3, 3);
        add(new ReflectionPad1d(1, 2), 2, 3, 4);
        add(new ReflectionPad2d(1), 2, 3, 4, 4);
        add(new ReflectionPad3d(1), 1, 2, 3, 3, 3);
        add(new ReplicationPad1d(1, 2), 2, 3, 4);
        add(new ReplicationPad2d(1), 2, 3, 4, 4);
        add(new ReplicationPad3d(1), 1, 2, 3, 3, 3);
        add(new CircularPad1d(1, 2), 2, 3, 4);
        add(new CircularPad2d(1), 2, 3, 4, 4);
        add(new CircularPad3d(1), 1, 2, 3, 3, 3);
        NormOptions norm = new NormOptions(1e-3, null, true, false, true);
        add(new BatchNorm1d(3, norm), 4, 3);
        add(new BatchNorm2d(3, norm.withMomentum(0.3)), 4, 3, 2, 2);
        add(new BatchNorm3d(3, norm), 4, 3, 2, 2, 2);
        add(new InstanceNorm1d(3, norm.withMomentum(0.3)), 4, 3, 5);
        add(new InstanceNorm2d(3), 4, 3, 2, 2);
        add(new InstanceNorm3d(3), 4, 3, 2, 2, 2);
        add(new LayerNorm(new int[] {3, 4}, 1e-3, true, false), 2, 3, 4);
        add(new RMSNorm(new int[] {4}, null, false), 2, 4);
        add(new GroupNorm(2, 4, 1e-3, true, false), 2, 4, 3);
        add(new LocalResponseNorm(3, 1e-3, 0.5, 2), 2, 4, 3);
        for (Layer plain : List.of(new ReLU(), new ReLU6(), new SELU(), new SiLU(), new Mish(), new Sigmoid(), new LogSigmoid(), new Tanh(),
                new Tanhshrink(), new Softsign(), new Hardsigmoid(), new Hardswish(), new CELU(2), new ELU(2), new GELU(GELU.Approximate.TANH),
                new GLU(0), new Hardshrink(0.2), new Softshrink(0.2), new Hardtanh(-0.5, 0.25), new LeakyReLU(0.2), new RReLU(0.1, 0.4),
                new Softplus(2, 1), new Threshold(0.1, 7), new Softmax(0), new Softmin(0), new LogSoftmax(0))) {
            add(plain, 4, 4);
        }
        add(new Softmax2d(), 2, 3, 2, 2);
        add(new PReLU(3, 0.5), 2, 3);
        add(new CosineSimilarity(0, 1e-3));
        add(new PairwiseDistance(1, 1e-3, true));
        RNNBase.Options rnn = LSTM.options().withNumLayers(2).withBidirectional(true).withBatchFirst(true);
        add(new RNN(3, 4, RNN.options().withNonlinearity(RNNBase.Nonlinearity.RELU).withDtype(DType.FLOAT64)));
        add(new LSTM(3, 4, rnn.withProjSize(2)));
        add(new GRU(3, 4, rnn.withBias(false)));
        add(new RNNCell(3, 4, false, RNNBase.Nonlinearity.RELU, DType.FLOAT64));
        add(new LSTMCell(3, 4, false, DType.FLOAT32));
        add(new GRUCell(3, 4, true, DType.FLOAT64));
        add(new MultiheadAttention(4, 2, MultiheadAttention.options().withDropout(0.1).withKdim(3).withAddBiasKv(true)));
        TransformerOptions transformer = Transformer.options().withDimFeedforward(8).withActivation("gelu").withNormFirst(true);
        add(new TransformerEncoderLayer(4, 2, transformer));
        add(new TransformerDecoderLayer(4, 2, transformer));
        add(new TransformerEncoder(new TransformerEncoderLayer(4, 2, transformer), 2, new LayerNorm(4)));
        add(new TransformerDecoder(new TransformerDecoderLayer(4, 2, transformer), 2));
        add(new Transformer(4, 2, 1, 2, transformer));
        Tensor weight = Tensor.rand(3);
        add(new BCELoss(BCELoss.options().withWeight(weight)));
        add(new BCEWithLogitsLoss(BCEWithLogitsLoss.options().withPosWeight(weight)));
        add(new CTCLoss(CTCLoss.options().withZeroInfinity(true)));
        add(new CrossEntropyLoss(CrossEntropyLoss.options().withWeight(weight).withIgnoreIndex(2).withLabelSmoothing(0.1)));
        add(new NLLLoss(NLLLoss.options().withReduction(Reduction.SUM)));
        add(new MultiLabelSoftMarginLoss(MultiLabelSoftMarginLoss.options().withWeight(weight)));
        add(new MultiMarginLoss(MultiMarginLoss.options().withP(2)));
        add(new LinearCrossEntropyLoss(5, 3));
        add(new LinearCrossEntropyLoss(5, 3, LinearCrossEntropyLoss.options().withOutFeatures(2, 4).withBias(true).withDtype(DType.FLOAT64)
                .withWeight(Tensor.ones(3)).withIgnoreIndex(2).withReduction(Reduction.SUM).withLabelSmoothing(0.25).withBatchChunkSize(8)));
        add(new PoissonNLLLoss(PoissonNLLLoss.options().withFull(true)));
        add(new TripletMarginLoss(TripletMarginLoss.options().withSwap(true)));
        for (Module loss : List.of(new L1Loss(Reduction.SUM), new MSELoss(Reduction.NONE), new MultiLabelMarginLoss(Reduction.SUM),
                new SoftMarginLoss(Reduction.SUM), new CosineEmbeddingLoss(0.5, Reduction.SUM), new HingeEmbeddingLoss(0.5, Reduction.SUM),
                new MarginRankingLoss(0.5, Reduction.SUM), new GaussianNLLLoss(true, 1e-3, Reduction.SUM), new HuberLoss(2, Reduction.SUM),
                new KLDivLoss(true, Reduction.SUM), new SmoothL1Loss(2, Reduction.SUM))) {
            add(loss);
        }
        add(new TripletMarginWithDistanceLoss(TripletMarginWithDistanceLoss.PAIRWISE_DISTANCE, 2, true, Reduction.SUM));
        add(new AdaptiveLogSoftmaxWithLoss(8, 10, 2, true, 3, 6));
        add(new ParameterList(Tensor.randn(2, 3), Tensor.randn(4)));
        add(new ParameterDict(Map.of("scale", Tensor.randn(2, 3))));
        add(new Sequential(new Linear(3, 4), new Sequential(new ReLU(), new Linear(4, 2))), 2, 3);
        add(new ModuleList<>(new ReLU(), new LSTM(3, 4)));
        add(new ModuleDict<>(Map.of("act", new Hardtanh(-2, 2))));
        return samples;
    }

    @TestFactory
    Stream<DynamicTest> builtInRoundTrip() {
        return samples().stream().map(sample -> DynamicTest.dynamicTest(sample.module.getClass().getSimpleName(), () -> roundTrip(sample)));
    }

    private static void roundTrip(Sample sample) {
        Map<String, Object> spec = ModuleSpec.of(sample.module);
        Module again = ModuleSpec.build(spec, ModuleFactories.none());
        assertSame(sample.module.getClass(), again.getClass());
        assertEquals(sample.module.toString(), again.toString());
        assertEquals(sample.module.stateDict().keySet(), again.stateDict().keySet());
        assertEquals(spec.toString(), ModuleSpec.of(again).toString());
        again.loadStateDict(sample.module.stateDict(), LoadOptions.defaults().withAssign(true));
        if (sample.input != null) {
            Tensor.manualSeed(5);
            Tensor expected = ((Layer) sample.module).forward(sample.input);
            Tensor.manualSeed(5);
            assertTrue(expected.equal(((Layer) again).forward(sample.input)));
        }
    }

    /** A new layer must be described too: what is public and can be built has a sample above. */
    @Test
    void everyPublicModuleHasASample() throws IOException, ClassNotFoundException {
        Set<String> expected = publicModules("io.candela.nn");
        assertTrue(expected.removeAll(NOT_DESCRIBED) && expected.size() > 100, () -> "found only " + expected);
        Set<String> tested = new TreeSet<>();
        samples().forEach(sample -> tested.add(sample.module.getClass().getSimpleName()));
        assertEquals(Set.of(), difference(expected, tested), "without a sample");
        Set<String> table = new TreeSet<>(BuiltIns.names());
        table.addAll(List.of("Sequential", "ModuleList", "ModuleDict"));
        expected.addAll(publicModules("io.candela.nn.models")); // their round trip is tested with files
        assertEquals(Set.of(), difference(expected, table), "without a line in the table");
    }

    /** The simple names of a package's public modules that can be built by a constructor or a method of theirs. */
    private static Set<String> publicModules(String packageName) throws IOException, ClassNotFoundException {
        Set<String> names = new TreeSet<>();
        Path classes = Path.of(Module.class.getProtectionDomain().getCodeSource().getLocation().getPath(), packageName.replace('.', '/'));
        try (Stream<Path> files = Files.list(classes)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".class") || name.contains("$") || name.contains("-")) {
                    continue;
                }
                Class<?> type = Class.forName(packageName + "." + name.substring(0, name.length() - 6));
                boolean buildable = type.getConstructors().length > 0 || Stream.of(type.getMethods()).anyMatch(method ->
                        Modifier.isStatic(method.getModifiers()) && method.getReturnType() == type);
                if (Module.class.isAssignableFrom(type) && Modifier.isPublic(type.getModifiers()) && !Modifier.isAbstract(type.getModifiers())
                        && buildable) {
                    names.add(type.getSimpleName());
                }
            }
        }
        return names;
    }

    private static Set<String> difference(Set<String> all, Set<String> known) {
        Set<String> left = new TreeSet<>(all);
        left.removeAll(known);
        return left;
    }

    /** A class of a user's own. */
    public static final class Residual extends Layer implements Described {
        private final int width;
        private final Linear inner;

        Residual(int width) {
            this.width = width;
            inner = register("inner", new Linear(width, width));
        }

        @Override
        public Tensor forward(Tensor x) {
            return x.add(inner.forward(x));
        }

        @Override
        public Map<String, ?> arguments() {
            return Map.of("width", width);
        }
    }

    @Test
    void classesOfOnesOwnAreBuiltOnlyIfAllowed() {
        Map<String, Object> spec = ModuleSpec.of(new Sequential(new Linear(3, 4), new Residual(4)));
        var refused = assertThrows(IllegalArgumentException.class, () -> ModuleSpec.build(spec, ModuleFactories.none()));
        assertTrue(refused.getMessage().contains(Residual.class.getName()), refused.getMessage());
        ModuleFactories factories = ModuleFactories.none().allow(Residual.class, args -> new Residual(args.integer("width")));
        Sequential again = (Sequential) ModuleSpec.build(spec, factories);
        assertEquals(Residual.class, again.get(1).getClass());
        assertEquals(4, ((Residual) again.get(1)).width);
    }

    @Test
    void aModuleInTwoPlacesStaysOne() {
        var shared = new Linear(3, 3);
        Sequential again = (Sequential) ModuleSpec.build(ModuleSpec.of(new Sequential(shared, new Sequential(new ReLU(), shared))),
                ModuleFactories.none());
        assertSame(again.get(0), ((Sequential) again.get(1)).get(1));
    }

    @Test
    void buildingDrawsNoRandomNumbers() {
        Map<String, Object> spec = ModuleSpec.of(new Sequential(new Linear(3, 4), new Conv2d(1, 2, 3)));
        Tensor.manualSeed(1);
        Tensor expected = Tensor.rand(3);
        Tensor.manualSeed(1);
        ModuleSpec.build(spec, ModuleFactories.none());
        assertTrue(expected.equal(Tensor.rand(3)));
    }

    @Test
    void whatCannotBeDescribedIsRefusedWithItsPlace() {
        class Own extends Layer {
            @Override
            public Tensor forward(Tensor x) {
                return x;
            }
        }
        assertRefused("'1' Own", new Sequential(new ReLU(), new Own()));
        var normed = new Linear(2, 2);
        Parametrizations.weightNorm(normed);
        assertRefused("'0' ParametrizedLinear is parametrized", new Sequential(normed));
        assertRefused("function of your own", new TransformerEncoderLayer(4, 2, Transformer.options().withActivation(x -> x)));
    }

    private static void assertRefused(String part, Module module) {
        var e = assertThrows(IllegalArgumentException.class, () -> ModuleSpec.of(module));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void damagedDescriptionsAreRefused() {
        Map<String, Object> good = ModuleSpec.of(new Linear(3, 4));
        for (Object bad : new Object[] {Map.of(), Map.of("type", "Linear"), Map.of("type", "java.lang.Runtime", "arguments", Map.of()),
                Map.of("type", "Runtime", "children", Map.of()), Map.of("class", "java.lang.Runtime", "arguments", Map.of()),
                Map.of("same_as", "0"), Map.of("type", "Linear", "arguments", Map.of("in_features", 3L)),
                Map.of("type", "Sequential", "children", Map.of("0", 3L)),
                Map.of("type", "Sequential", "children", Map.of("0", ModuleSpec.of(new LSTM(2, 2)))),
                Map.of("type", "Sequential", "children", Map.of("0.1", good)),
                Map.of("type", "Linear", "arguments", with(good, "in_features", "3")),
                Map.of("type", "Linear", "arguments", with(good, "in_features", 1L << 40)),
                Map.of("type", "Linear", "arguments", with(good, "in_features", -1L)),
                Map.of("type", "Linear", "arguments", with(good, "dtype", "int64")),
                Map.of("type", "Linear", "arguments", with(good, "more", 1L))}) {
            assertThrows(IllegalArgumentException.class, () -> ModuleSpec.build((Map<?, ?>) bad, ModuleFactories.none()), () -> "accepted " + bad);
        }
        Map<String, Object> deep = good;
        for (int i = 0; i < 600; i++) {
            deep = Map.of("type", "Sequential", "children", Map.of("0", deep));
        }
        Map<String, Object> tooDeep = deep;
        assertThrows(IllegalArgumentException.class, () -> ModuleSpec.build(tooDeep, ModuleFactories.none()));
    }

    private static Map<String, Object> with(Map<String, Object> spec, String name, Object value) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        ((Map<?, ?>) spec.get("arguments")).forEach((key, old) -> arguments.put((String) key, old));
        arguments.put(name, value);
        return arguments;
    }
}
