package io.candela.testing;

import io.candela.tensor.DType;
import io.candela.tensor.Index;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * Runs the programs of {@code tools/golden/expressions.py}: statements {@code name a,b p,q} separated by semicolons, each of which makes the next
 * variable. The operations here and in the script's table have the same names.
 */
public final class Expressions {
    /** An operation of operands and numbers. */
    private interface Operation {
        Tensor apply(Tensor[] t, double[] p);
    }

    private static final Map<String, Operation> OPERATIONS = new HashMap<>();

    static {
        pointwise();
        withNumbers();
        ofSeveral();
        reductions();
        shapes();
        indices();
        inPlace();
    }

    private Expressions() {}

    /** What the program makes of the operands: the variables that no statement reads, in order. */
    public static List<Tensor> evaluate(String program, List<Tensor> operands) {
        List<Tensor> values = new ArrayList<>(operands);
        Set<Integer> read = new HashSet<>();
        for (String statement : program.split(";")) {
            String[] words = statement.split(" ");
            Operation operation = OPERATIONS.get(words[0]);
            if (operation == null) {
                throw new IllegalArgumentException("no operation " + words[0]);
            }
            int[] chosen = Arrays.stream(words[1].split(",")).mapToInt(Integer::parseInt).toArray();
            double[] numbers = words.length < 3 ? new double[0] : Arrays.stream(words[2].split(",")).mapToDouble(Double::parseDouble).toArray();
            values.add(operation.apply(Arrays.stream(chosen).mapToObj(values::get).toArray(Tensor[]::new), numbers));
            Arrays.stream(chosen).forEach(read::add);
        }
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (!read.contains(i)) {
                results.add(values.get(i));
            }
        }
        return results;
    }

    private static void op(String name, Operation operation) {
        if (OPERATIONS.put(name, operation) != null) {
            throw new IllegalArgumentException("twice: " + name);
        }
    }

    private static void unary(String name, UnaryOperator<Tensor> f) {
        op(name, (t, p) -> f.apply(t[0]));
    }

    private static void binary(String name, BinaryOperator<Tensor> f) {
        op(name, (t, p) -> f.apply(t[0], t[1]));
    }

    /** Of a dimension, and whether it is kept. */
    private interface Reduction {
        Tensor apply(Tensor x, int dim, boolean keepDim);
    }

    private static void reduction(String name, Reduction f) {
        op(name, (t, p) -> f.apply(t[0], (int) p[0], p[1] != 0));
    }

    /** Of a dimension. */
    private interface Along {
        Tensor apply(Tensor x, int dim);
    }

    private static void along(String name, Along f) {
        op(name, (t, p) -> f.apply(t[0], (int) p[0]));
    }

    private static Tensor atLeastHalf(Tensor x) {
        return x.square().add(0.5);
    }

    private static int[] ints(double[] p, int from, int to) {
        return Arrays.stream(p, from, to).mapToInt(x -> (int) x).toArray();
    }

    private static int[] ints(double[] p) {
        return ints(p, 0, p.length);
    }

    private static void pointwise() {
        unary("neg", Tensor::neg);
        unary("abs", Tensor::abs);
        unary("square", Tensor::square);
        unary("sigmoid", Tensor::sigmoid);
        unary("tanh", Tensor::tanh);
        unary("sin", Tensor::sin);
        unary("cos", Tensor::cos);
        unary("exp", Tensor::exp);
        unary("expm1", Tensor::expm1);
        unary("atan", Tensor::atan);
        unary("sinh", Tensor::sinh);
        unary("asinh", Tensor::asinh);
        unary("erf", Tensor::erf);
        unary("relu", Tensor::relu);
        unary("floor", Tensor::floor);
        unary("ceil", Tensor::ceil);
        unary("trunc", Tensor::trunc);
        unary("round", Tensor::round);
        unary("sign", Tensor::sign);
        unary("frac", Tensor::frac);
        unary("sqrt", x -> atLeastHalf(x).sqrt());
        unary("log", x -> atLeastHalf(x).log());
        unary("rsqrt", x -> atLeastHalf(x).rsqrt());
        unary("log1p", x -> atLeastHalf(x).log1p());
        unary("reciprocal", x -> atLeastHalf(x).reciprocal());
        unary("tan", x -> x.tanh().tan());
        unary("atanh", x -> x.tanh().mul(0.7).atanh());
        unary("lgamma", x -> atLeastHalf(x).lgamma());
        unary("isNan", Tensor::isNan);
        unary("isFinite", Tensor::isFinite);
        unary("logicalNot", Tensor::logicalNot);
        unary("toFloat32", x -> x.to(DType.FLOAT32));
        unary("toFloat64", x -> x.to(DType.FLOAT64));
        unary("toInt64", x -> x.to(DType.INT64));
    }

    private static void withNumbers() {
        op("addNumber", (t, p) -> t[0].add(p[0]));
        op("mulNumber", (t, p) -> t[0].mul(p[0]));
        op("rsub", (t, p) -> t[0].rsub(p[0]));
        op("clamp", (t, p) -> t[0].clamp(-p[0], p[0] * 1.5));
        op("remainderNumber", (t, p) -> t[0].remainder(p[0]));
        op("fmodNumber", (t, p) -> t[0].fmod(p[0]));
        op("pow", (t, p) -> t[0].pow((long) p[0]));
        op("powNumber", (t, p) -> atLeastHalf(t[0]).pow(p[0]));
        op("lerp", (t, p) -> t[0].lerp(t[1], p[0]));
        op("subScaled", (t, p) -> t[0].add(t[1], -p[0]));
    }

    private static void ofSeveral() {
        binary("add", Tensor::add);
        binary("sub", Tensor::sub);
        binary("mul", Tensor::mul);
        binary("maximum", Tensor::maximum);
        binary("minimum", Tensor::minimum);
        binary("atan2", Tensor::atan2);
        binary("hypot", Tensor::hypot);
        binary("logaddexp", Tensor::logaddexp);
        binary("copysign", Tensor::copysign);
        binary("fmax", Tensor::fmax);
        binary("fmin", Tensor::fmin);
        binary("div", (a, b) -> a.div(atLeastHalf(b)));
        binary("remainder", (a, b) -> a.remainder(atLeastHalf(b)));
        binary("fmod", (a, b) -> a.fmod(atLeastHalf(b)));
        binary("xlogy", (a, b) -> a.xlogy(atLeastHalf(b)));
        binary("addAny", Tensor::add);
        binary("mulAny", Tensor::mul);
        op("addcmul", (t, p) -> t[0].addcmul(t[1], t[2], 0.7));
        op("addcdiv", (t, p) -> t[0].addcdiv(t[1], atLeastHalf(t[2])));
        op("clampTensors", (t, p) -> t[0].clamp(t[1], t[2]));
        binary("lt", Tensor::lt);
        binary("ge", Tensor::ge);
        binary("logicalAnd", Tensor::logicalAnd);
        binary("logicalOr", Tensor::logicalOr);
        binary("logicalXor", Tensor::logicalXor);
        op("where", (t, p) -> Tensor.where(t[0], t[1], t[2]));
        op("maskedFill", (t, p) -> t[0].maskedFill(t[1], p[0]));
        binary("matmul", Tensor::matmul);
        binary("matmulT", (a, b) -> a.matmul(turned(b)));
        binary("matmulmT", (a, b) -> turned(a).matmul(b));
        binary("outer", Tensor::outer);
        op("cat", (t, p) -> Tensor.cat((int) p[0], t));
        op("stack", (t, p) -> Tensor.stack((int) p[0], t));
        op("catBroadcast", (t, p) -> Tensor.cat((int) p[0], Tensor.broadcastTensors(t)));
    }

    private static Tensor turned(Tensor x) {
        return x.dim() == 0 ? x : x.mT();
    }

    private static void reductions() {
        unary("sumAll", Tensor::sum);
        unary("meanAll", Tensor::mean);
        reduction("sum", (x, dim, keep) -> x.sum(keep, dim));
        reduction("mean", (x, dim, keep) -> x.mean(keep, dim));
        reduction("amax", (x, dim, keep) -> x.amax(keep, dim));
        reduction("amin", (x, dim, keep) -> x.amin(keep, dim));
        reduction("prod", Tensor::prod);
        reduction("logSumExp", (x, dim, keep) -> x.logSumExp(keep, dim));
        reduction("norm", (x, dim, keep) -> x.norm(2, keep, dim));
        reduction("max", (x, dim, keep) -> x.max(dim, keep).values());
        reduction("median", (x, dim, keep) -> x.median(dim, keep).values());
        reduction("argmax", Tensor::argmax);
        reduction("var", (x, dim, keep) -> x.var(1, keep, dim));
        reduction("std", (x, dim, keep) -> x.std(1, keep, dim));
        op("sumDims", (t, p) -> t[0].sum(p[2] != 0, (int) p[0], (int) p[1]));
        along("cumsum", Tensor::cumsum);
        along("cumprod", Tensor::cumprod);
        along("softmax", Tensor::softmax);
        along("logSoftmax", Tensor::logSoftmax);
        along("sort", (x, dim) -> x.sort(dim, false).values());
        along("argsort", (x, dim) -> x.argsort(dim, false));
        along("cummax", (x, dim) -> x.cummax(dim).values());
        along("any", (x, dim) -> x.any(dim, false));
        along("all", (x, dim) -> x.all(dim, false));
        op("topk", (t, p) -> t[0].topk((int) p[1], (int) p[0]).values());
    }

    private static void shapes() {
        op("transpose", (t, p) -> t[0].transpose((int) p[0], (int) p[1]));
        op("moveDim", (t, p) -> t[0].moveDim((int) p[0], (int) p[1]));
        unary("mT", Tensor::mT);
        op("permute", (t, p) -> t[0].permute(ints(p)));
        op("relayout", (t, p) -> relaidOut(t[0], (int) p[0], (int) p[1]));
        op("reshape", (t, p) -> t[0].reshape(ints(p)));
        op("flatten", (t, p) -> t[0].flatten((int) p[0], (int) p[1]));
        along("unsqueeze", Tensor::unsqueeze);
        along("squeeze", Tensor::squeeze);
        unary("squeezeAll", Tensor::squeeze);
        op("expandFront", (t, p) -> t[0].expand(front((int) p[0], t[0].shape().toArray())));
        op("repeatFront", (t, p) -> t[0].repeat(front((int) p[0], ones(t[0].dim()))));
        op("narrow", (t, p) -> t[0].narrow((int) p[0], (int) p[1], (int) p[2]));
        op("slice", (t, p) -> t[0].slice((int) p[0], (int) p[1], (int) p[2], (int) p[3]));
        op("select", (t, p) -> t[0].select((int) p[0], (int) p[1]));
        op("unbind", (t, p) -> {
            Tensor[] parts = t[0].unbind((int) p[0]);
            return parts[Math.floorMod((int) p[1], parts.length)];
        });
        along("flip", Tensor::flip);
        op("roll", (t, p) -> t[0].roll((int) p[1], (int) p[0]));
        along("chunkFirst", (x, dim) -> x.chunk(2, dim)[0]);
        along("repeatInterleave", (x, dim) -> x.repeatInterleave(2, dim));
        along("diagonal", (x, offset) -> x.diagonal(offset, -2, -1));
        along("tril", Tensor::tril);
        along("triu", Tensor::triu);
        along("diagEmbed", (x, offset) -> x.diagEmbed(offset, -2, -1));
        along("rot90", (x, quarters) -> x.rot90(quarters, 0, 1));
        op("unfold", (t, p) -> t[0].unfold((int) p[0], (int) p[1], (int) p[2]));
        along("diff", (x, dim) -> x.diff(1, dim));
    }

    /** The same elements with two dimensions exchanged in memory. */
    static Tensor relaidOut(Tensor x, int a, int b) {
        return x.transpose(a, b).contiguous().transpose(a, b);
    }

    private static int[] front(int first, int... rest) {
        int[] all = new int[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    private static int[] ones(int n) {
        int[] all = new int[n];
        Arrays.fill(all, 1);
        return all;
    }

    private static void indices() {
        op("indexSelect", (t, p) -> t[0].indexSelect((int) p[0], positions(p, 1)));
        op("indexPick", (t, p) -> t[0].index(Index.NEW_AXIS, positions(p, 0).remainder((long) t[0].size(0)), Index.ELLIPSIS, Index.NEW_AXIS));
        along("gatherSorted", (x, dim) -> x.gather(dim, x.detach().argsort(dim, false)));
        along("takeAlongMax", (x, dim) -> x.takeAlongDim(x.detach().argmax(dim, true), dim));
        binary("maskedSelect", Tensor::maskedSelect);
        binary("indexAdd", (x, source) -> x.indexAdd(0, Tensor.arange(x.size(0)).flip(0), source, 0.5));
        binary("scatterAdd", (x, source) -> x.scatterAdd(0, Tensor.zeros(x.shape(), DType.INT64, x.device()), source));
    }

    private static Tensor positions(double[] p, int from) {
        return Tensor.of(Arrays.stream(p, from, p.length).mapToLong(x -> (long) x).toArray());
    }

    private static void inPlace() {
        op("partMul", (t, p) -> {
            Tensor copy = t[0].clone();
            copy.select((int) p[0], (int) p[1]).mulInPlace(0.5 + p[2]);
            return copy;
        });
        along("partCopy", (x, dim) -> {
            Tensor copy = x.clone();
            copy.narrow(dim, 0, 1).copyFrom(copy.narrow(dim, x.size(dim) - 1, 1).clone());
            return copy;
        });
        binary("addInPlace", (x, y) -> x.clone().addInPlace(y));
        binary("mulInPlace", (x, y) -> x.clone().mulInPlace(y));
    }
}
