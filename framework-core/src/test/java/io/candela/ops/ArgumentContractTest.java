package io.candela.ops;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.many;

import io.candela.tensor.DType;
import io.candela.tensor.Linalg;
import io.candela.tensor.MinMax;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Every op with a dimension, a position or a count, with numbers that are there and that are not, of tensors of all ranks and empty ones: what PyTorch
 * gives, we give; where it raises, so do we. {@code tools/golden/arguments.py} has the same calls, and says which few answers of PyTorch's are left out.
 */
class ArgumentContractTest {
    private static final int[] NUMBERS = {-4, -3, -2, -1, 0, 1, 2, 3, 4};

    private final Map<String, BiFunction<Tensor, Integer, Object>> calls = new LinkedHashMap<>();

    @TestFactory
    Stream<DynamicNode> arguments() {
        reductions();
        scansAndOrders();
        shapes();
        positions();
        whole();
        List<OpCase> rows = new ArrayList<>();
        calls.forEach((name, call) -> {
            for (int number : name.endsWith("()") ? new int[] {0} : NUMBERS) {
                rows.add(many(name + " " + number, x -> results(call.apply(x, number))).loose().slack(8));
            }
        });
        division(rows, "remainder", Tensor::remainder);
        division(rows, "fmod", Tensor::fmod);
        division(rows, "floorDivide", Tensor::floorDivide);
        division(rows, "div trunc", (a, b) -> a.div(b, "trunc"));
        division(rows, "div", Tensor::div);
        division(rows, "gcd", Tensor::gcd);
        return OpContract.tests(Golden.load("/golden/arguments.bin.gz"), rows);
    }

    private static void division(List<OpCase> rows, String name, BinaryOperator<Tensor> op) {
        for (int n : new int[] {0, 2, -3}) {
            rows.add(binary(name + " " + n, op).loose());
        }
    }

    private static Tensor[] results(Object result) {
        return result instanceof Tensor[] several ? several
                : result instanceof ValuesAndIndices pair ? new Tensor[] {pair.values(), pair.indices()}
                : result instanceof MinMax pair ? new Tensor[] {pair.min(), pair.max()} : new Tensor[] {(Tensor) result};
    }

    /** 0 in each place of a tensor of ones, as positions for gather and the like. */
    private static Tensor zeros(Tensor x, long value) {
        int[] shape = new int[x.dim()];
        Arrays.fill(shape, 1);
        return Tensor.zeros(DType.INT64, shape).add(value).to(x.device());
    }

    private static Tensor at(Tensor x, long position) {
        return Tensor.of(new long[] {position}).to(x.device());
    }

    private static Tensor ones(Tensor x) {
        return zeros(x, 1).to(x.dtype());
    }

    private void call(String name, BiFunction<Tensor, Integer, Object> call) {
        calls.put(name, call);
    }

    private void reductions() {
        call("sum", (x, n) -> x.sum(n));
        call("mean", (x, n) -> x.mean(n));
        call("prod", (x, n) -> x.prod(n, false));
        call("amax", (x, n) -> x.amax(false, n));
        call("amin", (x, n) -> x.amin(false, n));
        call("max", (x, n) -> x.max(n));
        call("min", (x, n) -> x.min(n));
        call("argmax", (x, n) -> x.argmax(n));
        call("argmin", (x, n) -> x.argmin(n));
        call("all", (x, n) -> x.all(n, false));
        call("any", (x, n) -> x.any(n, false));
        call("var", (x, n) -> x.var(0, false, n));
        call("std", (x, n) -> x.std(0, false, n));
        call("norm", (x, n) -> x.norm(false, n));
        call("logSumExp", (x, n) -> x.logSumExp(false, n));
        call("median", (x, n) -> x.median(n));
        call("nanmedian", (x, n) -> x.nanmedian(n));
        call("mode", (x, n) -> x.mode(n));
        call("nansum", (x, n) -> x.nansum(n));
        call("nanmean", (x, n) -> x.nanmean(n));
        call("countNonzero", (x, n) -> x.countNonzero(n));
        call("kthvalue", (x, n) -> x.kthvalue(1, n));
        call("kthvalue k", (x, n) -> x.kthvalue(n, 0));
        call("quantile", (x, n) -> x.quantile(0.5, n, false));
        call("aminmax", (x, n) -> x.aminmax(false, n));
        call("sum twice", (x, n) -> x.sum(n, n));
        call("amax twice", (x, n) -> x.amax(false, n, n));
        call("var twice", (x, n) -> x.var(0, false, n, n));
        call("logSumExp twice", (x, n) -> x.logSumExp(false, n, n));
        call("sum same", (x, n) -> x.sum(0, n));
        call("renorm", (x, n) -> x.renorm(2, n, 1));
        call("trapezoid", (x, n) -> x.trapezoid(n));
        call("vecdot", (x, n) -> Linalg.vecdot(x, x, n));
        call("cross", (x, n) -> Linalg.cross(x, x, n));
        call("histc bins", (x, n) -> x.histc(n, -9, 9));
    }

    private void scansAndOrders() {
        call("cumsum", (x, n) -> x.cumsum(n));
        call("cumprod", (x, n) -> x.cumprod(n));
        call("cummax", (x, n) -> x.cummax(n));
        call("cummin", (x, n) -> x.cummin(n));
        call("logcumsumexp", (x, n) -> x.logcumsumexp(n));
        call("softmax", (x, n) -> x.softmax(n));
        call("logSoftmax", (x, n) -> x.logSoftmax(n));
        call("cumulativeTrapezoid", (x, n) -> x.cumulativeTrapezoid(1.0, n));
        call("diff", (x, n) -> x.diff(1, n));
        call("diff n", (x, n) -> x.diff(n, 0));
        call("sort", (x, n) -> x.sort(n, false));
        call("argsort", (x, n) -> x.argsort(n, false));
        call("topk", (x, n) -> x.topk(1, n));
        call("topk k", (x, n) -> x.topk(n, 0));
    }

    private void shapes() {
        call("flip", (x, n) -> x.flip(n));
        call("flip twice", (x, n) -> x.flip(n, n));
        call("permute twice", (x, n) -> x.permute(n, n));
        call("squeeze", (x, n) -> x.squeeze(n));
        call("unsqueeze", (x, n) -> x.unsqueeze(n));
        call("roll", (x, n) -> x.roll(1, n));
        call("roll by", (x, n) -> x.roll(n, 0));
        call("rot90", (x, n) -> x.rot90(1, 0, n));
        call("unbind", (x, n) -> x.unbind(n));
        call("split", (x, n) -> x.split(1, n));
        call("split size", (x, n) -> x.split(n, 0));
        call("chunk", (x, n) -> x.chunk(2, n));
        call("chunk count", (x, n) -> x.chunk(n, 0));
        call("tensorSplit", (x, n) -> x.tensorSplit(2, n));
        call("tensorSplit sections", (x, n) -> x.tensorSplit(n, 0));
        call("narrow", (x, n) -> x.narrow(n, 0, 1));
        call("narrow from", (x, n) -> x.narrow(0, n, 1));
        call("narrow length", (x, n) -> x.narrow(0, 0, n));
        call("flatten", (x, n) -> x.flatten(n, -1));
        call("unflatten", (x, n) -> x.unflatten(n, 1, -1));
        call("transpose", (x, n) -> x.transpose(n, 0));
        call("moveAxis", (x, n) -> x.moveAxis(n, 0));
        call("cat", (x, n) -> Tensor.cat(n, x, x));
        call("stack", (x, n) -> Tensor.stack(n, x, x));
        call("repeatInterleave", (x, n) -> x.repeatInterleave(2, n));
        call("repeatInterleave times", (x, n) -> x.repeatInterleave(n, 0));
        call("unfold", (x, n) -> x.unfold(n, 1, 1));
        call("unfold size", (x, n) -> x.unfold(0, n, 1));
        call("unfold step", (x, n) -> x.unfold(0, 1, n));
        call("diagonal", (x, n) -> x.diagonal(0, n, 0));
        call("diagonal offset", (x, n) -> x.diagonal(n, 0, 1));
        call("triu", (x, n) -> x.triu(n));
        call("tril", (x, n) -> x.tril(n));
        call("diagEmbed", (x, n) -> x.diagEmbed(0, n, 0));
        call("tile", (x, n) -> x.tile(n));
        call("repeat", (x, n) -> x.repeat(n, 1, 1));
        call("expand", (x, n) -> x.expand(n, 2, 3));
        call("reshape", (x, n) -> x.reshape(n, 3));
    }

    private void positions() {
        call("select", (x, n) -> x.select(n, 0));
        call("select index", (x, n) -> x.select(0, n));
        call("gather", (x, n) -> x.gather(n, zeros(x, 0)));
        call("gather at", (x, n) -> x.gather(0, zeros(x, n)));
        call("scatterAdd", (x, n) -> x.scatterAdd(n, zeros(x, 0), ones(x)));
        call("scatter at", (x, n) -> x.scatter(0, zeros(x, n), 5));
        call("scatterReduce", (x, n) -> x.scatterReduce(n, zeros(x, 0), ones(x), "sum", true));
        call("takeAlongDim", (x, n) -> x.takeAlongDim(zeros(x, 0), n));
        call("indexSelect", (x, n) -> x.indexSelect(n, at(x, 0)));
        call("indexSelect at", (x, n) -> x.indexSelect(0, at(x, n)));
        call("indexFill", (x, n) -> x.indexFill(n, at(x, 0), 5));
        call("indexFill at", (x, n) -> x.indexFill(0, at(x, n), 5));
        call("take", (x, n) -> x.take(at(x, n)));
        call("selectScatter", (x, n) -> x.selectScatter(x.dim() == 0 ? x : Tensor.ones(x.shape().without(0).toArray()).to(x.device()), 0, n));
    }

    private void whole() {
        call("max()", (x, n) -> x.max());
        call("min()", (x, n) -> x.min());
        call("argmax()", (x, n) -> x.argmax());
        call("median()", (x, n) -> x.median());
        call("amax()", (x, n) -> x.amax(false));
        call("quantile()", (x, n) -> x.quantile(0.5));
        call("aminmax()", (x, n) -> x.aminmax());
        call("mean()", (x, n) -> x.mean());
        call("prod()", (x, n) -> x.prod());
        call("norm()", (x, n) -> x.norm());
    }
}
