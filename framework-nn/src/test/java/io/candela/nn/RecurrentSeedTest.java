package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
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

/** Recurrent layers after a seed: PyTorch's start values, dropout and training; and their printed forms. */
@ResourceLock("the default generator")
class RecurrentSeedTest {
    private static final long SEED = 20250401;
    private static final Map<String, List<String>> GOLDEN = GoldenText.cases("recurrent.txt");

    private static Module make(String name) {
        return switch (name) {
            case "LSTM" -> new LSTM(3, 5);
            case "LSTM all" -> new LSTM(3, 5, LSTM.options().withNumLayers(2).withBidirectional(true).withProjSize(2));
            case "LSTM float64" -> new LSTM(3, 5, LSTM.options().withDtype(DType.FLOAT64));
            case "GRU" -> new GRU(4, 3, GRU.options().withNumLayers(2).withBias(false));
            case "RNN" -> new RNN(4, 3, RNN.options().withBidirectional(true));
            case "LSTMCell" -> new LSTMCell(3, 5);
            case "GRUCell" -> new GRUCell(3, 5, false, DType.FLOAT32);
            case "RNNCell" -> new RNNCell(3, 5);
            default -> throw new AssertionError(name);
        };
    }

    private static Stream<Map.Entry<String, List<String>>> golden(String word) {
        return GOLDEN.entrySet().stream().filter(e -> e.getKey().startsWith(word + " "));
    }

    private static String generatorState() {
        return GoldenText.crc(ByteBuffer.wrap(Generator.getDefault().getState()));
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

    private static RNNBase model(String kind, int in, int hidden, RNNBase.Options options) {
        return switch (kind) {
            case "LSTM" -> new LSTM(in, hidden, options);
            case "GRU" -> new GRU(in, hidden, options);
            default -> new RNN(in, hidden, options);
        };
    }

    private static Tensor output(RNNBase model, Tensor x) {
        return model instanceof LSTM lstm ? lstm.forward(x).output() : model instanceof GRU gru ? gru.forward(x).output() : ((RNN) model).forward(x).output();
    }

    private static PackedSequence output(RNNBase model, PackedSequence x) {
        return model instanceof LSTM lstm ? lstm.forward(x).output() : model instanceof GRU gru ? gru.forward(x).output() : ((RNN) model).forward(x).output();
    }

    /** Sums of the output and of all gradients: they tell one mask from another. */
    @TestFactory
    Stream<DynamicTest> dropout() {
        return golden("dropout").map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            String[] words = e.getKey().split(" ");
            boolean packed = e.getKey().endsWith("packed");
            RNNBase.Options options = LSTM.options().withDropout(0.4).withNumLayers(packed ? 2 : 3).withBidirectional(!packed);
            Tensor.manualSeed(SEED);
            RNNBase model = model(words[1], 3, 5, options.withBatchFirst(e.getKey().endsWith("batchFirst")));
            Tensor x = Tensor.randn(4, 6, 3);
            List<Tensor> found = new ArrayList<>();
            if (packed) {
                found.add(output(model, Sequences.packPaddedSequence(x, Tensor.of(new long[] {1, 4, 2, 3, 4, 2}), false, false)).data());
            } else {
                found.add(output(model, x));
                found.get(0).sum().backward();
                model.parameters().forEach(p -> found.add(p.grad()));
            }
            List<String> expected = e.getValue();
            assertEquals(2 * found.size() + 1, expected.size());
            for (int i = 0; i < found.size(); i++) {
                double size = Math.max(1, found.get(i).abs().sum().item());
                assertEquals(Double.parseDouble(expected.get(2 * i)), found.get(i).sum().item(), 3e-6 * size, "sum " + i);
                assertEquals(Double.parseDouble(expected.get(2 * i + 1)), found.get(i).abs().sum().item(), 3e-6 * size, "size " + i);
            }
            assertEquals(expected.get(expected.size() - 1), generatorState());
        }));
    }

    /** Adam by hand, as framework-optim depends on this module in no way. */
    @TestFactory
    Stream<DynamicTest> training() {
        return golden("train").map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            Tensor.manualSeed(SEED);
            RNNBase model = model(e.getKey().substring(6), 8, 16, LSTM.options().withNumLayers(2).withDropout(0.1));
            Linear head = new Linear(16, 4);
            Tensor x = Tensor.randn(10, 6, 8);
            Tensor target = Tensor.randint(0, 4, 6);
            List<Tensor> parameters = new ArrayList<>(model.parameters());
            parameters.addAll(head.parameters());
            Steps adam = new Steps(parameters, 1e-2);
            for (String expected : e.getValue()) {
                Tensor loss = new CrossEntropyLoss().forward(head.forward(output(model, x).select(0, -1)), target);
                assertEquals(Double.parseDouble(expected), loss.item(), 2e-5);
                adam.step(loss);
            }
        }));
    }

    /** Adam's formula in tensor methods. */
    static final class Steps {
        private final List<Tensor> parameters;
        private final List<Tensor> averages;
        private final List<Tensor> squares;
        private final double lr;
        private int count;

        Steps(List<Tensor> parameters, double lr) {
            this.parameters = parameters;
            this.lr = lr;
            averages = new ArrayList<>(parameters.stream().map(p -> p.detach().zerosLike()).toList());
            squares = new ArrayList<>(parameters.stream().map(p -> p.detach().zerosLike()).toList());
        }

        void step(Tensor loss) {
            parameters.forEach(Tensor::clearGrad);
            loss.backward();
            count++;
            Autograd.noGrad(() -> {
                for (int i = 0; i < parameters.size(); i++) {
                    Tensor g = parameters.get(i).grad();
                    averages.set(i, averages.get(i).mul(0.9).add(g.mul(0.1)));
                    squares.set(i, squares.get(i).mul(0.999).add(g.square().mul(0.001)));
                    Tensor divisor = squares.get(i).sqrt().div(Math.sqrt(1 - Math.pow(0.999, count))).add(1e-8);
                    parameters.get(i).addInPlace(averages.get(i).div(divisor).mul(-lr / (1 - Math.pow(0.9, count))));
                }
            });
        }
    }

    @Test
    void printedFormsAndKeys() {
        Map<String, Module> modules = new LinkedHashMap<>();
        modules.put("LSTM", new LSTM(3, 5));
        modules.put("LSTM all", new LSTM(3, 5, LSTM.options().withNumLayers(2).withBias(false).withBatchFirst(true).withDropout(0.25).withBidirectional(true)
                .withProjSize(2)));
        modules.put("LSTM proj", new LSTM(3, 5, LSTM.options().withProjSize(2)));
        modules.put("GRU", new GRU(3, 5, GRU.options().withNumLayers(2).withDropout(1)));
        modules.put("RNN", new RNN(3, 5, RNN.options().withNonlinearity(RNNBase.Nonlinearity.RELU).withBidirectional(true)));
        modules.put("LSTMCell", new LSTMCell(3, 5));
        modules.put("GRUCell", new GRUCell(3, 5, false, DType.FLOAT32));
        modules.put("RNNCell", new RNNCell(3, 5));
        modules.put("RNNCell relu", new RNNCell(3, 5, true, RNNBase.Nonlinearity.RELU, DType.FLOAT32));
        Map<String, String> golden = GoldenText.blocks("recurrent-forms.txt");
        assertEquals(golden.keySet(), modules.keySet());
        golden.forEach((name, form) -> assertEquals(form, modules.get(name) + "\n" + String.join(" ", modules.get(name).stateDict().keySet()), name));
    }

    @Test
    void dropoutRestsInEvaluation() {
        LSTM lstm = new LSTM(3, 4, LSTM.options().withNumLayers(2).withDropout(0.9));
        lstm.flattenParameters();
        Tensor x = Tensor.randn(5, 2, 3);
        assertTrue(!lstm.forward(x).output().detach().equal(lstm.forward(x).output().detach()));
        lstm.eval();
        assertTrue(lstm.forward(x).output().detach().equal(lstm.forward(x).output().detach()));
    }
}
