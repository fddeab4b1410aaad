package io.candela.benchmarks;

import io.candela.nn.F;
import io.candela.nn.GELU;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** The vocabulary on float32 matrices of one size, by the names that {@code python/ops.py} has, too. */
final class TableOps {
    private final Map<String, Supplier<Object>> ops = new LinkedHashMap<>();
    private final int rows;
    private final int columns;
    private final int n;
    private final Tensor x; // normal numbers, as y
    private final Tensor y;
    private final Tensor z; // their products
    private final Tensor p; // from 0.1 on, as q
    private final Tensor q;
    private final Tensor g1; // from 1.1 on
    private final Tensor u; // within -0.999 … 0.999
    private final Tensor v; // within 0.001 … 0.999
    private final Tensor m; // bool
    private final Tensor row;
    private final Tensor col;
    private final Tensor t; // transposed
    private final Tensor s; // every second column
    private final Tensor flat;

    private TableOps(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        n = rows * columns;
        Random random = new Random(1);
        x = normal(random);
        y = normal(random);
        z = x.mul(y);
        p = x.abs().add(0.1);
        q = y.abs().add(0.1);
        g1 = p.add(1);
        u = x.clamp(-0.999, 0.999);
        v = x.abs().clamp(0.001, 0.999);
        m = x.gt(0);
        row = y.slice(0, 0, 1, 1).reshape(columns).clone();
        col = y.slice(1, 0, 1, 1).clone();
        t = normal(random).reshape(columns, rows).t();
        s = normal(random, rows, 2 * columns).slice(1, 0, 2 * columns, 2);
        flat = x.reshape(n);
        pointwise();
        conversions();
        reductions();
        layout();
        strided();
    }

    /** By name, in the table's order. */
    static Map<String, Supplier<Object>> of(int rows, int columns) {
        return new TableOps(rows, columns).ops;
    }

    private Tensor normal(Random random) {
        return normal(random, rows, columns);
    }

    private static Tensor normal(Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, rows, columns);
    }

    private void pointwise() {
        ops.put("asinh", () -> x.asinh());
        ops.put("tanh", () -> x.tanh());
        ops.put("acosh", () -> g1.acosh());
        ops.put("maskedFill", () -> x.maskedFill(m, 1.0));
        ops.put("mish", () -> F.mish(x));
        ops.put("where", () -> x.where(m, y));
        ops.put("sqrt", () -> p.sqrt());
        ops.put("trunc", () -> x.trunc());
        ops.put("atan", () -> x.atan());
        ops.put("isNan", () -> x.isNan());
        ops.put("eq", () -> x.eq(y));
        ops.put("gt a number", () -> x.gt(0.5));
        ops.put("lt a number", () -> x.lt(0.5));
        ops.put("gt", () -> x.gt(y));
        ops.put("gelu (tanh)", () -> F.gelu(x, GELU.Approximate.TANH));
        ops.put("log10", () -> p.log10());
        ops.put("log2", () -> p.log2());
        ops.put("cos", () -> x.cos());
        ops.put("sin", () -> x.sin());
        ops.put("log", () -> p.log());
        ops.put("add", () -> x.add(y));
        ops.put("rsqrt", () -> p.rsqrt());
        ops.put("expm1", () -> x.expm1());
        ops.put("logit", () -> v.logit());
        ops.put("elu", () -> F.elu(x));
        ops.put("mul", () -> x.mul(y));
        ops.put("add a number", () -> x.add(1.5));
        ops.put("square", () -> x.square());
        ops.put("div by a number", () -> x.div(1.5));
        ops.put("leakyRelu", () -> F.leakyRelu(x));
        ops.put("abs", () -> x.abs());
        ops.put("pow 2", () -> x.pow(2));
        ops.put("round", () -> x.round());
        ops.put("erfc", () -> x.erfc());
        ops.put("clampMin", () -> x.clamp(0.1, null));
        ops.put("mul by a number", () -> x.mul(1.5));
        ops.put("sigmoid", () -> x.sigmoid());
        ops.put("pow", () -> p.pow(y));
        ops.put("pow 2.5", () -> p.pow(2.5));
        ops.put("rsub", () -> x.rsub(1.5));
        ops.put("reciprocal", () -> x.reciprocal());
        ops.put("neg", () -> x.neg());
        ops.put("cosh", () -> x.cosh());
        ops.put("relu", () -> x.relu());
        ops.put("mul by a column", () -> x.mul(col));
        ops.put("silu", () -> F.silu(x));
        ops.put("add a column", () -> x.add(col));
        ops.put("pow 3", () -> x.pow(3));
        ops.put("remainder of a number", () -> x.remainder(1.5));
        ops.put("erf", () -> x.erf());
        ops.put("logSigmoid", () -> F.logSigmoid(x));
        ops.put("sinh", () -> x.sinh());
        ops.put("softplus", () -> F.softplus(x));
        ops.put("add a row", () -> x.add(row));
        ops.put("asin", () -> u.asin());
        ops.put("minimum", () -> x.minimum(y));
        ops.put("atanh", () -> u.atanh());
        ops.put("fmod", () -> x.fmod(q));
        ops.put("maximum", () -> x.maximum(y));
        ops.put("exp", () -> x.exp());
        ops.put("remainder", () -> x.remainder(q));
        ops.put("sub", () -> x.sub(y));
        ops.put("digamma", () -> p.digamma());
        ops.put("addcmul", () -> x.addcmul(y, z, 0.5));
        ops.put("div", () -> x.div(q));
        ops.put("acos", () -> u.acos());
        ops.put("hardtanh", () -> F.hardtanh(x, -1, 1));
        ops.put("atan2", () -> x.atan2(y));
        ops.put("log1p", () -> p.log1p());
        ops.put("relu6", () -> F.relu6(x));
        ops.put("clamp", () -> x.clamp(-0.5, 0.5));
        ops.put("hardswish", () -> F.hardswish(x));
        ops.put("hardsigmoid", () -> F.hardsigmoid(x));
        ops.put("hypot", () -> x.hypot(y));
        ops.put("floor", () -> x.floor());
        ops.put("ceil", () -> x.ceil());
        ops.put("exp2", () -> x.exp2());
        ops.put("sign", () -> x.sign());
        ops.put("gelu", () -> F.gelu(x));
        ops.put("lerp", () -> x.lerp(y, 0.3));
        ops.put("tan", () -> x.tan());
        ops.put("lgamma", () -> p.lgamma());
        ops.put("lgamma signed", () -> x.lgamma());
        ops.put("digamma signed", () -> x.digamma());
        ops.put("frac", () -> x.frac());
        ops.put("erfinv", () -> u.erfinv());
    }

    private void conversions() {
        Tensor longs = x.mul(100).to(DType.INT64);
        Tensor ints = x.mul(100).to(DType.INT32);
        Tensor halves = x.to(DType.FLOAT16);
        Tensor brains = x.to(DType.BFLOAT16);
        Tensor doubles = x.to(DType.FLOAT64);
        ops.put("int64 to float32", () -> longs.to(DType.FLOAT32));
        ops.put("bool to float32", () -> m.to(DType.FLOAT32));
        ops.put("float32 to bool", () -> x.to(DType.BOOL));
        ops.put("float32 to float64", () -> x.to(DType.FLOAT64));
        ops.put("float32 to int64", () -> x.to(DType.INT64));
        ops.put("float32 to bfloat16", () -> x.to(DType.BFLOAT16));
        ops.put("float32 to float16", () -> x.to(DType.FLOAT16));
        ops.put("float32 to int32", () -> x.to(DType.INT32));
        ops.put("float16 to float32", () -> halves.to(DType.FLOAT32));
        ops.put("bfloat16 to float32", () -> brains.to(DType.FLOAT32));
        ops.put("int32 to float32", () -> ints.to(DType.FLOAT32));
        ops.put("float64 to float32", () -> doubles.to(DType.FLOAT32));
        ops.put("abs, to uint8", () -> x.abs().to(DType.UINT8));
    }

    private void reductions() {
        ops.put("any", () -> m.any());
        ops.put("all", () -> m.all());
        ops.put("var (last)", () -> x.var(1, false, -1));
        ops.put("argmax", () -> x.argmax());
        ops.put("norm 1", () -> x.norm(1));
        ops.put("std", () -> x.std());
        ops.put("var", () -> x.var());
        ops.put("var (first)", () -> x.var(1, false, 0));
        ops.put("max", () -> x.max());
        ops.put("argmax (last)", () -> x.argmax(-1));
        ops.put("max (last)", () -> x.max(-1));
        ops.put("sort (last)", () -> x.sort(-1, false));
        ops.put("sort (all)", () -> flat.sort(0, false));
        ops.put("median (last)", () -> x.median(-1));
        ops.put("mean", () -> x.mean());
        ops.put("mean (last)", () -> x.mean(-1));
        ops.put("norm", () -> x.norm());
        ops.put("sum", () -> x.sum());
        ops.put("aminmax", () -> x.aminmax());
        ops.put("sum (last)", () -> x.sum(-1));
        ops.put("mean (first)", () -> x.mean(0));
        ops.put("softmax (last)", () -> x.softmax(-1));
        ops.put("sum (first)", () -> x.sum(0));
        ops.put("amax (last)", () -> x.amax(false, -1));
        ops.put("argmax (first)", () -> x.argmax(0));
        ops.put("amax (first)", () -> x.amax(false, 0));
        ops.put("cumsum", () -> flat.cumsum(0));
        ops.put("softmax (first)", () -> x.softmax(0));
        ops.put("cumsum (last)", () -> x.cumsum(-1));
        ops.put("logSumExp (last)", () -> x.logSumExp(false, -1));
        ops.put("logSoftmax (first)", () -> x.logSoftmax(0));
        ops.put("max (first)", () -> x.max(0));
        ops.put("logSoftmax (last)", () -> x.logSoftmax(-1));
        ops.put("kthvalue (last)", () -> x.kthvalue((columns + 1) / 2, -1));
        ops.put("countNonzero", () -> x.countNonzero());
        ops.put("cumsum (first)", () -> x.cumsum(0));
        ops.put("cumprod (last)", () -> x.cumprod(-1));
        ops.put("cumprod (first)", () -> x.cumprod(0));
        ops.put("prod (last)", () -> x.prod(-1, false));
        ops.put("topk (last)", () -> x.topk(Math.min(10, columns), -1));
        ops.put("prod", () -> x.prod());
        ops.put("topk (all)", () -> flat.topk(10, 0));
        ops.put("topk 300 (last)", () -> x.topk(Math.min(300, columns), -1));
        ops.put("topk 1000 (all)", () -> flat.topk(Math.min(1000, n), 0));
    }

    private void layout() {
        ops.put("clone", () -> x.clone());
        ops.put("zeros", () -> Tensor.zeros(rows, columns));
        ops.put("stack", () -> Tensor.stack(0, x, y));
        ops.put("roll", () -> x.roll(new int[] {3}, new int[] {0}));
        ops.put("roll flat", () -> x.roll(3));
        ops.put("cat along 0", () -> Tensor.cat(0, x, y));
        ops.put("full", () -> Tensor.full(1.5, rows, columns));
        ops.put("cat along 1", () -> Tensor.cat(1, x, y));
        ops.put("flip", () -> x.flip(0));
        ops.put("flip (last)", () -> x.flip(1));
    }

    private void strided() {
        ops.put("transposed: where", () -> t.where(m, y));
        ops.put("every second column: exp", () -> s.exp());
        ops.put("transposed: softmax", () -> t.softmax(-1));
        ops.put("transposed: contiguous", () -> t.contiguous());
        ops.put("transposed: sum (last)", () -> t.sum(-1));
        ops.put("transposed: exp", () -> t.exp());
        ops.put("transposed: sum", () -> t.sum());
        ops.put("every second column: add", () -> s.add(s));
        ops.put("every second column: contiguous", () -> s.contiguous());
        ops.put("transposed: add", () -> t.add(y));
        ops.put("every second column: gt", () -> s.gt(s));
        ops.put("every second column: relu", () -> s.relu());
        ops.put("transposed: gt", () -> t.gt(y));
        ops.put("every second column: sum", () -> s.sum());
        ops.put("transposed: relu", () -> t.relu());
    }
}
