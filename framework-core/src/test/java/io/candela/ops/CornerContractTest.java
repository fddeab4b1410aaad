package io.candela.ops;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.many;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.naryMany;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.Linalg;
import io.candela.tensor.MinMax;
import io.candela.tensor.SpreadAndMean;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Zeros, ties, NaN, infinities and singular matrices, for ops whose other operands are in other tables; {@code tools/golden/corners.py} has these. */
class CornerContractTest {
    @TestFactory
    Stream<DynamicNode> corners() {
        List<OpCase> rows = new ArrayList<>();
        rows.addAll(norms());
        rows.addAll(reductions());
        rows.addAll(orders());
        rows.addAll(counts());
        rows.addAll(elements());
        rows.addAll(positions());
        rows.addAll(matrices());
        rows.forEach(row -> row.anyZero().slack(8));
        return OpContract.tests(Golden.load("/golden/corners.bin.gz"), rows);
    }

    private static List<OpCase> norms() {
        List<OpCase> rows = new ArrayList<>();
        Map<String, Double> orders = Map.of("0", 0.0, "0.5", 0.5, "1", 1.0, "1.5", 1.5, "2", 2.0, "3", 3.0, "inf", Double.POSITIVE_INFINITY, "-inf",
                Double.NEGATIVE_INFINITY, "-1.5", -1.5);
        orders.forEach((name, p) -> rows.add(unary("norm." + name, x -> x.norm(p, false, -1))));
        for (String name : List.of("1", "2", "3", "inf")) {
            double p = orders.get(name);
            rows.add(binary("dist." + name, (a, b) -> a.dist(b, p)));
            rows.add(binary("cdist." + name, (a, b) -> Tensor.cdist(a, b, p)));
        }
        rows.add(unary("renorm", x -> x.renorm(2, 0, 1)));
        return rows;
    }

    private static Tensor[] both(SpreadAndMean r) {
        return new Tensor[] {r.spread(), r.mean()};
    }

    private static Tensor[] both(ValuesAndIndices r) {
        return new Tensor[] {r.values(), r.indices()};
    }

    private static Tensor[] both(MinMax r) {
        return new Tensor[] {r.min(), r.max()};
    }

    private static List<OpCase> reductions() {
        return List.of(
                many("varMean", x -> both(x.varMean(1, false, -1))),
                many("stdMean", x -> both(x.stdMean(1, false, -1))),
                unary("std.biased", x -> x.std(0, false, -1)),
                many("aminmax", x -> both(x.aminmax())),
                unary("amaxOuter", x -> x.amax(false, 0, 1)),
                unary("nansum", x -> x.nansum(0)),
                unary("nanmean", x -> x.nanmean(0)),
                unary("prod", x -> x.prod(0, false)),
                unary("logSumExp", x -> x.logSumExp(false, 0)),
                unary("softmax", x -> x.softmax(0)),
                unary("logSoftmax", x -> x.logSoftmax(0)),
                unary("cov", Tensor::cov),
                unary("corrcoef", Tensor::corrcoef),
                unary("trapezoid", x -> x.trapezoid(0)),
                unary("diff", x -> x.diff(1, 0)),
                unary("cumsum", x -> x.cumsum(0)),
                unary("cumprod", x -> x.cumprod(0)),
                unary("logcumsumexp", x -> x.logcumsumexp(0)),
                many("cummax", x -> both(x.cummax(0))),
                many("cummin", x -> both(x.cummin(0))));
    }

    private static Tensor level(Tensor x) {
        return Tensor.of(new double[] {0.3}).to(x.dtype()).to(x.device());
    }

    private static List<OpCase> orders() {
        return List.of(
                unary("median", x -> x.median(0).values()),
                unary("nanmedian", x -> x.nanmedian(0).values()),
                unary("msort", Tensor::msort),
                unary("kthvalue", x -> x.kthvalue(2, 0).values()),
                unary("topk", x -> x.topk(2, 0).values()),
                unary("topk.smallest", x -> x.topk(2, 0, false).values()),
                unary("quantile", x -> x.quantile(0.3, 0, false)),
                unary("quantile.lower", x -> x.quantile(level(x), 0, false, "lower").squeeze(0)),
                unary("nanquantile", x -> x.nanquantile(level(x), 0, false, "linear").squeeze(0)));
    }

    private static List<OpCase> counts() {
        return List.of(
                unary("histc", x -> x.numel() == 3 ? x.histc(3) : x.histc(4, 0, 2)),
                unary("unique", x -> x.unique().values()),
                unary("uniqueConsecutive", x -> x.uniqueConsecutive().values()),
                binary("bucketize", (x, b) -> x.bucketize(b)).needsUnequalRows(),
                binary("bucketize.right", (x, b) -> x.bucketize(b, true)).needsUnequalRows());
    }

    private static List<OpCase> elements() {
        return List.of(
                nary("lerp.tensor", x -> x[0].lerp(x[1], x[2])),
                nary("addcmul", x -> x[0].addcmul(x[1], x[2], 0.5)),
                nary("addcdiv", x -> x[0].addcdiv(x[1], x[2], 0.5)),
                binary("floatPower", (a, b) -> a.floatPower(b)),
                nary("where", x -> x[1].where(x[0], x[2])),
                binary("maskedFill", (x, m) -> x.maskedFill(m, 2)),
                binary("maskedFill.nan", (x, m) -> x.maskedFill(m, Double.NaN)),
                binary("igamma", Tensor::igamma),
                binary("igammac", Tensor::igammac));
    }

    private static List<OpCase> positions() {
        List<OpCase> rows = new ArrayList<>();
        for (String how : List.of("sum", "prod", "mean", "amax", "amin")) {
            for (boolean inside : new boolean[] {true, false}) {
                rows.add(nary("scatterReduce." + how + "." + inside, x -> x[0].scatterReduce(0, x[1], x[2], how, inside)));
            }
            if (!how.equals("sum")) {
                rows.add(nary("indexReduce." + how, x -> x[0].indexReduce(0, x[1], x[2], how, true)));
            }
        }
        rows.add(nary("scatterAdd", x -> x[0].scatterAdd(0, x[1], x[2])));
        rows.add(nary("indexAdd", x -> x[0].indexAdd(0, x[1], x[2])));
        return rows;
    }

    private static List<OpCase> matrices() {
        List<OpCase> rows = new ArrayList<>(List.of(
                binary("matmul", Tensor::matmul),
                binary("bmm", Tensor::bmm),
                binary("dot", Tensor::dot),
                binary("outer", Tensor::outer),
                nary("addmm", x -> x[0].addmm(x[1], x[2])),
                nary("addmm.beta0", x -> x[0].addmm(x[1], x[2], 0, 1)),
                nary("addmm.alpha0", x -> x[0].addmm(x[1], x[2], 1, 0)),
                nary("addmv.beta0", x -> x[0].addmv(x[1], x[2], 0, 1)),
                nary("baddbmm.beta0", x -> x[0].baddbmm(x[1], x[2], 0, 1)),
                unary("det", Linalg::det),
                naryMany("slogdet", x -> new Tensor[] {Linalg.slogdet(x[0]).sign(), Linalg.slogdet(x[0]).logabsdet()}),
                unary("logdet", Tensor::logdet),
                unary("matrixExp", Linalg::matrixExp),
                unary("pinv", Linalg::pinv),
                unary("matrixRank", Linalg::matrixRank),
                unary("matrixNorm", Linalg::matrixNorm)));
        Map.of("1", 1.0, "-1", -1.0, "inf", Double.POSITIVE_INFINITY, "-inf", Double.NEGATIVE_INFINITY)
                .forEach((name, p) -> rows.add(unary("matrixNorm." + name, a -> Linalg.matrixNorm(a, p))));
        return rows;
    }
}
