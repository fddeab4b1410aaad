package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autocast;
import io.candela.backend.Backends;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Linalg;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which type operations choose on a GPU inside of {@link Autocast}: PyTorch's lists, of which {@code tools/golden/autocast.py} made a file. */
class AutocastOnCudaTest {
    private static final Device GPU = Device.cuda(0);
    private static final DType LOW = DType.BFLOAT16;
    /**
     * Those of the lists that are only another's inside, or an older name for another; and the cells of recurrent layers, which keep the type of
     * their weights here.
     */
    private static final Set<String> WITHOUT = Set.of("_convolution", "convolution", "conv_tbc", "chain_matmul", "_thnn_fused_lstm_cell",
            "_thnn_fused_gru_cell", "lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell", "_scaled_dot_product_flash_attention", "native_layer_norm",
            "frobenius_norm", "nuclear_norm", "nll_loss2d", "_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa");

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Backends.isUsable(GPU), GPU + " is not usable here");
    }

    /** A function, and the shapes of its operands. */
    private record Row(Function<Tensor[], Tensor> function, int[]... shapes) {}

    private static int[] dims(int... dims) {
        return dims;
    }

    private static Tensor labels(Tensor near) {
        return Tensor.of(new long[] {1, 2, 3, 0}).to(near.device());
    }

    private static Tensor signs(Tensor like) {
        return Tensor.of(new float[] {1, -1, 1, -1, 1, -1, 1, -1}).expand(4, 8).to(like.device());
    }

    private static Tensor resized(Tensor x, InterpolateMode mode, int... size) {
        return F.interpolate(x, Upsample.options().withMode(mode).withSize(size));
    }

    /** By PyTorch's names. */
    private static Map<String, Row> rows() {
        Map<String, Row> rows = new LinkedHashMap<>();
        int[] m = dims(4, 8);
        int[] cube = dims(2, 4, 8);
        rows.put("conv1d", new Row(x -> F.conv1d(x[0], x[1], null), dims(2, 4, 9), dims(3, 4, 3)));
        rows.put("conv2d", new Row(x -> F.conv2d(x[0], x[1], x[2]), dims(2, 3, 7, 7), dims(4, 3, 3, 3), dims(4)));
        rows.put("conv3d", new Row(x -> F.conv3d(x[0], x[1], null), dims(1, 2, 4, 4, 4), dims(2, 2, 3, 3, 3)));
        rows.put("conv_transpose1d", new Row(x -> F.convTranspose1d(x[0], x[1], null), dims(2, 4, 9), dims(4, 3, 3)));
        rows.put("conv_transpose2d", new Row(x -> F.convTranspose2d(x[0], x[1], null), dims(1, 4, 5, 5), dims(4, 3, 3, 3)));
        rows.put("conv_transpose3d", new Row(x -> F.convTranspose3d(x[0], x[1], null), dims(1, 2, 3, 3, 3), dims(2, 2, 2, 2, 2)));
        rows.put("prelu", new Row(x -> F.prelu(x[0], x[1]), m, dims(1)));
        rows.put("addmm", new Row(x -> x[0].addmm(x[1], x[2]), dims(4, 5), m, dims(8, 5)));
        rows.put("addmv", new Row(x -> x[0].addmv(x[1], x[2]), dims(4), m, dims(8)));
        rows.put("addr", new Row(x -> x[0].addr(x[1], x[2]), m, dims(4), dims(8)));
        rows.put("matmul", new Row(x -> x[0].matmul(x[1]), cube, dims(8, 5)));
        rows.put("einsum", new Row(x -> Tensor.einsum("bij,jk->bik", x[0], x[1]), cube, dims(8, 5)));
        rows.put("mm", new Row(x -> x[0].mm(x[1]), m, dims(8, 5)));
        rows.put("mv", new Row(x -> x[0].mv(x[1]), m, dims(8)));
        rows.put("linalg_vecdot", new Row(x -> Linalg.vecdot(x[0], x[1], -1), m, m));
        rows.put("linear", new Row(x -> F.linear(x[0], x[1], x[2]), m, dims(5, 8), dims(5)));
        rows.put("addbmm", new Row(x -> x[0].addbmm(x[1], x[2]), dims(4, 5), cube, dims(2, 8, 5)));
        rows.put("baddbmm", new Row(x -> x[0].baddbmm(x[1], x[2]), dims(2, 4, 5), cube, dims(2, 8, 5)));
        rows.put("bmm", new Row(x -> x[0].bmm(x[1]), cube, dims(2, 8, 5)));
        rows.put("linalg_multi_dot", new Row(x -> Linalg.multiDot(x), m, dims(8, 5), dims(5, 3)));
        rows.put("scaled_dot_product_attention", new Row(x -> F.scaledDotProductAttention(x[0], x[1], x[2]), dims(1, 2, 4, 8), dims(1, 2, 4, 8), dims(1, 2, 4, 8)));

        rows.put("acos", new Row(x -> x[0].acos(), m));
        rows.put("asin", new Row(x -> x[0].asin(), m));
        rows.put("cosh", new Row(x -> x[0].cosh(), m));
        rows.put("erfinv", new Row(x -> x[0].erfinv(), m));
        rows.put("exp", new Row(x -> x[0].exp(), m));
        rows.put("expm1", new Row(x -> x[0].expm1(), m));
        rows.put("log", new Row(x -> x[0].log(), m));
        rows.put("log10", new Row(x -> x[0].log10(), m));
        rows.put("log2", new Row(x -> x[0].log2(), m));
        rows.put("log1p", new Row(x -> x[0].log1p(), m));
        rows.put("reciprocal", new Row(x -> x[0].reciprocal(), m));
        rows.put("rsqrt", new Row(x -> x[0].rsqrt(), m));
        rows.put("sinh", new Row(x -> x[0].sinh(), m));
        rows.put("tan", new Row(x -> x[0].tan(), m));
        rows.put("pow", new Row(x -> x[0].pow(x[1]), m, m));
        rows.put("pow, scalar", new Row(x -> x[0].pow(3.0), m));
        rows.put("softplus", new Row(x -> F.softplus(x[0]), m));
        rows.put("layer_norm", new Row(x -> F.layerNorm(x[0], dims(8), x[1], x[2], 1e-5), m, dims(8), dims(8)));
        rows.put("rms_norm", new Row(x -> F.rmsNorm(x[0], dims(8), x[1], 1e-5), m, dims(8)));
        rows.put("group_norm", new Row(x -> F.groupNorm(x[0], 2, x[1], x[2], 1e-5), cube, dims(4), dims(4)));
        rows.put("cosine_similarity", new Row(x -> F.cosineSimilarity(x[0], x[1]), m, m));
        rows.put("poisson_nll_loss", new Row(x -> F.poissonNllLoss(x[0], x[1]), m, m));
        rows.put("cosine_embedding_loss", new Row(x -> F.cosineEmbeddingLoss(x[0], x[1], signs(x[0]).select(1, 0)), m, m));
        rows.put("nll_loss", new Row(x -> F.nllLoss(x[0], labels(x[0])), m));
        rows.put("cross_entropy", new Row(x -> F.crossEntropy(x[0], labels(x[0])), m));
        rows.put("hinge_embedding_loss", new Row(x -> F.hingeEmbeddingLoss(x[0], signs(x[0])), m));
        rows.put("kl_div", new Row(x -> F.klDiv(x[0], x[1], Reduction.SUM, false), m, m));
        rows.put("l1_loss", new Row(x -> F.l1Loss(x[0], x[1]), m, m));
        rows.put("smooth_l1_loss", new Row(x -> F.smoothL1Loss(x[0], x[1]), m, m));
        rows.put("huber_loss", new Row(x -> F.huberLoss(x[0], x[1]), m, m));
        rows.put("mse_loss", new Row(x -> F.mseLoss(x[0], x[1]), m, m));
        rows.put("margin_ranking_loss", new Row(x -> F.marginRankingLoss(x[0], x[1], signs(x[0])), m, m));
        rows.put("multilabel_margin_loss", new Row(x -> F.multilabelMarginLoss(x[0], Tensor.of(new long[] {1, 2, -1, 0, 0, 0, 0, 0}).expand(4, 8).to(x[0].device())), m));
        rows.put("soft_margin_loss", new Row(x -> F.softMarginLoss(x[0], signs(x[0])), m));
        rows.put("triplet_margin_loss", new Row(x -> F.tripletMarginLoss(x[0], x[1], x[2]), m, m, m));
        rows.put("multi_margin_loss", new Row(x -> F.multiMarginLoss(x[0], labels(x[0])), m));
        rows.put("binary_cross_entropy_with_logits", new Row(x -> F.binaryCrossEntropyWithLogits(x[0], signs(x[0]).clamp(0, 1)), m));
        rows.put("dist", new Row(x -> x[0].dist(x[1]), m, m));
        rows.put("pdist", new Row(x -> F.pdist(x[0], 2), m));
        rows.put("cdist", new Row(x -> Tensor.cdist(x[0], x[1], 2), m, m));
        rows.put("renorm", new Row(x -> x[0].renorm(2, 0, 1), m));
        rows.put("logsumexp", new Row(x -> x[0].logSumExp(false, 1), m));
        rows.put("upsample_nearest1d", new Row(x -> resized(x[0], InterpolateMode.NEAREST, 6), dims(1, 2, 4)));
        rows.put("_upsample_nearest_exact1d", new Row(x -> resized(x[0], InterpolateMode.NEAREST_EXACT, 6), dims(1, 2, 4)));
        rows.put("upsample_nearest2d", new Row(x -> resized(x[0], InterpolateMode.NEAREST, 6), dims(1, 2, 4, 4)));
        rows.put("_upsample_nearest_exact2d", new Row(x -> resized(x[0], InterpolateMode.NEAREST_EXACT, 6), dims(1, 2, 4, 4)));
        rows.put("upsample_nearest3d", new Row(x -> resized(x[0], InterpolateMode.NEAREST, 4), dims(1, 2, 3, 3, 3)));
        rows.put("_upsample_nearest_exact3d", new Row(x -> resized(x[0], InterpolateMode.NEAREST_EXACT, 4), dims(1, 2, 3, 3, 3)));
        rows.put("upsample_linear1d", new Row(x -> resized(x[0], InterpolateMode.LINEAR, 6), dims(1, 2, 4)));
        rows.put("upsample_bilinear2d", new Row(x -> resized(x[0], InterpolateMode.BILINEAR, 6), dims(1, 2, 4, 4)));
        rows.put("upsample_trilinear3d", new Row(x -> resized(x[0], InterpolateMode.TRILINEAR, 4), dims(1, 2, 3, 3, 3)));
        rows.put("upsample_bicubic2d", new Row(x -> resized(x[0], InterpolateMode.BICUBIC, 6), dims(1, 2, 4, 4)));
        rows.put("prod", new Row(x -> x[0].prod(0, false), m));
        rows.put("softmax", new Row(x -> F.softmax(x[0], 1), m));
        rows.put("log_softmax", new Row(x -> F.logSoftmax(x[0], 1), m));
        rows.put("cumprod", new Row(x -> x[0].cumprod(1), m));
        rows.put("cumsum", new Row(x -> x[0].cumsum(1), m));
        rows.put("linalg_vector_norm", new Row(x -> Linalg.vectorNorm(x[0], 2), m));
        rows.put("linalg_matrix_norm", new Row(x -> Linalg.matrixNorm(x[0]), m));
        rows.put("sum", new Row(x -> x[0].sum(), m));
        rows.put("sum, one dimension", new Row(x -> x[0].sum(false, 1), m));

        rows.put("addcdiv", new Row(x -> x[0].addcdiv(x[1], x[2]), m, m, m));
        rows.put("addcmul", new Row(x -> x[0].addcmul(x[1], x[2]), m, m, m));
        rows.put("atan2", new Row(x -> x[0].atan2(x[1]), m, m));
        rows.put("bilinear", new Row(x -> F.bilinear(x[0], x[1], x[2], null), m, m, dims(3, 8, 8)));
        rows.put("cross", new Row(x -> Linalg.cross(x[0], x[1]), dims(4, 3), dims(4, 3)));
        rows.put("dot", new Row(x -> x[0].dot(x[1]), dims(8), dims(8)));
        rows.put("vdot", new Row(x -> x[0].vdot(x[1]), dims(8), dims(8)));
        rows.put("grid_sampler", new Row(x -> F.gridSample(x[0], x[1], F.GridMode.BILINEAR, F.GridPadding.ZEROS, false), dims(1, 2, 4, 4), dims(1, 3, 3, 2)));
        rows.put("index_put", new Row(x -> x[0].indexPut(x[1], false, labels(x[0])), m, m));
        rows.put("tensordot", new Row(x -> x[0].tensordot(x[1], 1), m, dims(8, 5)));
        rows.put("scatter_add", new Row(x -> x[0].scatterAdd(0, labels(x[0]).unsqueeze(1).expand(4, 8), x[1]), m, m));
        rows.put("cat", new Row(x -> Tensor.cat(0, x[0], x[1]), m, m));
        rows.put("stack", new Row(x -> Tensor.stack(0, x[0], x[1]), m, m));
        return rows;
    }

    private static Map<String, String> lists() throws IOException {
        Map<String, String> rules = new LinkedHashMap<>();
        try (InputStream in = AutocastOnCudaTest.class.getResourceAsStream("/golden/autocast-cuda.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(l -> !l.startsWith("#")).toList()) {
                rules.put(line.split(" ")[1], line.split(" ")[0]);
            }
        }
        rules.put("cat", "widest"); // these and the next are on no list of the header's, but wrapped one by one
        rules.put("stack", "widest");
        rules.put("cross_entropy", "float32");
        return rules;
    }

    /** Between 0 and 1, where all functions are defined; every second operand, or all, of the lower type. */
    private static Tensor[] operands(Row row, boolean allLow) {
        Random random = new Random(5);
        List<Tensor> out = new ArrayList<>();
        for (int[] shape : row.shapes) {
            Tensor x = Tensor.zeros(shape);
            float[] v = new float[x.numel()];
            for (int i = 0; i < v.length; i++) {
                v[i] = (1 + random.nextInt(254)) / 256f; // exact in both types
            }
            Tensor there = Tensor.of(v, shape).to(GPU);
            out.add(allLow || out.size() % 2 == 0 ? there.to(LOW) : there);
        }
        return out.toArray(Tensor[]::new);
    }

    private static Tensor[] as(DType type, Tensor... operands) {
        return Stream.of(operands).map(x -> x.to(type)).toArray(Tensor[]::new);
    }

    @TestFactory
    Stream<DynamicTest> asPyTorch() throws IOException {
        Map<String, String> rules = lists();
        return rows().entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue(), rules.get(e.getKey().replaceAll(",.*", "")))));
    }

    private static void check(Row row, String rule) {
        for (boolean allLow : new boolean[] {true, false}) {
            Tensor[] operands = operands(row, allLow);
            DType expected = rule.equals("lower") || rule.equals("widest") && (allLow || operands.length == 1) ? LOW : DType.FLOAT32;
            Tensor result;
            try (Autocast region = Autocast.open(Device.Type.CUDA, LOW)) {
                result = row.function.apply(operands);
            }
            assertEquals(expected, result.dtype());
            Tensor outside = row.function.apply(as(expected, operands));
            if (outside.dtype() == expected) {
                assertTrue(outside.equal(result), () -> "another value than of operands of " + expected + ": " + outside + " and " + result);
            }
        }
    }

    @Test
    void allOfTheListsAreTried() throws IOException {
        Set<String> missing = new TreeSet<>(lists().keySet());
        rows().keySet().forEach(name -> missing.remove(name.replaceAll(",.*", "")));
        missing.removeAll(WITHOUT);
        assertEquals(Set.of(), missing);
    }

    @Test
    void othersTakeWhatComes() {
        try (Autocast region = Autocast.open(Device.Type.CUDA, LOW)) {
            for (DType type : List.of(LOW, DType.FLOAT32, DType.FLOAT64)) {
                Tensor x = Tensor.ones(2, 3, 8, 8).to(type).to(GPU);
                for (Tensor y : List.of(F.relu(x), x.add(1.0), x.mul(x), x.sqrt(), x.sigmoid(), x.tanh(), F.gelu(x), x.mean(), x.amax(false, 1), F.maxPool2d(x, 2),
                        F.avgPool2d(x, 2), F.batchNorm(x, null, null, null, null, true, 0.1, 1e-5))) {
                    assertEquals(type, y.dtype());
                }
            }
            Tensor wide = Tensor.ones(4, 4).to(DType.FLOAT64).to(GPU);
            assertEquals(DType.FLOAT64, wide.matmul(wide).dtype());
            assertEquals(DType.FLOAT64, wide.exp().dtype());
            assertEquals(DType.FLOAT32, Tensor.ones(2, 2).matmul(Tensor.ones(2, 2)).dtype(), "the CPU is another device");
        }
    }
}
