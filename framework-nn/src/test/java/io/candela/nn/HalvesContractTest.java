package io.candela.nn;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Activations, losses and normalizations of float16 and bfloat16; {@code tools/golden/halves.py} has their operands. */
class HalvesContractTest {
    @TestFactory
    Stream<DynamicNode> halves() {
        List<OpCase> rows = new ArrayList<>();
        activations(rows);
        normalizations(rows);
        for (Reduction r : new Reduction[] {Reduction.NONE, Reduction.MEAN, Reduction.SUM}) {
            losses(rows, "." + r.name().toLowerCase(Locale.ROOT), r);
        }
        rows.add(binary("cosineSimilarity", F::cosineSimilarity));
        rows.add(binary("pairwiseDistance", F::pairwiseDistance));
        rows.add(unary("embedding", w -> F.embedding(Tensor.of(new long[] {0, 2, 2, 1}).to(w.device()), w)));
        rows.add(nary("bilinear", x -> F.bilinear(x[0], x[1], x[2], x[3])).slack(16)); // PyTorch rounds each sum
        return OpContract.tests(Golden.load("/golden/halves.bin.gz"), rows);
    }

    private static void add(List<OpCase> rows, String name, UnaryOperator<Tensor> op) {
        rows.add(unary(name, op).loose().anyZero());
    }

    private static void activations(List<OpCase> rows) {
        add(rows, "relu", F::relu);
        add(rows, "sigmoid", F::sigmoid);
        add(rows, "tanh", F::tanh);
        add(rows, "threshold", x -> F.threshold(x, 0.1, 0.7));
        add(rows, "hardtanh", x -> F.hardtanh(x, -1, 1));
        add(rows, "relu6", F::relu6);
        add(rows, "leakyRelu", F::leakyRelu);
        add(rows, "elu", F::elu);
        add(rows, "selu", F::selu);
        add(rows, "celu", x -> F.celu(x, 1.7));
        add(rows, "gelu", F::gelu);
        add(rows, "gelu.tanh", x -> F.gelu(x, GELU.Approximate.TANH));
        add(rows, "silu", F::silu);
        add(rows, "mish", F::mish);
        add(rows, "hardswish", F::hardswish);
        add(rows, "hardsigmoid", F::hardsigmoid);
        add(rows, "hardshrink", F::hardshrink);
        add(rows, "softshrink", F::softshrink);
        add(rows, "tanhshrink", F::tanhshrink);
        add(rows, "softplus", F::softplus);
        add(rows, "softsign", F::softsign);
        add(rows, "logSigmoid", F::logSigmoid);
        add(rows, "glu", F::glu);
        add(rows, "softmax", x -> F.softmax(x, -1));
        add(rows, "logSoftmax", x -> F.logSoftmax(x, -1));
        add(rows, "softmin", x -> F.softmin(x, -1));
        rows.add(binary("prelu", F::prelu));
    }

    private static void normalizations(List<OpCase> rows) {
        add(rows, "layerNorm", x -> F.layerNorm(x, new int[] {x.size(-1)}, null, null, 1e-5));
        add(rows, "layerNorm.large", x -> F.layerNorm(x, new int[] {32}, null, null, 1e-5));
        rows.add(nary("layerNorm.affine", x -> F.layerNorm(x[0], new int[] {32}, x[1], x[2], 1e-5)));
        add(rows, "rmsNorm", x -> F.rmsNorm(x, new int[] {x.size(-1)}, null, null));
        add(rows, "rmsNorm.large", x -> F.rmsNorm(x, new int[] {32}, null, null));
        rows.add(nary("batchNorm", x -> F.batchNorm(x[0], null, null, x[1], x[2], true, 0.1, 1e-5)).slack(2)); // PyTorch rounds the statistics
        rows.add(nary("groupNorm", x -> F.groupNorm(x[0], 2, x[1], x[2], 1e-5)));
        rows.add(binary("rmsNorm.affine", (x, w) -> F.rmsNorm(x, new int[] {32}, w, null)));
    }

    private static void losses(List<OpCase> rows, String name, Reduction r) {
        rows.add(binary("l1Loss" + name, (x, y) -> F.l1Loss(x, y, r)));
        rows.add(binary("mseLoss" + name, (x, y) -> F.mseLoss(x, y, r)));
        rows.add(binary("smoothL1Loss" + name, (x, y) -> F.smoothL1Loss(x, y, r, 1)));
        rows.add(binary("huberLoss" + name, (x, y) -> F.huberLoss(x, y, r, 1)));
        rows.add(binary("binaryCrossEntropyWithLogits" + name, (x, y) -> F.binaryCrossEntropyWithLogits(x, y.abs().div(4), null, null, r)).slack(2));
        rows.add(binary("binaryCrossEntropy" + name, (x, y) -> F.binaryCrossEntropy(x.abs().div(4), y.abs().div(4), null, r)).slack(2));
        rows.add(binary("klDiv" + name, (x, y) -> F.klDiv(x, y.abs().add(1), r, false)).slack(2));
        rows.add(nary("crossEntropy" + name, x -> F.crossEntropy(x[0], x[1], null, -100, r, 0)));
        rows.add(nary("nllLoss" + name, x -> F.nllLoss(x[0], x[1], null, -100, r)).slack(4)); // PyTorch sums in the half type
    }
}
