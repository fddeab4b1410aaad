package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Attention as a function of operands, masks and projections; {@code tools/golden/attention.py} has the operands. */
class AttentionContractTest {
    private static final int HEADS = 2;

    @TestFactory
    Stream<DynamicNode> attention() {
        Golden golden = Golden.load("/golden/attention.bin.gz");
        List<OpCase> rows = new ArrayList<>();
        for (String name : golden.rows().keySet()) {
            rows.add(OpCase.naryMany(name, name.startsWith("sdpa") ? x -> new Tensor[] {products(name, x)} : x -> heads(name, x)).loose().slack(8));
        }
        mistakes(rows.get(0));
        return OpContract.tests(golden, rows);
    }

    private static Tensor products(String name, Tensor... x) {
        Attention.Options options = Attention.options();
        return F.scaledDotProductAttention(x[0], x[1], x[2], switch (name) {
            case "sdpa.causal" -> options.withIsCausal(true);
            case "sdpa.scale" -> options.withScale(0.3);
            case "sdpa.gqa" -> options.withEnableGqa(true);
            case "sdpa.mask" -> options.withAttnMask(x[3]);
            default -> options;
        });
    }

    private static Tensor[] heads(String name, Tensor... x) {
        List<String> words = Arrays.asList(name.split("\\."));
        Iterator<Tensor> next = Arrays.asList(x).iterator();
        Tensor query = next.next();
        Tensor key = words.contains("self") ? query : next.next();
        Tensor value = words.contains("apart") ? next.next() : key;
        MultiheadAttention.Arguments arguments = MultiheadAttention.arguments().withNeedWeights(!words.contains("plain"))
                .withAverageAttnWeights(!words.contains("perHead")).withIsCausal(words.contains("2dcausal"));
        List<String> masks = words.contains("kv") ? List.of("2d", "padding") : words.contains("zero") ? List.of("3d", "padding")
                : words.stream().filter(w -> w.matches("(padding|2d|3d).*")).toList();
        for (String mask : masks) {
            arguments = mask.startsWith("padding") ? arguments.withKeyPaddingMask(next.next()) : arguments.withAttnMask(next.next());
        }
        boolean apart = words.contains("sizes");
        boolean bias = !words.contains("noBias");
        Tensor in = apart ? null : next.next();
        Tensor q = apart ? next.next() : null;
        Tensor k = apart ? next.next() : null;
        Tensor v = apart ? next.next() : null;
        Tensor inBias = bias ? next.next() : null;
        Tensor biasK = words.contains("kv") ? next.next() : null;
        Tensor biasV = words.contains("kv") ? next.next() : null;
        Attention.Weights weights = new Attention.Weights(in, q, k, v, inBias, biasK, biasV, next.next(), bias ? next.next() : null);
        MultiheadAttention.Result y = Attention.multiHead(query, key, value, HEADS, weights, words.contains("zero"), 0, arguments);
        return y.weights() == null ? new Tensor[] {y.output()} : new Tensor[] {y.output(), y.weights()};
    }

    private static void mistakes(OpCase row) {
        Tensor x = Tensor.zeros(3, 4);
        MultiheadAttention layer = new MultiheadAttention(4, 2);
        row.rejects(ShapeException.class, "scaledDotProductAttention: query, key and value must have 2 dimensions at least, got (4), (3, 4) and (3, 4)",
                () -> F.scaledDotProductAttention(Tensor.zeros(4), x, x))
                .rejects(ShapeException.class, "scaledDotProductAttention: query (*, queries, features), key (*, keys, features) and value (*, keys, any) do "
                        + "not fit, got (3, 4), (3, 5) and (3, 4)", () -> F.scaledDotProductAttention(x, Tensor.zeros(3, 5), x))
                .rejects(DTypeException.class, "scaledDotProductAttention: query, key and value must have one type, got float32, float64 and float32; "
                        + "convert with to(dtype)", () -> F.scaledDotProductAttention(x, x.to(DType.FLOAT64), x))
                .rejects(DTypeException.class, "scaledDotProductAttention: a mask must be bool or floating point, got int64",
                        () -> F.scaledDotProductAttention(x, x, x, Attention.options().withAttnMask(Tensor.zeros(DType.INT64, 3, 3))))
                .rejects(ShapeException.class, "scaledDotProductAttention: with enableGqa the heads of keys and values must divide those of the queries, got "
                        + "(3, 2, 4) and (2, 2, 4)", () -> F.scaledDotProductAttention(Tensor.zeros(3, 2, 4), Tensor.zeros(2, 2, 4), Tensor.zeros(2, 2, 4),
                                Attention.options().withEnableGqa(true)))
                .rejects(IllegalArgumentException.class, "MultiheadAttention: embedDim and numHeads must be positive and numHeads must divide embedDim, got 4 "
                        + "and 3", () -> new MultiheadAttention(4, 3))
                .rejects(ShapeException.class, "MultiheadAttention: query, key and value must have 2 or 3 dimensions with the last 4, 4 and 4, and keys as "
                        + "many as values, got (3, 4), (3, 5) and (3, 4)", () -> layer.forward(x, Tensor.zeros(3, 5), x))
                .rejects(ShapeException.class, "MultiheadAttention: attnMask must be (3, 3) or (2, 3, 3), got (2, 3)",
                        () -> layer.forward(x, x, x, MultiheadAttention.arguments().withAttnMask(Tensor.zeros(2, 3))))
                .rejects(ShapeException.class, "MultiheadAttention: keyPaddingMask must be (3), got (1, 3)",
                        () -> layer.forward(x, x, x, MultiheadAttention.arguments().withKeyPaddingMask(Tensor.zeros(1, 3))))
                .rejects(IllegalArgumentException.class, "MultiheadAttention: isCausal says what attnMask is, and there is none; "
                        + "Transformer.generateSquareSubsequentMask makes one", () -> layer.forward(x, x, x, MultiheadAttention.arguments().withIsCausal(true)))
                .rejects(ShapeException.class, "Transformer: source and target must have one batch size and 4 features, got (3, 2, 4) and (3, 1, 4)",
                        () -> new Transformer(4, 2, 1, 1, Transformer.options()).forward(Tensor.zeros(3, 2, 4), Tensor.zeros(3, 1, 4)));
    }
}
