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
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Losses and distances go through what {@link OpContract} asks of ops; {@code tools/golden/layers.py} has their operands. */
class ComparisonContractTest {
    private static final double SUMS = 8; // up to 65 terms

    @TestFactory
    Stream<DynamicNode> losses() {
        List<OpCase> rows = new ArrayList<>();
        for (Reduction r : EnumSet.complementOf(EnumSet.of(Reduction.BATCHMEAN))) {
            String name = "." + r.name().toLowerCase(Locale.ROOT);
            numbers(rows, name, r);
            probabilities(rows, name, r);
            margins(rows, name, r);
            vectors(rows, name, r);
            linearCrossEntropy(rows, name, r);
        }
        distances(rows);
        rows.forEach(row -> row.slack(SUMS).anyZero());
        mistakes(rows.get(0));
        return OpContract.tests(Golden.load("/golden/comparisons.bin.gz"), rows);
    }

    private static void numbers(List<OpCase> rows, String name, Reduction r) {
        rows.add(binary("l1Loss" + name, new L1Loss(r)::forward));
        rows.add(binary("smoothL1Loss" + name, new SmoothL1Loss(1, r)::forward));
        rows.add(binary("smoothL1Loss" + name + ".beta", new SmoothL1Loss(0.3, r)::forward));
        rows.add(binary("smoothL1Loss" + name + ".beta0", new SmoothL1Loss(0, r)::forward));
        rows.add(binary("huberLoss" + name, new HuberLoss(1, r)::forward));
        rows.add(binary("huberLoss" + name + ".delta", new HuberLoss(0.7, r)::forward));
    }

    private static void probabilities(List<OpCase> rows, String name, Reduction r) {
        rows.add(binary("binaryCrossEntropy" + name, new BCELoss(BCELoss.options().withReduction(r))::forward));
        rows.add(nary("binaryCrossEntropy" + name + ".weight",
                x -> new BCELoss(BCELoss.options().withWeight(x[2].detach()).withReduction(r)).forward(x[0], x[1])));
        rows.add(binary("binaryCrossEntropyWithLogits" + name, new BCEWithLogitsLoss(BCEWithLogitsLoss.options().withReduction(r))::forward));
        rows.add(nary("binaryCrossEntropyWithLogits" + name + ".weights", x -> new BCEWithLogitsLoss(BCEWithLogitsLoss.options()
                .withWeight(x[2].detach()).withPosWeight(x[2].detach().mul(3.0)).withReduction(r)).forward(x[0], x[1])));
        rows.add(binary("klDiv" + name, new KLDivLoss(false, r)::forward));
        rows.add(binary("klDiv" + name + ".log", new KLDivLoss(true, r)::forward));
        rows.add(binary("poissonNllLoss" + name, new PoissonNLLLoss(PoissonNLLLoss.options().withReduction(r))::forward));
        rows.add(binary("poissonNllLoss" + name + ".full",
                new PoissonNLLLoss(PoissonNLLLoss.options().withLogInput(false).withFull(true).withReduction(r))::forward));
        rows.add(nary("gaussianNllLoss" + name, x -> new GaussianNLLLoss(false, 1e-6, r).forward(x[0], x[1], x[2])));
        rows.add(nary("gaussianNllLoss" + name + ".full", x -> new GaussianNLLLoss(true, 0.01, r).forward(x[0], x[1], x[2])));
        CTCLoss.Options ctc = CTCLoss.options().withReduction(r);
        rows.add(nary("ctcLoss" + name, x -> ctc(x, ctc)).unchecked());
        rows.add(nary("ctcLoss" + name + ".zeroInfinity", x -> ctc(x, ctc.withZeroInfinity(true))).unchecked());
        rows.add(nary("ctcLoss" + name + ".blank",
                x -> new CTCLoss(ctc.withBlank(x[0].size(-1) - 1).withZeroInfinity(true)).forward(x[0].logSoftmax(-1), x[1].sub(1), x[2], x[3]))
                .unchecked());
    }

    private static Tensor ctc(Tensor[] x, CTCLoss.Options options) {
        return new CTCLoss(options).forward(x[0].logSoftmax(-1), x[1], x[2], x[3]);
    }

    private static void margins(List<OpCase> rows, String name, Reduction r) {
        rows.add(binary("softMarginLoss" + name, new SoftMarginLoss(r)::forward));
        rows.add(binary("hingeEmbeddingLoss" + name, new HingeEmbeddingLoss(1, r)::forward));
        rows.add(binary("hingeEmbeddingLoss" + name + ".margin", new HingeEmbeddingLoss(0.3, r)::forward));
        rows.add(nary("marginRankingLoss" + name, x -> new MarginRankingLoss(0, r).forward(x[0], x[1], x[2])));
        rows.add(nary("marginRankingLoss" + name + ".margin", x -> new MarginRankingLoss(0.4, r).forward(x[0], x[1], x[2])));
        rows.add(nary("multilabelSoftMarginLoss" + name, x -> new MultiLabelSoftMarginLoss(
                MultiLabelSoftMarginLoss.options().withWeight(x[2].detach()).withReduction(r)).forward(x[0], x[1])));
        MultiMarginLoss.Options options = MultiMarginLoss.options().withReduction(r);
        rows.add(binary("multiMarginLoss" + name, new MultiMarginLoss(options)::forward));
        rows.add(nary("multiMarginLoss" + name + ".p2.weight",
                x -> new MultiMarginLoss(options.withP(2).withMargin(0.5).withWeight(x[2].detach())).forward(x[0], x[1])));
        rows.add(binary("multilabelMarginLoss" + name, new MultiLabelMarginLoss(r)::forward));
    }

    private static void vectors(List<OpCase> rows, String name, Reduction r) {
        rows.add(nary("cosineEmbeddingLoss" + name, x -> new CosineEmbeddingLoss(0, r).forward(x[0], x[1], x[2])));
        rows.add(nary("cosineEmbeddingLoss" + name + ".margin", x -> new CosineEmbeddingLoss(-0.5, r).forward(x[0], x[1], x[2])));
        TripletMarginLoss.Options options = TripletMarginLoss.options().withReduction(r);
        rows.add(nary("tripletMarginLoss" + name, x -> new TripletMarginLoss(options).forward(x[0], x[1], x[2])));
        rows.add(nary("tripletMarginLoss" + name + ".swap",
                x -> new TripletMarginLoss(options.withMargin(3).withP(3).withSwap(true)).forward(x[0], x[1], x[2])));
        rows.add(nary("tripletMarginWithDistanceLoss" + name, x -> new TripletMarginWithDistanceLoss((a, b) -> a.sub(b).square().sum(-1), 0.5, true, r)
                .forward(x[0], x[1], x[2])));
    }

    /** Each row computes all at once, and in parts of two rows, which must agree. */
    private static void linearCrossEntropy(List<OpCase> rows, String name, Reduction r) {
        rows.add(nary("linearCrossEntropy" + name, x -> inParts(n -> F.linearCrossEntropy(x[0], x[1], x[2], null, null, null, r, 0, n)))
                .rejects(ShapeException.class, "linearCrossEntropy: input must be (n, in) for a linear weight (classes, in) or (classes, d1, ..., in), or (in) for "
                        + "the first; got input (2, 3) and linear weight (4, 5)", () -> F.linearCrossEntropy(Tensor.zeros(2, 3), Tensor.zeros(4, 5), Tensor.arange(2)))
                .rejects(ShapeException.class, "linearCrossEntropy: the bias must be (4), the linear weight's shape (4, 3) without the last size; got (3)",
                        () -> F.linearCrossEntropy(Tensor.zeros(2, 3), Tensor.zeros(4, 3), Tensor.arange(2), Tensor.zeros(3), null, null, r, 0, 0))
                .rejects(ShapeException.class, "linearCrossEntropy: input and target must have as many rows, got input (2, 3) and target (3)",
                        () -> F.linearCrossEntropy(Tensor.zeros(2, 3), Tensor.zeros(4, 3), Tensor.arange(3), null, null, null, r, 0, 1))
                .rejects(IllegalArgumentException.class, "linearCrossEntropy: ignoreIndex 1 needs labels, the target holds probabilities",
                        () -> F.linearCrossEntropy(Tensor.zeros(2, 3), Tensor.zeros(4, 3), Tensor.zeros(2, 4), null, null, 1L, r, 0, 0)));
        rows.add(nary("linearCrossEntropy" + name + ".smooth",
                x -> inParts(n -> F.linearCrossEntropy(x[0], x[1], x[2], x[3], x[4].detach(), 1L, r, 0.2, n))));
        rows.add(nary("linearCrossEntropy" + name + ".probabilities",
                x -> inParts(n -> F.linearCrossEntropy(x[0], x[1], x[2], null, null, null, r, 0, n))));
    }

    /** Half of what all rows at once give and half of what parts of two rows give: gradients of both are in it. */
    private static Tensor inParts(IntFunction<Tensor> loss) {
        return loss.apply(0).add(loss.apply(2)).mul(0.5);
    }

    private static void distances(List<OpCase> rows) {
        rows.add(binary("klDiv.batchmean", new KLDivLoss(false, Reduction.BATCHMEAN)::forward));
        rows.add(binary("cosineSimilarity", new CosineSimilarity()::forward));
        rows.add(binary("cosineSimilarity.0", new CosineSimilarity(0, 0.1)::forward));
        for (double p : new double[] {0.5, 1, 2, 3, Double.POSITIVE_INFINITY}) {
            String name = "pairwiseDistance." + ModulePrinter.number(p);
            OpCase row = binary(name, new PairwiseDistance(p, 1e-6, false)::forward);
            rows.add(p < 1 ? row.unchecked() : row); // too steep for differences
            if (p >= 1 && p <= 3) {
                rows.add(binary(name + ".eps0", new PairwiseDistance(p, 0, false)::forward));
            }
        }
        for (double p : new double[] {1, 2, 3}) {
            rows.add(unary("normalize." + p, x -> F.normalize(x, p, -1, 1e-12)));
            rows.add(unary("pdist." + p, x -> F.pdist(x, p)).slack(4).rejects(ShapeException.class, "pdist: needs (n, m), got (3)",
                    () -> F.pdist(Tensor.zeros(3), p)));
        }
        rows.add(unary("normalize.first", x -> F.normalize(x, 2, 0, 0.5)));
        rows.add(binary("pairwiseDistance.keep", new PairwiseDistance(2, 1e-6, true)::forward));
    }

    private static void mistakes(OpCase row) {
        Tensor one = Tensor.ones(2, 3);
        Tensor labels = Tensor.of(new long[] {1, 3});
        Tensor lengths = Tensor.of(new long[] {2, 2});
        row.rejects(ShapeException.class, "l1Loss: input (2, 3) and target (3) must have one shape; expand() or view() one of them",
                        () -> F.l1Loss(one, Tensor.ones(3)))
                .rejects(IllegalArgumentException.class, "l1Loss: BATCHMEAN is for klDiv alone; use NONE, MEAN or SUM",
                        () -> F.l1Loss(one, one, Reduction.BATCHMEAN))
                .rejects(IllegalArgumentException.class, "nllLoss: BATCHMEAN is for klDiv alone; use NONE, MEAN or SUM",
                        () -> F.nllLoss(one, Tensor.of(new long[] {0, 1}), null, -1, Reduction.BATCHMEAN))
                .rejects(IllegalArgumentException.class, "crossEntropy: BATCHMEAN is for klDiv alone; use NONE, MEAN or SUM",
                        () -> F.crossEntropy(one, one, null, -1, Reduction.BATCHMEAN, 0))
                .rejects(IllegalArgumentException.class, "smoothL1Loss: beta must not be negative, got -1.0", () -> F.smoothL1Loss(one, one, Reduction.MEAN, -1))
                .rejects(IllegalArgumentException.class, "huberLoss: delta must be positive, got 0.0", () -> F.huberLoss(one, one, Reduction.MEAN, 0))
                .rejects(IllegalArgumentException.class, "binaryCrossEntropy: input must be between 0 and 1, got 2.0; binaryCrossEntropyWithLogits "
                        + "takes any numbers", () -> F.binaryCrossEntropy(one.mul(2.0), one))
                .rejects(IllegalArgumentException.class, "binaryCrossEntropy: input must be between 0 and 1, got NaN; binaryCrossEntropyWithLogits "
                        + "takes any numbers", () -> F.binaryCrossEntropy(one.mul(Double.NaN), one))
                .rejects(IllegalArgumentException.class, "binaryCrossEntropy: target must be between 0 and 1, got NaN",
                        () -> F.binaryCrossEntropy(one, one.mul(Double.NaN)))
                .rejects(IllegalArgumentException.class, "binaryCrossEntropy: target must be between 0 and 1, got 2.0", () -> F.binaryCrossEntropy(one, one.mul(2.0)))
                .rejects(ShapeException.class, "gaussianNllLoss: var must have the input's shape (2, 3), or one value per row, got (3)",
                        () -> F.gaussianNllLoss(one, one, Tensor.ones(3)))
                .rejects(IllegalArgumentException.class, "gaussianNllLoss: var must not be negative, the smallest is -1.0",
                        () -> F.gaussianNllLoss(one, one, one.neg()))
                .rejects(ShapeException.class, "marginRankingLoss: all must have the same number of dimensions, got inputs (2, 3) and (2, 3) and target (2)",
                        () -> F.marginRankingLoss(one, one, Tensor.ones(2)))
                .rejects(ShapeException.class, "multiMarginLoss: label 3 is out of range for 3 classes", () -> F.multiMarginLoss(one, labels))
                .rejects(ShapeException.class, "multiMarginLoss: label -1 is out of range for 3 classes",
                        () -> F.multiMarginLoss(one, Tensor.of(new long[] {0, -1})))
                .rejects(DTypeException.class, "multiMarginLoss: target must be int64, got float32; convert with to(DType.INT64)",
                        () -> F.multiMarginLoss(one, Tensor.ones(2)))
                .rejects(IllegalArgumentException.class, "MultiMarginLoss: p must be 1 or 2, got 3", () -> MultiMarginLoss.options().withP(3))
                .rejects(ShapeException.class, "multilabelMarginLoss: label -2 is out of range for 3 classes",
                        () -> F.multilabelMarginLoss(Tensor.ones(3), Tensor.of(new long[] {0, -2, 1})))
                .rejects(ShapeException.class, "cosineEmbeddingLoss: inputs must be (n, size) and target (n), or (size) and (); got inputs (2, 3) and "
                        + "target (3)", () -> F.cosineEmbeddingLoss(one, one, Tensor.ones(3)))
                .rejects(IllegalArgumentException.class, "TripletMarginLoss: margin must be positive, got 0.0", () -> TripletMarginLoss.options().withMargin(0))
                .rejects(ShapeException.class, "ctcLoss: label 3 is out of range for 3 classes",
                        () -> F.ctcLoss(Tensor.zeros(4, 2, 3), Tensor.of(new long[] {1, 2, 3, 1}, 2, 2), lengths, lengths))
                .rejects(ShapeException.class, "ctcLoss: inputLengths must be from 0 to 4, got 5",
                        () -> F.ctcLoss(Tensor.zeros(4, 2, 3), Tensor.zeros(DType.INT64, 2, 2), Tensor.of(new long[] {4, 5}), lengths))
                .rejects(ShapeException.class, "ctcLoss: targets must be integers, (2, 2 or more) or one after the other (4), got (2, 1) of int64",
                        () -> F.ctcLoss(Tensor.zeros(4, 2, 3), Tensor.zeros(DType.INT64, 2, 1), lengths, lengths));
    }
}
