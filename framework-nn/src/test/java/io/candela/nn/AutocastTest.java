package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import io.candela.testing.Golden;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Operations inside of {@link Autocast} have the types and values that PyTorch gives them; {@code tools/golden/autocast.py} has their operands. */
class AutocastTest {
    private static final Tensor LABELS = Tensor.of(new long[] {1, 2, 3, 0});

    private static Map<String, Function<Tensor[], Tensor>> rows() {
        Tensor signs = Tensor.of(new float[] {1, -1, 1, -1, 1, -1, 1, -1}).expand(4, 8);
        Map<String, Function<Tensor[], Tensor>> rows = new LinkedHashMap<>();
        rows.put("linear", x -> F.linear(x[0], x[1], x[2]));
        rows.put("linear.noBias", x -> F.linear(x[0], x[1], null));
        rows.put("matmul", x -> x[0].matmul(x[1]));
        rows.put("matmul.batch", x -> x[0].matmul(x[1]));
        rows.put("mv", x -> x[0].matmul(x[1]));
        rows.put("bmm", x -> x[0].bmm(x[1]));
        rows.put("addmm", x -> x[0].addmm(x[1], x[2]));
        rows.put("baddbmm", x -> x[0].baddbmm(x[1], x[2]));
        rows.put("conv1d", x -> F.conv1d(x[0], x[1], x[2]));
        rows.put("conv2d", x -> F.conv2d(x[0], x[1], x[2]));
        rows.put("convTranspose1d", x -> F.convTranspose1d(x[0], x[1], x[2]));
        rows.put("prelu", x -> F.prelu(x[0], x[1]));
        rows.put("attention", x -> F.scaledDotProductAttention(x[0], x[1], x[2]));
        rows.put("exp", x -> x[0].exp());
        rows.put("softmax", x -> F.softmax(x[0], 1));
        rows.put("logSoftmax", x -> F.logSoftmax(x[0], 1));
        rows.put("sum", x -> x[0].sum());
        rows.put("prod", x -> x[0].prod(0, false));
        rows.put("relu", x -> F.relu(x[0]));
        rows.put("add", x -> x[0].add(x[1]));
        rows.put("mul", x -> x[0].mul(x[1]));
        rows.put("cat", x -> Tensor.cat(0, x[0], x[1]));
        rows.put("stack", x -> Tensor.stack(0, x[0], x[1]));
        rows.put("layerNorm", x -> F.layerNorm(x[0], new int[] {8}, x[1], x[2], 1e-5));
        rows.put("batchNorm", x -> F.batchNorm(x[0], null, null, x[1], x[2], true, 0.1, 1e-5));
        rows.put("cdist", x -> Tensor.cdist(x[0], x[1], 2));
        rows.put("mseLoss", x -> F.mseLoss(x[0], x[1]));
        rows.put("l1Loss", x -> F.l1Loss(x[0], x[1]));
        rows.put("smoothL1Loss", x -> F.smoothL1Loss(x[0], x[1]));
        rows.put("huberLoss", x -> F.huberLoss(x[0], x[1]));
        rows.put("crossEntropy", x -> F.crossEntropy(x[0], LABELS));
        rows.put("nllLoss", x -> F.nllLoss(x[0], LABELS));
        rows.put("binaryCrossEntropyWithLogits", x -> F.binaryCrossEntropyWithLogits(x[0], signs.clamp(0, 1)));
        rows.put("klDiv", x -> F.klDiv(x[0], signs.abs().div(8), Reduction.SUM, false));
        rows.put("softMarginLoss", x -> F.softMarginLoss(x[0], signs));
        rows.put("hingeEmbeddingLoss", x -> F.hingeEmbeddingLoss(x[0], signs));
        rows.put("net", x -> F.mseLoss(F.relu(x[0].matmul(x[1])).matmul(x[2]), Tensor.ones(4, 3)));
        return rows;
    }

    private static Autocast region() {
        return Autocast.open(Device.Type.CPU, DType.BFLOAT16);
    }

    @TestFactory
    Stream<DynamicTest> asPyTorch() {
        Golden golden = Golden.load("/golden/autocast.bin.gz");
        Map<String, Function<Tensor[], Tensor>> rows = rows();
        assertEquals(golden.rows().keySet(), rows.keySet());
        return golden.rows().values().stream().flatMap(List::stream).map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(c, rows.get(c.row()))));
    }

    private static void check(Golden.Case c, Function<Tensor[], Tensor> function) {
        Tensor[] operands = c.inputs().stream().map(x -> x.clone().setRequiresGrad(true)).toArray(Tensor[]::new);
        Tensor result;
        try (Autocast region = region()) {
            result = function.apply(operands);
        }
        // sums of bfloat16 are rounded at other places
        double slack = 8;
        Tensor expected = c.results().get(0);
        assertEquals(expected.dtype(), result.dtype(), "type");
        Close.assertCloseValues(c, expected, result, slack * Close.BFLOAT16);
        Tensor g = Tensor.empty(result.shape(), DType.FLOAT64, Device.CPU);
        double[] upstream = new double[result.numel()];
        for (int i = 0; i < upstream.length; i++) {
            upstream[i] = (5 * i % 13 - 6) / 4.0;
        }
        g.copyFrom(Tensor.of(upstream, upstream.length).view(result.shape().toArray()));
        result.backward(g.to(result.dtype()));
        for (int i = 0; i < operands.length; i++) {
            assertEquals(c.inputs().get(i).dtype(), operands[i].grad().dtype(), "type of gradient " + i);
            Close.assertCloseValues(c + ", gradient " + i, c.gradients().get(i), operands[i].grad(), 2 * slack * Close.BFLOAT16);
        }
    }

    @Test
    void regionsNest() {
        Tensor a = Tensor.ones(2, 2);
        assertNull(Autocast.dtype(Device.Type.CPU));
        try (Autocast outer = region()) {
            assertEquals(DType.BFLOAT16, a.matmul(a).dtype());
            try (Autocast inner = Autocast.off(Device.Type.CPU)) {
                assertEquals(DType.FLOAT32, a.matmul(a).dtype());
                assertThrows(IllegalStateException.class, outer::close);
            }
            try (Autocast inner = Autocast.open(Device.Type.CPU, DType.FLOAT16)) {
                assertEquals(DType.FLOAT16, a.matmul(a).dtype());
            }
            assertEquals(DType.BFLOAT16, a.matmul(a).dtype());
            assertEquals(DType.FLOAT64, a.to(DType.FLOAT64).matmul(a.to(DType.FLOAT64)).dtype());
            assertNull(Autocast.dtype(Device.Type.CUDA));
        }
        assertEquals(DType.FLOAT32, a.matmul(a).dtype());
        try (Autocast other = Autocast.open(Device.Type.CUDA)) {
            assertEquals(DType.FLOAT32, a.matmul(a).dtype());
            assertEquals(DType.FLOAT16, Autocast.dtype(Device.Type.CUDA));
        }
        assertThrows(DTypeException.class, () -> Autocast.open(Device.Type.CPU, DType.FLOAT32));
    }

    @Test
    void weightsAreConvertedOnce() {
        Tensor w = Tensor.ones(2, 2).setRequiresGrad(true);
        Tensor x = Tensor.ones(1, 2);
        try (Autocast region = region()) {
            Tensor y = x.matmul(w).add(x.matmul(w));
            y.sum().backward();
            assertEquals(2, w.grad().toFloatArray()[0]);
            x.matmul(w).sum().backward(); // the conversion serves another pass
            assertEquals(3, w.grad().toFloatArray()[0]);
            Autograd.noGrad(() -> w.addInPlace(Tensor.ones(2, 2)));
            assertEquals(4, x.matmul(w).toFloatArray()[0], "a changed weight is converted anew");
            assertEquals(4, Autograd.noGrad(() -> x.matmul(w)).toFloatArray()[0]);
        }
    }

    @Test
    void recurrentLayersKeepTheirType() {
        Tensor.manualSeed(1);
        LSTM lstm = new LSTM(8, 3);
        Tensor x = Tensor.randn(5, 2, 8);
        Tensor outside = lstm.forward(x).output();
        try (Autocast region = region()) {
            Close.assertExact("lstm", outside, lstm.forward(x).output());
        }
    }

    @Test
    void aNetworkTrains() {
        Tensor.manualSeed(0);
        Sequential model = new Sequential(new Conv2d(1, 4, 3), new BatchNorm2d(4), new ReLU(), new Flatten(), new Linear(4 * 6 * 6, 3));
        Tensor x = Tensor.randn(12, 1, 8, 8);
        Tensor y = Tensor.randint(0, 3, 12);
        double first = 0;
        double last = 0;
        for (int i = 0; i < 20; i++) {
            Tensor loss;
            try (Autocast region = region()) {
                loss = F.crossEntropy(model.forward(x), y);
            }
            assertEquals(DType.FLOAT32, loss.dtype());
            model.zeroGrad();
            loss.backward();
            Autograd.noGrad(() -> model.parameters().forEach(p -> p.addInPlace(p.grad(), -0.1)));
            first = i == 0 ? loss.item() : first;
            last = loss.item();
        }
        model.parameters().forEach(p -> assertEquals(DType.FLOAT32, p.dtype()));
        assertTrue(last < first / 2, first + " to " + last);
    }
}
