package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.nn.GRU;
import io.candela.nn.LSTM;
import io.candela.nn.PackedSequence;
import io.candela.nn.RNN;
import io.candela.nn.RNNBase;
import io.candela.nn.Sequences;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recurrent layers on a device: results and all gradients are those of the CPU, and nothing goes by way of the host. */
class CudaRecurrentTest {
    private static final float CLOSE = 2e-5f;

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    static Stream<String> layers() {
        return Stream.of("lstm", "gru", "tanh", "relu").flatMap(kind -> Stream.of(kind, kind + " deep both", kind + " packed both", kind + " packed",
                kind + " noBias", kind.equals("lstm") ? "lstm proj both" : kind + " both"));
    }

    private static RNNBase model(String name) {
        Tensor.manualSeed(3);
        RNNBase.Options options = LSTM.options().withNumLayers(name.contains("deep") ? 2 : 1).withBidirectional(name.contains("both"))
                .withBias(!name.contains("noBias")).withProjSize(name.contains("proj") ? 3 : 0)
                .withNonlinearity(name.startsWith("relu") ? RNNBase.Nonlinearity.RELU : RNNBase.Nonlinearity.TANH);
        return name.startsWith("lstm") ? new LSTM(4, 5, options) : name.startsWith("gru") ? new GRU(4, 5, options) : new RNN(4, 5, options);
    }

    private static Tensor[] run(RNNBase model, PackedSequence x) {
        if (model instanceof LSTM m) {
            LSTM.Result<PackedSequence> y = m.forward(x);
            return new Tensor[] {y.output().data(), y.hn(), y.cn()};
        } else if (model instanceof GRU m) {
            GRU.Result<PackedSequence> y = m.forward(x);
            return new Tensor[] {y.output().data(), y.hn()};
        }
        RNN.Result<PackedSequence> y = ((RNN) model).forward(x);
        return new Tensor[] {y.output().data(), y.hn()};
    }

    private static Tensor[] run(RNNBase model, Tensor x) {
        if (model instanceof LSTM m) {
            LSTM.Result<Tensor> y = m.forward(x);
            return new Tensor[] {y.output(), y.hn(), y.cn()};
        } else if (model instanceof GRU m) {
            GRU.Result<Tensor> y = m.forward(x);
            return new Tensor[] {y.output(), y.hn()};
        }
        RNN.Result<Tensor> y = ((RNN) model).forward(x);
        return new Tensor[] {y.output(), y.hn()};
    }

    /** Results, then the gradients of a sum that weighs each of their elements differently. */
    private static List<Tensor> all(String name, Device device) {
        RNNBase model = model(name);
        model.to(device);
        Tensor x = Tensor.randn(6, 3, 4).to(device).setRequiresGrad(true);
        Tensor[] results = name.contains("packed")
                ? run(model, Sequences.packPaddedSequence(x, Tensor.of(new long[] {2, 6, 3}), false, false)) : run(model, x);
        List<Tensor> all = new ArrayList<>(List.of(results));
        Tensor loss = Tensor.zeros(1).to(device);
        for (Tensor r : results) {
            loss = loss.add(r.mul(Tensor.linspace(-1, 2, r.numel()).view(r.shape().toArray()).to(device)).sum());
        }
        loss.backward();
        all.add(x.grad());
        model.parameters().forEach(p -> all.add(p.grad()));
        return all;
    }

    @ParameterizedTest
    @MethodSource("layers")
    void equalTheCpus(String name) {
        List<Tensor> host = all(name, Device.CPU);
        Cuda.resetFallbacks();
        List<Tensor> there = all(name, CUDA);
        assertEquals(Map.of(), Cuda.fallbacks());
        assertEquals(host.size(), there.size());
        for (int i = 0; i < host.size(); i++) {
            assertEquals(CUDA, there.get(i).device());
            assertEquals(host.get(i).shape(), there.get(i).shape());
            assertArrayEquals(host.get(i).toFloatArray(), there.get(i).toFloatArray(), CLOSE, name + " " + i);
        }
    }

    @Test
    void aSequenceCanBeCaptured() {
        RNNBase model = model("lstm both");
        model.to(CUDA);
        Tensor x = Tensor.randn(5, 2, 4).to(CUDA);
        float[] expected = run(model, x)[0].toFloatArray();
        Tensor[] out = new Tensor[1];
        try (CudaGraph graph = CudaGraph.capture(CUDA, () -> out[0] = run(model, x)[0])) {
            graph.replay();
            assertArrayEquals(expected, out[0].toFloatArray());
            x.zeroInPlace();
            graph.replay();
            assertTrue(Math.abs(expected[0] - out[0].toFloatArray()[0]) > 1e-4);
            assertArrayEquals(run(model, x)[0].toFloatArray(), out[0].toFloatArray());
        }
    }
}
