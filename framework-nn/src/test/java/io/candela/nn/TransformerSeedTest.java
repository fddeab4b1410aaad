package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Attention and transformers after a seed: PyTorch's start values, outputs, gradients and training, with dropout; and their printed forms. */
@ResourceLock("the default generator")
class TransformerSeedTest {
    private static final long SEED = 20250402;
    private static final Map<String, List<String>> GOLDEN = GoldenText.cases("attention.txt");
    private static final MultiheadAttention.Options SIZES = MultiheadAttention.options().withKdim(3).withVdim(5).withAddBiasKv(true);

    private static Stream<Map.Entry<String, List<String>>> golden(String word) {
        return GOLDEN.entrySet().stream().filter(e -> e.getKey().startsWith(word + " "));
    }

    private static String generatorState() {
        return GoldenText.crc(ByteBuffer.wrap(Generator.getDefault().getState()));
    }

    private static Module make(String name) {
        TransformerOptions options = Transformer.options().withDimFeedforward(12);
        return switch (name) {
            case "MultiheadAttention" -> new MultiheadAttention(8, 2);
            case "MultiheadAttention all" -> new MultiheadAttention(8, 2, SIZES);
            case "TransformerEncoderLayer" -> new TransformerEncoderLayer(8, 2, options);
            case "TransformerDecoderLayer" -> new TransformerDecoderLayer(8, 2, options.withBias(false));
            case "TransformerEncoder" -> new TransformerEncoder(new TransformerEncoderLayer(8, 2, options), 2, new LayerNorm(8));
            case "Transformer" -> new Transformer(8, 2, 2, 1, options);
            default -> throw new AssertionError(name);
        };
    }

    @TestFactory
    Stream<DynamicTest> starts() {
        return golden("start").map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            Tensor.manualSeed(SEED);
            List<String> found = new ArrayList<>();
            make(e.getKey().substring(6)).parameters().forEach(p -> found.add(GoldenText.crc(p.toByteBuffer())));
            found.add(generatorState());
            assertEquals(e.getValue(), found);
        }));
    }

    /** A module after its run. */
    private record Run(Module module, Tensor output) {}

    private static Run run(String... words) {
        boolean first = words[1].equals("batchFirst") || words[1].equals("all");
        boolean single = words[words.length - 1].equals("single");
        TransformerOptions options = Transformer.options().withDimFeedforward(12).withDropout(0.3).withBatchFirst(first)
                .withNormFirst(words[1].equals("normFirst") || words[1].equals("all"));
        if (words[1].equals("all")) {
            options = options.withActivation(F::gelu).withBias(false).withLayerNormEps(0.01);
        }
        int[] source = single ? new int[] {4, 8} : first ? new int[] {3, 4, 8} : new int[] {4, 3, 8};
        int[] target = single ? new int[] {5, 8} : first ? new int[] {3, 5, 8} : new int[] {5, 3, 8};
        Tensor padding = single ? null : Tensor.of(new boolean[][] {{false, false, false, true}, {false, false, false, false}, {false, true, false, true}});
        TransformerMasks masks = TransformerMasks.none().withTgt(Transformer.generateSquareSubsequentMask(5));
        switch (words[0]) {
            case "encoderLayer":
                TransformerEncoderLayer encoder = new TransformerEncoderLayer(8, 2, options);
                return new Run(encoder, encoder.forward(Tensor.randn(source), Transformer.generateSquareSubsequentMask(4), padding, false));
            case "decoderLayer":
                TransformerDecoderLayer decoder = new TransformerDecoderLayer(8, 2, options);
                return new Run(decoder, decoder.forward(Tensor.randn(target), Tensor.randn(source), masks.withCausal(false, true, false)
                        .withMemoryKeyPadding(padding)));
            case "transformer":
                Transformer transformer = new Transformer(8, 2, 2, 2, options);
                return new Run(transformer, transformer.forward(Tensor.randn(source), Tensor.randn(target), masks.withSrcKeyPadding(padding)));
            default:
                boolean batchFirst = words[2].equals("True");
                MultiheadAttention attention = new MultiheadAttention(8, 2, MultiheadAttention.options().withDropout(0.3).withBatchFirst(batchFirst));
                Tensor x = Tensor.randn(3, 4, 8);
                return new Run(attention, attention.forward(x, x, x, MultiheadAttention.arguments().withNeedWeights(words[1].equals("True"))).output());
        }
    }

    @TestFactory
    Stream<DynamicTest> outputsAndGradients() {
        return golden("run").map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            Tensor.manualSeed(SEED);
            Run run = run(e.getKey().substring(4).split(" "));
            Tensor y = run.output;
            y.mul(Tensor.arange(1, y.numel() + 1, 1).view(y.shape().toArray())).div(y.numel()).sum().backward();
            List<Double> found = new ArrayList<>();
            for (double v : y.toDoubleArray()) {
                found.add(v);
            }
            for (Tensor p : run.module.parameters()) {
                found.add(p.grad().sum().item());
                found.add(p.grad().abs().sum().item());
            }
            List<String> expected = e.getValue();
            assertEquals(generatorState(), expected.get(expected.size() - 1));
            assertEquals(expected.size() - 1, found.size());
            for (int i = 0; i < found.size(); i++) {
                double value = Double.parseDouble(expected.get(i));
                double size = i < y.numel() ? 1 : Math.max(1, found.get(i - (i - y.numel()) % 2 + 1));
                assertEquals(value, found.get(i), 2e-5 * size, "number " + i);
            }
        }));
    }

    @Test
    void training() {
        Tensor.manualSeed(SEED);
        TransformerEncoder model = new TransformerEncoder(new TransformerEncoderLayer(16, 4, Transformer.options().withDimFeedforward(32).withBatchFirst(true)),
                2);
        Linear head = new Linear(16, 3);
        Tensor x = Tensor.randn(6, 5, 16);
        Tensor labels = Tensor.randint(0, 3, 6);
        List<Tensor> parameters = new ArrayList<>(model.parameters());
        parameters.addAll(head.parameters());
        RecurrentSeedTest.Steps adam = new RecurrentSeedTest.Steps(parameters, 1e-3);
        for (String expected : GOLDEN.get("train")) {
            Tensor loss = new CrossEntropyLoss().forward(head.forward(model.forward(x).mean(1)), labels);
            assertEquals(Double.parseDouble(expected), loss.item(), 2e-5);
            adam.step(loss);
        }
    }

    @Test
    void printedFormsAndKeys() {
        Map<String, Module> modules = new LinkedHashMap<>();
        modules.put("MultiheadAttention", new MultiheadAttention(4, 2));
        modules.put("MultiheadAttention all", new MultiheadAttention(4, 2, SIZES.withBias(false)));
        modules.put("MultiheadAttention kv", new MultiheadAttention(4, 2, MultiheadAttention.options().withAddBiasKv(true).withAddZeroAttn(true)));
        modules.put("TransformerEncoderLayer", new TransformerEncoderLayer(4, 2));
        modules.put("TransformerDecoderLayer", new TransformerDecoderLayer(4, 2, Transformer.options().withDimFeedforward(8).withDropout(0.2).withBias(false)));
        modules.put("TransformerEncoder", new TransformerEncoder(new TransformerEncoderLayer(4, 2), 3));
        modules.put("Transformer", new Transformer(4, 2, 1, 2, Transformer.options().withDimFeedforward(8)));
        Map<String, String> golden = GoldenText.blocks("attention-forms.txt");
        assertEquals(golden.keySet(), modules.keySet());
        golden.forEach((name, form) -> assertEquals(form, modules.get(name) + "\n" + String.join(" ", modules.get(name).stateDict().keySet()), name));
    }

    @Test
    void layersAreCopies() {
        TransformerEncoderLayer layer = new TransformerEncoderLayer(4, 2);
        TransformerEncoder encoder = new TransformerEncoder(layer, 2);
        Tensor one = encoder.getParameter("layers.0.linear1.weight");
        assertNotSame(one, encoder.getParameter("layers.1.linear1.weight"));
        assertEquals(true, one.detach().equal(layer.getParameter("linear1.weight").detach()));
        encoder.eval();
        Tensor x = Tensor.randn(3, 2, 4);
        assertEquals(true, encoder.forward(x).detach().equal(encoder.forward(x).detach()), "dropout rests in evaluation");
    }
}
