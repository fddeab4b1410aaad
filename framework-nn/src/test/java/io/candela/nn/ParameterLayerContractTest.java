package io.candela.nn;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Layers as functions of their parameters go through what {@link OpContract} asks of ops; {@code tools/golden/layers.py} has their operands. */
class ParameterLayerContractTest {
    @TestFactory
    Stream<DynamicNode> layers() {
        List<OpCase> rows = new ArrayList<>();
        rows.add(binary("embedding", F::embedding));
        rows.add(binary("embedding.padding", (k, w) -> F.embedding(k, w, Embedding.options().withPaddingIdx(-3))).unchecked()); // not the derivative
        rows.add(binary("embedding.frequency", (k, w) -> F.embedding(k, w, Embedding.options().withPaddingIdx(4).withScaleGradByFreq(true))).unchecked());
        mistakes(rows.get(0));
        for (EmbeddingBag.Mode mode : EmbeddingBag.Mode.values()) {
            String name = "embeddingBag." + mode.name().toLowerCase(Locale.ROOT);
            EmbeddingBag.Options options = EmbeddingBag.options().withMode(mode);
            rows.add(bags(name, options));
            rows.add(bags(name + ".padding", options.withPaddingIdx(2)));
            rows.add(bags(name + ".last", options.withIncludeLastOffset(true)));
            rows.add(bags(name + ".square", options));
        }
        EmbeddingBag.Options sum = EmbeddingBag.options().withMode(EmbeddingBag.Mode.SUM);
        rows.add(bags("embeddingBag.weights", sum));
        rows.add(bags("embeddingBag.weights.padding", sum.withPaddingIdx(2)));
        for (int last : new int[] {1, 2}) {
            rows.add(nary("layerNorm." + last, x -> F.layerNorm(x[0], ends(x[0], last), x[1], x[2], 1e-5)).slack(8));
            rows.add(unary("layerNorm." + last + ".plain", x -> F.layerNorm(x, ends(x, last), null, null, 0.1)).slack(8).anyZero());
            rows.add(binary("rmsNorm." + last, (x, w) -> F.rmsNorm(x, ends(x, last), w, null)).slack(8));
            rows.add(unary("rmsNorm." + last + ".plain", x -> F.rmsNorm(x, ends(x, last), null, 0.1)).slack(8));
        }
        rows.add(nary("bilinear", x -> F.bilinear(x[0], x[1], x[2], x[3])).slack(4));
        rows.add(nary("bilinear.plain", x -> F.bilinear(x[0], x[1], x[2], null)).slack(4));
        return OpContract.tests(Golden.load("/golden/parameters.bin.gz"), rows);
    }

    private static OpCase bags(String name, EmbeddingBag.Options options) {
        return nary(name, x -> F.embeddingBag(x[0], x[1], x.length > 2 ? x[2] : null, x.length > 3 ? x[3] : null, options));
    }

    private static int[] ends(Tensor x, int count) {
        return Arrays.copyOfRange(x.shape().toArray(), x.dim() - count, x.dim());
    }

    private static void mistakes(OpCase row) {
        Tensor table = Tensor.zeros(3, 2);
        Tensor indices = Tensor.of(new long[] {0, 1});
        Tensor offsets = Tensor.of(new long[] {0});
        row.rejects(ShapeException.class, "embedding: index 3 is out of range for 3 rows", () -> F.embedding(Tensor.of(new long[] {0, 3}), table))
                .rejects(ShapeException.class, "embedding: index -1 is out of range for 3 rows", () -> F.embedding(Tensor.of(new long[] {-1}), table))
                .rejects(DTypeException.class, "embedding: indices must be int64 or int32, got float32; convert with to(DType.INT64)",
                        () -> F.embedding(Tensor.zeros(2), table))
                .rejects(ShapeException.class, "embedding: weight must be (count, size), got (3)", () -> F.embedding(indices, Tensor.zeros(3)))
                .rejects(IllegalArgumentException.class, "Embedding: paddingIdx 3 is out of range for 3 rows",
                        () -> new Embedding(3, 2, Embedding.options().withPaddingIdx(3)))
                .rejects(IllegalArgumentException.class, "Embedding: sparse gradients are not supported; leave sparse false for dense ones",
                        () -> Embedding.options().withSparse(true))
                .rejects(IllegalArgumentException.class, "EmbeddingBag: sparse gradients are not supported; leave sparse false for dense ones",
                        () -> EmbeddingBag.options().withSparse(true))
                .rejects(IllegalArgumentException.class, "EmbeddingBag: scaleGradByFreq does not go with mode MAX",
                        () -> EmbeddingBag.options().withMode(EmbeddingBag.Mode.MAX).withScaleGradByFreq(true))
                .rejects(ShapeException.class, "Embedding.fromPretrained: embeddings must be (count, size), got (2)",
                        () -> Embedding.fromPretrained(Tensor.zeros(2)))
                .rejects(ShapeException.class, "embeddingBag: indices must be (bags, length) without offsets, or (n) with offsets, got (2) with none",
                        () -> new EmbeddingBag(3, 2).forward(indices))
                .rejects(ShapeException.class, "embeddingBag: offsets must start at 0 and grow up to the number of indices 2, got [0, 3]",
                        () -> new EmbeddingBag(3, 2).forward(indices, Tensor.of(new long[] {0, 3})))
                .rejects(IllegalArgumentException.class, "embeddingBag: perSampleWeights need mode SUM, got MEAN",
                        () -> new EmbeddingBag(3, 2).forward(indices, offsets, Tensor.ones(2)))
                .rejects(ShapeException.class, "embeddingBag: perSampleWeights must have the shape of the indices (2), got (3)",
                        () -> new EmbeddingBag(3, 2).forward(indices, offsets, Tensor.ones(3)))
                .rejects(ShapeException.class, "layerNorm: input must end in the normalized shape (3), got (2, 4)",
                        () -> new LayerNorm(3).forward(Tensor.zeros(2, 4)))
                .rejects(ShapeException.class, "rmsNorm: input must end in the normalized shape (2, 3), got (3)",
                        () -> new RMSNorm(2, 3).forward(Tensor.zeros(3)))
                .rejects(ShapeException.class, "LayerNorm: the normalized shape must have one dimension at least", () -> new LayerNorm())
                .rejects(ShapeException.class, "layerNorm: weight and bias must have the normalized shape (3), got (2) and none",
                        () -> F.layerNorm(Tensor.zeros(2, 3), new int[] {3}, Tensor.ones(2), null, 1e-5))
                .rejects(ShapeException.class, "bilinear: inputs must be (*, in1) and (*, in2) for a weight (out, in1, in2), got (2, 3), (2, 4) and (5, 3, 2)",
                        () -> new Bilinear(3, 2, 5).forward(Tensor.zeros(2, 3), Tensor.zeros(2, 4)))
                .rejects(IllegalArgumentException.class, "Bilinear: in1Features must be positive, got 0", () -> new Bilinear(0, 2, 5))
                .rejects(DTypeException.class, "ctcLoss: logProbs must be floating point, got int64",
                        () -> F.ctcLoss(Tensor.zeros(DType.INT64, 2, 1, 3), Tensor.zeros(DType.INT64, 1, 1), offsets, offsets));
    }
}
