package io.candela.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.candela.nn.BatchNorm1d;
import io.candela.nn.Dropout;
import io.candela.nn.Embedding;
import io.candela.nn.F;
import io.candela.nn.GRU;
import io.candela.nn.LSTM;
import io.candela.nn.Layer;
import io.candela.nn.LayerNorm;
import io.candela.nn.Linear;
import io.candela.nn.RNN;
import io.candela.nn.RNNBase;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.nn.Transformer;
import io.candela.nn.TransformerEncoder;
import io.candela.nn.TransformerEncoderLayer;
import io.candela.nn.models.ResNet;
import io.candela.nn.models.TutorialCnn;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole networks give in ONNX Runtime what they give here, for the batch size of the example and for others. */
class OnnxModelTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void seed() {
        Tensor.manualSeed(1);
    }

    /** A forward method as users write it. */
    private static final class Mlp extends Layer {
        private final Linear hidden = register("hidden", new Linear(2, 16));
        private final ReLU act = register("act", new ReLU());
        private final Dropout dropout = register("dropout", new Dropout(0.5));
        private final Linear output = register("output", new Linear(16, 2));

        @Override
        public Tensor forward(Tensor x) {
            return output.forward(dropout.forward(act.forward(hidden.forward(x))));
        }
    }

    @Test
    void mlp() throws IOException, OrtException {
        Onnx.check(new Mlp(), Tensor.randn(4, 2), Tensor.randn(1, 2), Tensor.randn(9, 2));
        Onnx.check(new Mlp(), Tensor.randn(1, 2), Tensor.randn(7, 2)); // the example is a single sample
        var wide = new Mlp();
        wide.to(DType.FLOAT64);
        Onnx.check(wide, Tensor.randn(4, 2).to(DType.FLOAT64), Tensor.randn(2, 2).to(DType.FLOAT64));
    }

    @Test
    void tutorialCnn() throws IOException, OrtException {
        Onnx.check(new TutorialCnn(), Tensor.randn(2, 3, 32, 32), Tensor.randn(5, 3, 32, 32));
    }

    @Test
    void resnet18() throws IOException, OrtException {
        ResNet model = ResNet.resnet18(10, ResNet.Stem.CIFAR);
        model.forward(Tensor.randn(4, 3, 32, 32)); // moves the running statistics away from their start values
        Onnx.check(model, Tensor.randn(1, 3, 32, 32), Tensor.randn(3, 3, 32, 32));
    }

    @Test
    void resnet18ForImagenet() throws IOException, OrtException {
        Onnx.check(ResNet.resnet18(), Tensor.randn(1, 3, 64, 64), Tensor.randn(2, 3, 64, 64));
    }

    /** Words to classes; what is read is the last layer's last state. */
    private static final class Classifier extends Layer {
        private final Embedding words = register("words", new Embedding(20, 6, Embedding.options().withPaddingIdx(0)));
        private final LSTM lstm;
        private final Linear output = register("output", new Linear(5, 3));

        Classifier(RNNBase.Options options) {
            lstm = register("lstm", new LSTM(6, 5, options));
        }

        @Override
        public Tensor forward(Tensor x) {
            return output.forward(lstm.forward(words.forward(x)).hn().get(-1));
        }
    }

    private static Tensor words(int batch, int length) {
        return Tensor.rand(batch, length).mul(19.99).to(DType.INT64);
    }

    @Test
    void lstmClassifier() throws IOException, OrtException {
        Onnx.check(new Classifier(LSTM.options().withBatchFirst(true)), words(3, 7), words(1, 7), words(8, 7));
        Onnx.check(new Classifier(LSTM.options().withBatchFirst(true).withNumLayers(2).withBidirectional(true).withDropout(0.5)), words(2, 7), words(5, 7));
        Onnx.check(new Classifier(LSTM.options().withBatchFirst(true).withBias(false)), words(2, 7), words(5, 7));
    }

    @Test
    void otherRecurrentLayers() throws IOException, OrtException {
        var gru = new GRU(4, 5, GRU.options().withBatchFirst(true).withBidirectional(true));
        Onnx.check(Onnx.layer(x -> gru.forward(x).output()), Tensor.randn(2, 6, 4), Tensor.randn(5, 6, 4));
        var rnn = new RNN(4, 5, RNN.options().withBatchFirst(true).withNonlinearity(RNNBase.Nonlinearity.RELU));
        Onnx.check(Onnx.layer(x -> rnn.forward(x).output().mean(1)), Tensor.randn(2, 6, 4), Tensor.randn(5, 6, 4));
        var small = new LSTM(4, 5, LSTM.options().withBatchFirst(true).withProjSize(2));
        Onnx.check(Onnx.layer(x -> small.forward(x).output()), Tensor.randn(2, 3, 4), Tensor.randn(5, 3, 4));
        var given = new LSTM(4, 5, LSTM.options().withBatchFirst(true));
        Onnx.check(Onnx.layer(x -> given.forward(x, x.narrow(1, 0, 1).transpose(0, 1).matmul(Tensor.full(0.1, 4, 5)),
                Tensor.ones(1, x.size(0), 5)).output()), Tensor.randn(2, 3, 4), Tensor.randn(5, 3, 4));
    }

    @Test
    void transformerEncoder() throws IOException, OrtException {
        var encoder = new TransformerEncoder(new TransformerEncoderLayer(8, 2, TransformerEncoderLayer.options().withDimFeedforward(16)
                .withBatchFirst(true).withActivation("gelu")), 2, new LayerNorm(8));
        Onnx.check(new Layer() {
            {
                register("encoder", encoder);
            }

            @Override
            public Tensor forward(Tensor x) {
                return encoder.forward(x);
            }
        }, Tensor.randn(2, 5, 8), Tensor.randn(4, 5, 8));
    }

    @Test
    void severalInputsAndOutputs() throws IOException, OrtException {
        var lstm = new LSTM(4, 5, LSTM.options().withNumLayers(2));
        OnnxExport.Options options = OnnxExport.options().withBatchDims(1, 1, 1).withInputNames("x", "h0", "c0").withOutputNames("y", "h", "c");
        Onnx.check(lstm, in -> {
            var y = lstm.forward(in.get(0), in.get(1), in.get(2));
            return List.of(y.output(), y.hn(), y.cn());
        }, options, Stream.of(2, 3, 1).map(n -> List.of(Tensor.randn(6, n, 4), Tensor.randn(2, n, 5), Tensor.randn(2, n, 5))).toList());
        var transformer = new Transformer(8, 2, 1, 1, Transformer.options().withDimFeedforward(16).withBatchFirst(true));
        Onnx.check(transformer, in -> List.of(transformer.forward(in.get(0), in.get(1))), OnnxExport.options().withOpset(18),
                Stream.of(2, 3).map(n -> List.of(Tensor.randn(n, 5, 8), Tensor.randn(n, 3, 8))).toList());
        var embedding = new Embedding(9, 4);
        Onnx.check(embedding, in -> List.of(embedding.forward(in.get(0)).where(in.get(1), in.get(2)), in.get(2), in.get(1)),
                OnnxExport.options().withBatchDims(0, 0, -1), Stream.of(2, 4).map(n -> List.of(Tensor.randint(0, 9, n), Tensor.rand(n, 4).gt(0.5),
                        Tensor.randn(4))).toList());
    }

    @Test
    void namesAndBatchesOfSeveralInputsMustAgree() throws IOException, OrtException {
        Path file = folder.resolve("model.onnx");
        List<Tensor> examples = List.of(Tensor.randn(2, 3), Tensor.randn(4, 3));
        Layer any = Onnx.layer(x -> x);
        for (OnnxExport.Options options : List.of(OnnxExport.options(), OnnxExport.options().withBatchDims(0),
                OnnxExport.options().withBatchDims(0, 2), OnnxExport.options().withDynamicBatch(false).withInputNames("a"))) {
            assertThrows(IllegalArgumentException.class, () -> OnnxExport.save(any, in -> List.of(in.get(0).mul(2)), examples, file, options));
        }
        assertThrows(IllegalArgumentException.class, () -> OnnxExport.options().withInputNames("a").withOutputNames("a"));
        assertThrows(IllegalArgumentException.class, () -> OnnxExport.options().withOpset(16));
        assertFalse(Files.exists(file));
        OnnxExport.save(any, in -> List.of(in.get(0).sum(0).mul(in.get(1))), examples, file, OnnxExport.options().withBatchDims(-1, 0));
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString(), new OrtSession.SessionOptions())) {
            assertEquals("[input_0, input_1]", session.getInputNames().toString());
            assertTrue(Arrays.equals(new long[] {2, 3}, ((TensorInfo) session.getInputInfo().get("input_0").getInfo()).getShape()));
            assertTrue(Arrays.equals(new long[] {-1, 3}, ((TensorInfo) session.getOutputInfo().get("output").getInfo()).getShape()));
        }
    }

    @Test
    void namesAndFixedBatch() throws IOException, OrtException {
        Path file = folder.resolve("model.onnx");
        OnnxExport.save(new Mlp(), Tensor.randn(4, 2), file, OnnxExport.options().withInputNames("flowers").withOutputNames("species")
                .withDynamicBatch(false));
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString(), new OrtSession.SessionOptions())) {
            assertEquals("[flowers]", session.getInputNames().toString());
            assertEquals("[species]", session.getOutputNames().toString());
            assertTrue(Arrays.equals(new long[] {4, 2}, ((TensorInfo) session.getInputInfo().get("flowers").getInfo()).getShape()));
        }
        OnnxExport.save(new Mlp(), Tensor.randn(4, 2), file);
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString(), new OrtSession.SessionOptions())) {
            assertTrue(Arrays.equals(new long[] {-1, 2}, ((TensorInfo) session.getInputInfo().get("input").getInfo()).getShape()));
            assertTrue(Arrays.equals(new long[] {-1, 2}, ((TensorInfo) session.getOutputInfo().get("output").getInfo()).getShape()));
        }
    }

    @Test
    void theModelStaysAsItWas() throws IOException {
        var model = new Sequential(new Linear(2, 3), new BatchNorm1d(3), new Dropout(0.5));
        model.get(2).eval();
        var before = model.stateDictSnapshot();
        Tensor.manualSeed(4);
        OnnxExport.save(model, Tensor.ones(2, 2), folder.resolve("model.onnx"));
        assertTrue(model.get(1).isTraining());
        assertFalse(model.get(2).isTraining());
        before.forEach((name, value) -> assertTrue(((Tensor) value).equal((Tensor) model.stateDict().get(name)), name));
        Tensor next = Tensor.rand(2);
        Tensor.manualSeed(4);
        assertTrue(next.equal(Tensor.rand(2)));
    }

    @Test
    void whatCannotBeExportedIsRefusedByNameAndPlace() throws IOException {
        refused("cumprod in layer '1.0' (Layer)", new Sequential(new ReLU(), new Sequential(Onnx.layer(x -> x.cumprod(1)))));
        refused("addInPlace", Onnx.layer(x -> {
            Tensor y = x.mul(2);
            Tensor left = y.narrow(1, 0, 2); // sees the change, too
            y.addInPlace(x);
            return left;
        }));
        refused("mul", Onnx.layer(x -> x.mul(x.max().item())));
        refused("number of operations", Onnx.layer(x -> {
            Tensor y = x;
            for (int i = 0; i < x.size(0); i++) {
                y = y.add(1);
            }
            return y;
        }));
        refused("was computed from the input", Onnx.layer(x -> x.add(Tensor.of(x.toFloatArray()).reshape(x.shape().toArray()))));
        refused("drawn at random", Onnx.layer(x -> F.dropout(x, 0.5, true)));
        refused("no multiple", Onnx.layer(x -> x.sum(0).expand(x.size(0) + 1, 4)));
        refused("does not depend on the input", Onnx.layer(x -> Tensor.ones(2)));
        refused("statistics of the batch", new Sequential(new BatchNorm1d(4, BatchNorm1d.options().withTrackRunningStats(false))));
        Path file = Files.writeString(folder.resolve("model.onnx"), "as before");
        assertThrows(IllegalArgumentException.class, () -> OnnxExport.save(Onnx.layer(x -> x.cumprod(1)), Tensor.ones(2, 4), file));
        assertEquals("as before", Files.readString(file));
    }

    private void refused(String part, Layer layer) {
        Tensor example = Tensor.linspace(0.1, 1, 8).reshape(2, 4);
        var e = assertThrows(IllegalArgumentException.class, () -> OnnxExport.save(layer, example, folder.resolve("refused.onnx")));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
