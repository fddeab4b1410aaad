package io.candela.ops;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.many;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.unary;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.MinMax;
import io.candela.tensor.ShapeException;
import io.candela.tensor.SpreadAndMean;
import io.candela.tensor.Tensor;
import io.candela.tensor.UniqueValues;
import io.candela.tensor.ValuesAndIndices;
import io.candela.testing.Close;
import io.candela.testing.Golden;
import io.candela.testing.GradCheck;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of statistics, norms and scans; {@link OpContract} says what each row goes through, {@code tools/golden/reductions.py} has its operands. */
class StatisticsContractTest {
    @TestFactory
    Stream<DynamicNode> statistics() {
        List<OpCase> rows = new ArrayList<>();
        rows.addAll(sums());
        rows.addAll(orders());
        rows.addAll(quantiles());
        rows.addAll(norms());
        rows.addAll(scans());
        rows.addAll(counts());
        rows.addAll(spreads());
        rows.addAll(integrals());
        rows.addAll(windows());
        rows.addAll(picks());
        return OpContract.tests(Golden.load("/golden/reductions.bin.gz"), rows);
    }

    private static Tensor[] both(ValuesAndIndices r) {
        return new Tensor[] {r.values(), r.indices()};
    }

    private static Tensor[] both(SpreadAndMean r) {
        return new Tensor[] {r.spread(), r.mean()};
    }

    private static Tensor[] both(MinMax r) {
        return new Tensor[] {r.min(), r.max()};
    }

    private static Tensor[] all(UniqueValues r) {
        return new Tensor[] {r.values(), r.inverse(), r.counts()};
    }

    private static List<OpCase> sums() {
        return List.of(
                unary("nansum", x -> x.nansum()),
                unary("nansum.lastKept", x -> x.nansum(true, -1)),
                unary("nanmean", x -> x.nanmean()).rejects(DTypeException.class,
                        "nanmean: needs floating point, got int64; convert with to(DType.FLOAT32)", () -> Tensor.arange(3).nanmean()),
                unary("nanmean.outer", x -> x.nanmean(0, 2)),
                unary("countNonzero", x -> x.countNonzero()),
                unary("countNonzero.last", x -> x.countNonzero(-1)),
                many("varMean", x -> both(x.varMean())),
                many("varMean.outerKept", x -> both(x.varMean(0, true, 0, 2))),
                many("stdMean", x -> both(x.stdMean())),
                many("stdMean.outerKept", x -> both(x.stdMean(0, true, 0, 2))),
                many("aminmax", x -> both(x.aminmax())),
                many("aminmax.lastKept", x -> both(x.aminmax(true, -1))));
    }

    private static List<OpCase> orders() {
        return List.of(
                unary("median", Tensor::median).nd4j(x -> x.length() % 2 == 1 ? org.nd4j.linalg.factory.Nd4j.scalar(x.dataType(), x.medianNumber())
                        : x.dup().ravel().get(org.nd4j.linalg.indexing.NDArrayIndex.point(0)).mul(0).add(lowerMedian(x))),
                many("median.last", x -> both(x.median(-1))).rejects(ShapeException.class, "median: dimension 1 of (2, 0) is empty",
                        () -> Tensor.zeros(2, 0).median(1)),
                many("median.firstKept", x -> both(x.median(0, true))),
                unary("median.values", x -> x.median(-1).values()),
                unary("nanmedian", Tensor::nanmedian),
                many("nanmedian.last", x -> both(x.nanmedian(-1))),
                many("nanmedian.firstKept", x -> both(x.nanmedian(0, true))),
                unary("nanmedian.values", x -> x.nanmedian(-1).values()),
                unary("mode.last", x -> x.mode(-1).values()).anyZero(),
                many("mode.indices", x -> both(x.mul(2).round().mode(0))));
    }

    private static double lowerMedian(org.nd4j.linalg.api.ndarray.INDArray x) {
        double[] v = x.ravel().toDoubleVector();
        Arrays.sort(v);
        return v[(v.length - 1) / 2];
    }

    private static List<OpCase> quantiles() {
        List<OpCase> rows = new ArrayList<>();
        for (double q : new double[] {0, 0.3, 0.5, 1}) {
            rows.add(unary("quantile." + q, x -> x.quantile(q)));
        }
        for (String how : List.of("linear", "lower", "higher", "midpoint", "nearest")) {
            rows.add(unary("quantile." + how + "Last", x -> x.quantile(levels(x), -1, false, how)));
            rows.add(unary("quantile." + how + "FirstKept", x -> x.quantile(levels(x), 0, true, how)));
            rows.add(unary("nanquantile." + how + "Last", x -> x.nanquantile(levels(x), -1, false, how)));
        }
        rows.add(unary("quantile.allKept", x -> x.quantile(levels(x), null, true, "linear"))
                .rejects(IllegalArgumentException.class, "quantile: q must be between 0 and 1", () -> Tensor.ones(2).quantile(1.5))
                .rejects(IllegalArgumentException.class, "quantile: the interpolation must be linear, lower, higher, midpoint or nearest, got cubic",
                        () -> Tensor.ones(2).quantile(Tensor.ones(1), 0, false, "cubic"))
                .rejects(ShapeException.class, "quantile: (0) has no elements, and a quantile has no value for that",
                        () -> Tensor.ones(0).quantile(0.5))
                .rejects(DTypeException.class, "quantile: needs floating point and q of the same type, got int64 and q of int64",
                        () -> Tensor.arange(3).quantile(0.5)));
        return rows;
    }

    private static Tensor levels(Tensor x) {
        return Tensor.of(new double[] {0, 0.3, 0.75, 1}).to(x.dtype()).to(x.device());
    }

    private static List<OpCase> norms() {
        List<OpCase> rows = new ArrayList<>();
        String[] names = {"0", "half", "1", "1.5", "2", "3", "inf", "-inf", "-1.5"};
        double[] orders = {0, 0.5, 1, 1.5, 2, 3, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -1.5};
        for (int i = 0; i < names.length; i++) {
            double p = orders[i];
            OpCase whole = unary("norm." + names[i], x -> x.norm(p)).slack(40);
            rows.add(p == 1 ? whole.nd4j(x -> x.norm1()) : p == Double.POSITIVE_INFINITY ? whole.nd4j(x -> x.normmax()) : whole);
            rows.add(unary("norm." + names[i] + "LastKept", x -> x.norm(p, true, -1)).slack(4));
        }
        rows.get(0).rejects(ShapeException.class,
                "norm: (0) has no elements along the reduced dimensions, and the norm of order -1.0 has no value for that", () -> Tensor.zeros(0).norm(-1));
        rows.add(binary("dist", (a, b) -> a.dist(b)));
        rows.add(binary("dist.3", (a, b) -> a.dist(b, 3)));
        rows.add(unary("renorm", x -> x.renorm(2, 0, 2)).rejects(ShapeException.class, "renorm: needs two dimensions or more, got (3)",
                () -> Tensor.zeros(3).renorm(2, 0, 1)));
        rows.add(unary("renorm.1", x -> x.renorm(1, -1, 3)));
        return rows;
    }

    private static List<OpCase> scans() {
        return List.of(
                unary("cumprod.last", x -> x.cumprod(-1)).slack(20),
                unary("cumprod.first", x -> x.cumprod(0)),
                unary("logcumsumexp.last", x -> x.logcumsumexp(-1)).slack(4).anyZero().rejects(DTypeException.class,
                        "logcumsumexp: needs floating point, got int64; convert with to(DType.FLOAT32)", () -> Tensor.arange(3).logcumsumexp(0)),
                unary("logcumsumexp.first", x -> x.logcumsumexp(0)),
                many("cummax.last", x -> both(x.cummax(-1))),
                many("cummax.first", x -> both(x.cummax(0))),
                many("cummin.last", x -> both(x.cummin(-1))),
                many("cummin.first", x -> both(x.cummin(0))));
    }

    private static List<OpCase> picks() {
        return List.of(
                unary("all.uint8", Tensor::all),
                unary("all.uint8Last", x -> x.all(-1, true)),
                unary("any.uint8", Tensor::any),
                unary("any.uint8Last", x -> x.any(-1, true)),
                nary("searchSorted.sorter0", x -> Tensor.searchSorted(x[0], x[1], false, true, x[2]))
                        .rejects(DTypeException.class, "searchSorted: the sorter must be int64, got int32; convert with to(DType.INT64)",
                                () -> Tensor.searchSorted(Tensor.ones(2), Tensor.ones(2), false, false, Tensor.zeros(DType.INT32, 2)))
                        .rejects(ShapeException.class, "searchSorted: the sorter (3) must have the sequences' shape (2)",
                                () -> Tensor.searchSorted(Tensor.ones(2), Tensor.ones(2), false, false, Tensor.arange(3)))
                        .rejects(ShapeException.class, "searchSorted: the sorter's positions must be 0 to 1 for sequences (2)",
                                () -> Tensor.searchSorted(Tensor.ones(2), Tensor.ones(2), false, false, Tensor.arange(1, 3))),
                nary("searchSorted.sorter1", x -> Tensor.searchSorted(x[0], x[1], true, true, x[2])),
                binary("bucketize.int320", (v, b) -> v.bucketize(b, false, true)),
                binary("bucketize.int321", (v, b) -> v.bucketize(b, true, true)));
    }

    private static List<OpCase> counts() {
        return List.of(
                many("unique.first", x -> all(x.unique(0))).rejects(ShapeException.class, "unique: the slices of (3, 0) along dimension 0 have no elements",
                        () -> Tensor.zeros(3, 0).unique(0)),
                many("unique.last", x -> all(x.unique(-1))).rejects(ShapeException.class, "unique: a scalar has no slices; use unique()",
                        () -> Tensor.ones(1).get(0).unique(0)),
                many("uniqueConsecutive", x -> all((x.dtype().isFloating() ? x.round() : x).uniqueConsecutive())),
                many("uniqueConsecutive.first", x -> all(x.uniqueConsecutive(0))),
                many("uniqueConsecutive.last", x -> all(x.uniqueConsecutive(-1))),
                many("unique", x -> all(x.mul(3).round().unique())),
                many("unique.integers", x -> all(x.unique())),
                unary("histc", x -> x.histc(5)).rejects(IllegalArgumentException.class, "histc: bins must be 1 or more, got 0",
                        () -> Tensor.zeros(3).histc(0)),
                unary("histc.range", x -> x.histc(10, -1, 1.5)),
                unary("bincount", x -> x.bincount()).rejects(IllegalArgumentException.class, "bincount: integers must not be negative, got -1",
                        () -> Tensor.of(new long[] {-1}).bincount()),
                binary("bincount.weights", (x, w) -> x.bincount(w, 8)).rejects(ShapeException.class,
                        "bincount: weights (3) must have the shape of the integers (2)", () -> Tensor.arange(2).bincount(Tensor.ones(3), 0)));
    }

    private static List<OpCase> spreads() {
        return List.of(
                unary("cov", x -> x.cov()).slack(4).rejects(ShapeException.class, "cov: needs (variables, n) or (n), got (1, 2, 3)", () -> Tensor.zeros(1, 2, 3).cov())
                        .rejects(ShapeException.class, "cov: weights must have one element per observation, (3), got (2)",
                                () -> Tensor.zeros(2, 3).cov(1, null, Tensor.ones(2))),
                unary("cov.0", x -> x.cov(0, null, null)),
                unary("corrcoef", x -> x.corrcoef()).slack(8).unchecked(),
                binary("cov.frequencies", (x, f) -> x.cov(1, f, null)),
                binary("cov.weights", (x, a) -> x.cov(1, null, a.detach())),
                nary("cov.both", x -> x[0].cov(2, x[1], x[2].detach())));
    }

    private static List<OpCase> integrals() {
        List<OpCase> rows = new ArrayList<>(List.of(
                unary("trapezoid", y -> y.trapezoid(0)),
                unary("trapezoid.dx", y -> y.trapezoid(0.3, -1)),
                binary("trapezoid.x", (y, x) -> y.trapezoid(x, -1)).rejects(ShapeException.class,
                        "trapezoid: places must have the shape (2, 3) of the points, or be (3), got (2)", () -> Tensor.zeros(2, 3).trapezoid(Tensor.zeros(2), 1)),
                binary("trapezoid.wholeX", (y, x) -> y.trapezoid(x, 0)),
                unary("cumulativeTrapezoid.dx", y -> y.cumulativeTrapezoid(0.3, -1)),
                binary("cumulativeTrapezoid.x", (y, x) -> y.cumulativeTrapezoid(x, -1)),
                unary("vander", x -> Tensor.vander(x, 4, false)).rejects(ShapeException.class, "vander: needs one dimension, got (2, 2)",
                        () -> Tensor.vander(Tensor.zeros(2, 2), 2, false)),
                unary("vander.increasing", x -> Tensor.vander(x, 3, true))));
        for (double p : new double[] {1, 2, 3}) {
            rows.add(binary("cdist." + p, (a, b) -> Tensor.cdist(a, b, p)).slack(8).unchecked().rejects(ShapeException.class,
                    "cdist: operands must be (*, n, m) and (*, k, m), got (2, 3) and (2, 4)", () -> Tensor.cdist(Tensor.zeros(2, 3), Tensor.zeros(2, 4), p)));
        }
        return rows;
    }

    private interface Window {
        Tensor of(int n, boolean periodic);
    }

    private static OpCase window(String name, Window f) {
        return unary("window." + name, x -> f.of((int) x.at(0), x.at(1) != 0)).factory().rejects(IllegalArgumentException.class,
                "window: the length must not be negative, got -1", () -> f.of(-1, true));
    }

    private static List<OpCase> windows() {
        return List.of(
                window("hann", Tensor::hannWindow),
                window("hamming", Tensor::hammingWindow),
                window("blackman", Tensor::blackmanWindow),
                window("bartlett", Tensor::bartlettWindow));
    }

    /** A slice with a NaN equals no other. */
    @Test
    void nanMakesSlicesDistinct() {
        double nan = Double.NaN;
        UniqueValues found = Tensor.of(new double[][] {{1, nan}, {0, 2}, {1, nan}, {0, 2}}).unique(0);
        Close.assertExact("values", Tensor.of(new double[][] {{0, 2}, {1, nan}, {1, nan}}), found.values());
        Close.assertExact("inverse", Tensor.of(new long[] {1, 0, 2, 0}), found.inverse());
        Close.assertExact("counts", Tensor.of(new long[] {2, 1, 1}), found.counts());
    }

    @Test
    void productsHaveSecondDerivativesWhereFactorsAreZero() {
        double[][] rows = {{1, 0, 3}, {0, 0, 2}, {0, 0, 0}, {2, 3, 4}};
        for (double[] row : rows) {
            GradCheck.checkSecond("prod", x -> new Tensor[] {x[0].prod()}, List.of(Tensor.of(row)));
        }
        GradCheck.checkSecond("prod.first", x -> new Tensor[] {x[0].prod(0, true)}, List.of(Tensor.of(rows)));
        GradCheck.checkSecond("prod.last", x -> new Tensor[] {x[0].prod(-1, false)}, List.of(Tensor.of(rows)));
        GradCheck.checkSecond("prod.scalar", x -> new Tensor[] {x[0].prod()}, List.of(Tensor.of(new double[] {0}).get(0)));
    }

    @Test
    void mediansOfLongRowsAreThoseOfTheSortedRow() {
        Tensor x = Tensor.randn(3, 1001).mul(7).round().add(0); // many ties, and no −0
        Tensor sorted = x.sort(-1, false).values();
        Tensor expected = sorted.select(1, 500);
        ValuesAndIndices found = x.median(1);
        assertEquals(Arrays.toString(expected.toFloatArray()), Arrays.toString(found.values().toFloatArray()));
        assertEquals(sorted.flatten().sort(0, false).values().select(0, 1501).item(), x.median().item(), 0);
        assertEquals(DType.INT64, found.indices().dtype());
    }
}
