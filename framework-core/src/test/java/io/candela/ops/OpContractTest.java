package io.candela.ops;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.many;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The table of all ops; {@link OpContract} says what each row goes through, {@code tools/golden/ops.py} has its operands. */
class OpContractTest {
    @TestFactory
    Stream<DynamicNode> ops() {
        List<OpCase> rows = new ArrayList<>();
        rows.addAll(functions());
        rows.addAll(withNumbers());
        rows.addAll(arithmetic());
        rows.addAll(reductions());
        rows.addAll(shapes());
        rows.addAll(indices());
        rows.addAll(products());
        return OpContract.tests(Golden.load("/golden/ops.bin.gz"), rows);
    }

    private static OpCase function(String name, UnaryOperator<Tensor> op) {
        return unary(name, op).pointwise();
    }

    private static OpCase function(String name, UnaryOperator<Tensor> op, UnaryOperator<INDArray> nd4j) {
        return function(name, op).nd4j(nd4j);
    }

    private static List<OpCase> functions() {
        List<OpCase> rows = new ArrayList<>(List.of(
                function("neg", Tensor::neg, INDArray::neg).inPlace(Tensor::negInPlace)
                        .rejects(DTypeException.class, "neg: bool has no negative; use logicalNot()", () -> Tensor.zeros(DType.BOOL, 2).neg()),
                function("abs", Tensor::abs, Transforms::abs).inPlace(Tensor::absInPlace),
                function("sign", Tensor::sign, Transforms::sign).inPlace(Tensor::signInPlace),
                function("square", Tensor::square, x -> x.mul(x)).inPlace(Tensor::squareInPlace),
                function("relu", Tensor::relu, Transforms::relu).anyZero().inPlace(Tensor::reluInPlace),
                function("floor", Tensor::floor, Transforms::floor).inPlace(Tensor::floorInPlace),
                function("ceil", Tensor::ceil, Transforms::ceil).inPlace(Tensor::ceilInPlace),
                function("round", Tensor::round).inPlace(Tensor::roundInPlace).nd4j(x -> Nd4j.math().round(x)),
                function("trunc", Tensor::trunc).inPlace(Tensor::truncInPlace),
                function("exp", Tensor::exp, Transforms::exp).inPlace(Tensor::expInPlace),
                function("expm1", Tensor::expm1, x -> Nd4j.math().expm1(x)).inPlace(Tensor::expm1InPlace),
                function("log", Tensor::log, Transforms::log).inPlace(Tensor::logInPlace),
                function("log1p", Tensor::log1p, x -> Nd4j.math().log1p(x)).inPlace(Tensor::log1pInPlace),
                function("sqrt", Tensor::sqrt, Transforms::sqrt).inPlace(Tensor::sqrtInPlace),
                function("rsqrt", Tensor::rsqrt, x -> Nd4j.math().rsqrt(x)).inPlace(Tensor::rsqrtInPlace),
                function("reciprocal", Tensor::reciprocal, x -> x.rdiv(1)).inPlace(Tensor::reciprocalInPlace),
                function("sigmoid", Tensor::sigmoid, Transforms::sigmoid).inPlace(Tensor::sigmoidInPlace),
                function("tanh", Tensor::tanh, Transforms::tanh).inPlace(Tensor::tanhInPlace),
                function("sin", Tensor::sin, Transforms::sin).inPlace(Tensor::sinInPlace),
                function("cos", Tensor::cos, Transforms::cos).inPlace(Tensor::cosInPlace),
                function("clamp", x -> x.clamp(-0.75, 1.25)).nd4j(x -> Nd4j.math().clipByValue(x, -0.75, 1.25)).inPlace(x -> x.clampInPlace(-0.75, 1.25)),
                function("clamp.reversed", x -> x.clamp(2, 1)).inPlace(x -> x.clampInPlace(2, 1)),
                function("clamp.integers", x -> x.clamp(0, 2)).inPlace(x -> x.clampInPlace(0, 2)),
                function("logicalNot", Tensor::logicalNot).inPlace(x -> x.logicalNotInPlace()),
                function("isNan", Tensor::isNan),
                function("clone", Tensor::clone),
                function("zerosLike", Tensor::zerosLike),
                function("onesLike", Tensor::onesLike)));
        for (DType type : List.of(DType.BOOL, DType.UINT8, DType.INT32, DType.INT64, DType.FLOAT32, DType.FLOAT64)) { // DTypesContractTest has the others
            OpCase row = unary("to." + type, x -> x.to(type));
            rows.add(type == DType.FLOAT32 ? row.unchecked() : row);
        }
        return rows;
    }

    private static List<OpCase> withNumbers() {
        List<OpCase> rows = new ArrayList<>(List.of(
                function("add.number", x -> x.add(1.3)).inPlace(x -> x.addInPlace(1.3)),
                function("add.integer", x -> x.add(3)).inPlace(x -> x.addInPlace(3)),
                function("sub.number", x -> x.sub(0.7)).inPlace(x -> x.subInPlace(0.7)),
                function("sub.integer", x -> x.sub(3)).inPlace(x -> x.subInPlace(3)),
                function("rsub.number", x -> x.rsub(1.5)),
                function("mul.number", x -> x.mul(-1.7)).inPlace(x -> x.mulInPlace(-1.7)),
                function("mul.integer", x -> x.mul(3)).inPlace(x -> x.mulInPlace(3)),
                function("div.number", x -> x.div(0.3)).inPlace(x -> x.divInPlace(0.3)),
                function("rdiv.number", x -> x.rdiv(2.5)),
                function("remainder.number", x -> x.remainder(0.7)),
                function("remainder.negative", x -> x.remainder(-0.7)),
                function("remainder.integer", x -> x.remainder(3)),
                function("remainder.negativeInteger", x -> x.remainder(-3)),
                function("pow.0", x -> x.pow(0.0)),
                function("pow.1", x -> x.pow(1.0)),
                function("pow.2", x -> x.pow(2.0)),
                function("pow.3", x -> x.pow(3.0)),
                function("pow.integer2", x -> x.pow(2)).inPlace(x -> x.powInPlace(2)),
                function("pow.integer3", x -> x.pow(3)).inPlace(x -> x.powInPlace(3)),
                function("pow.negativeInteger", x -> x.pow(-1)),
                function("pow.half", x -> x.pow(0.5)).inPlace(x -> x.powInPlace(0.5)),
                function("pow.-1", x -> x.pow(-1.0)).inPlace(x -> x.powInPlace(-1.0)),
                function("pow.-2", x -> x.pow(-2.0)).inPlace(x -> x.powInPlace(-2.0)),
                function("pow.2.5", x -> x.pow(2.5)).inPlace(x -> x.powInPlace(2.5))));
        number(rows, "eq", Tensor::eq, Tensor::eqInPlace);
        number(rows, "ne", Tensor::ne, Tensor::neInPlace);
        number(rows, "lt", Tensor::lt, Tensor::ltInPlace);
        number(rows, "le", Tensor::le, Tensor::leInPlace);
        number(rows, "gt", Tensor::gt, Tensor::gtInPlace);
        number(rows, "ge", Tensor::ge, Tensor::geInPlace);
        return rows;
    }

    private interface WithNumber {
        Tensor apply(Tensor x, double number);
    }

    private static void number(List<OpCase> rows, String name, WithNumber op, WithNumber inPlace) {
        rows.add(function(name + ".number", x -> op.apply(x, 0.5)).inPlace(x -> inPlace.apply(x, 0.5)));
        rows.add(function(name + ".integer", x -> op.apply(x, 1)).inPlace(x -> inPlace.apply(x, 1)));
    }

    /** Two operands that broadcast; the message for operands that do not is the same for all. */
    private static OpCase broadcast(String name, String message, BinaryOperator<Tensor> op) {
        return binary(name, op).pointwise().rejects(ShapeException.class,
                message + ": sizes do not broadcast at dimension -1: lhs (2, 3), rhs (4)", () -> op.apply(Tensor.zeros(2, 3), Tensor.zeros(4)));
    }

    private static OpCase broadcast(String name, BinaryOperator<Tensor> op) {
        return broadcast(name, name, op);
    }

    private static List<OpCase> arithmetic() {
        return List.of(
                broadcast("add", (a, b) -> a.add(b)).inPlace((a, b) -> a.addInPlace(b)).nd4j((a, b) -> a.add(b))
                        .rejects(ShapeException.class, "add: the result (2, 3) does not fit into (3), which is changed in place",
                                () -> Tensor.zeros(3).addInPlace(Tensor.zeros(2, 3)))
                        .rejects(DTypeException.class,
                                "add: a result of float32 cannot be stored in place in a tensor of int64; use the form that is not in place",
                                () -> Tensor.arange(3).addInPlace(Tensor.zeros(3))),
                broadcast("add.alpha", "add", (a, b) -> a.add(b, 3)).inPlace((a, b) -> a.addInPlace(b, 3)),
                broadcast("add.fraction", "add", (a, b) -> a.add(b, -0.3)).inPlace((a, b) -> a.addInPlace(b, -0.3)),
                broadcast("sub", (a, b) -> a.sub(b)).inPlace((a, b) -> a.subInPlace(b)).nd4j((a, b) -> a.sub(b)),
                broadcast("mul", (a, b) -> a.mul(b)).inPlace((a, b) -> a.mulInPlace(b)).nd4j((a, b) -> a.mul(b)),
                broadcast("div", (a, b) -> a.div(b)).inPlace((a, b) -> a.divInPlace(b)).nd4j((a, b) -> a.div(b)),
                broadcast("pow", (a, b) -> a.pow(b)),
                broadcast("maximum", Tensor::maximum).anyZero(),
                broadcast("minimum", Tensor::minimum).anyZero(),
                broadcast("eq", (a, b) -> a.eq(b)).inPlace((a, b) -> a.eqInPlace(b)).nd4j((a, b) -> a.eq(b))
                        .rejects(ShapeException.class, "eq: the result (2, 3) does not fit into (3), which is changed in place",
                                () -> Tensor.zeros(3).eqInPlace(Tensor.zeros(2, 3))),
                broadcast("ne", (a, b) -> a.ne(b)).inPlace((a, b) -> a.neInPlace(b)),
                broadcast("lt", (a, b) -> a.lt(b)).inPlace((a, b) -> a.ltInPlace(b)).nd4j((a, b) -> a.lt(b)),
                broadcast("le", (a, b) -> a.le(b)).inPlace((a, b) -> a.leInPlace(b)),
                broadcast("gt", (a, b) -> a.gt(b)).inPlace((a, b) -> a.gtInPlace(b)).nd4j((a, b) -> a.gt(b)),
                broadcast("ge", (a, b) -> a.ge(b)).inPlace((a, b) -> a.geInPlace(b)),
                broadcast("logicalAnd", "and", Tensor::logicalAnd).inPlace((a, b) -> a.logicalAndInPlace(b)),
                broadcast("logicalOr", "or", Tensor::logicalOr).inPlace((a, b) -> a.logicalOrInPlace(b)),
                broadcast("logicalXor", "xor", Tensor::logicalXor).inPlace((a, b) -> a.logicalXorInPlace(b)),
                nary("where", x -> x[1].where(x[0], x[2])).rejects(DTypeException.class,
                        "where: the condition (2) must be bool, got float32; compare first, such as with ne(0)",
                        () -> Tensor.zeros(2).where(Tensor.zeros(2), Tensor.zeros(2))),
                binary("maskedFill", (x, mask) -> x.maskedFill(mask, -1.5)),
                binary("maskedFill.integer", (x, mask) -> x.maskedFill(mask, 3)));
    }

    private static Tensor[] both(ValuesAndIndices r) {
        return new Tensor[] {r.values(), r.indices()};
    }

    private static List<OpCase> reductions() {
        return List.of(
                unary("sum", Tensor::sum).nd4j(x -> x.sum()),
                unary("sum.last", x -> x.sum(-1)).nd4j(x -> x.sum(-1)).rejects(ShapeException.class,
                        "sum: dimension 2 is out of range for (2, 3); use -2 to 1", () -> Tensor.zeros(2, 3).sum(2)),
                unary("sum.firstKept", x -> x.sum(true, 0)).nd4j(x -> x.sum(true, 0)),
                unary("sum.outer", x -> x.sum(0, 2)).nd4j(x -> x.sum(0, 2)).rejects(ShapeException.class,
                        "sum: dimension 1 is named twice in [1, -1] for (2, 3)", () -> Tensor.zeros(2, 3).sum(1, -1)),
                unary("sum.innerKept", x -> x.sum(true, -1, 1)).nd4j(x -> x.sum(true, x.rank() - 1, 1)),
                unary("mean", Tensor::mean).nd4j(x -> x.mean()).rejects(DTypeException.class,
                        "mean: needs floating point, got int64; convert with to(DType.FLOAT32)", () -> Tensor.arange(3).mean()),
                unary("mean.last", x -> x.mean(-1)).nd4j(x -> x.mean(-1)),
                unary("mean.firstKept", x -> x.mean(true, 0)).nd4j(x -> x.mean(true, 0)),
                unary("mean.outer", x -> x.mean(0, 2)).nd4j(x -> x.mean(0, 2)),
                unary("mean.innerKept", x -> x.mean(true, -1, 1)).nd4j(x -> x.mean(true, x.rank() - 1, 1)),
                unary("prod", Tensor::prod).nd4j(x -> x.prod()).slack(20),
                unary("prod.last", x -> x.prod(-1, false)).nd4j(x -> x.prod(-1)).slack(20),
                unary("prod.firstKept", x -> x.prod(0, true)).nd4j(x -> x.prod(true, 0)).slack(20),
                unary("max", Tensor::max).nd4j(x -> x.max()).rejects(ShapeException.class,
                        "amax: (0) has no elements along the reduced dimensions, and the result has no value for that", () -> Tensor.zeros(0).max()),
                unary("min", Tensor::min).nd4j(x -> x.min()),
                unary("amax.last", x -> x.amax(false, -1)).anyZero().nd4j(x -> x.max(-1)),
                unary("amin.last", x -> x.amin(false, -1)).anyZero().nd4j(x -> x.min(-1)),
                unary("amax.outerKept", x -> x.amax(true, 0, 2)).nd4j(x -> x.max(true, 0, 2)),
                unary("amin.outerKept", x -> x.amin(true, 0, 2)).nd4j(x -> x.min(true, 0, 2)),
                many("max.dim", x -> both(x.max(1))).nd4j(x -> x.max(1)),
                many("min.dim", x -> both(x.min(1))).nd4j(x -> x.min(1)),
                many("max.dim0Kept", x -> both(x.max(0, true))).nd4j(x -> x.max(true, 0)),
                many("min.dim0Kept", x -> both(x.min(0, true))).nd4j(x -> x.min(true, 0)),
                unary("argmax", Tensor::argmax).nd4j(x -> x.argMax()),
                unary("argmin", Tensor::argmin).nd4j(x -> Nd4j.argMin(x)),
                unary("argmax.dim", x -> x.argmax(1)).nd4j(x -> x.argMax(1)).rejects(ShapeException.class,
                        "argmax: dimension 1 of (2, 0) is empty", () -> Tensor.zeros(2, 0).argmax(1)),
                unary("argmin.dim", x -> x.argmin(1)).nd4j(x -> Nd4j.argMin(x, 1)),
                unary("argmax.dim0Kept", x -> x.argmax(0, true)),
                unary("argmin.dim0Kept", x -> x.argmin(0, true)),
                unary("all", Tensor::all),
                unary("all.dim1", x -> x.all(1, false)),
                unary("any", Tensor::any),
                unary("any.dim1", x -> x.any(1, false)),
                unary("var", Tensor::var).nd4j(x -> x.var()),
                unary("var.biasedLast", x -> x.var(0, false, -1)).nd4j(x -> x.var(false, -1)),
                unary("var.outerKept", x -> x.var(2, true, 0, 2)),
                unary("std", Tensor::std).nd4j(x -> x.std()),
                unary("std.biasedLast", x -> x.std(0, false, -1)).nd4j(x -> x.std(false, -1)),
                unary("std.outerKept", x -> x.std(2, true, 0, 2)),
                unary("norm", Tensor::norm).nd4j(x -> x.norm2()),
                unary("norm.lastKept", x -> x.norm(true, -1)).nd4j(x -> x.norm2(true, -1)),
                unary("logSumExp.last", x -> x.logSumExp(false, -1)).nd4j(x -> Nd4j.math().logSumExp(x, x.rank() - 1)).slack(20),
                unary("logSumExp.outerKept", x -> x.logSumExp(true, 0, 2)),
                unary("cumsum.last", x -> x.cumsum(-1)).nd4j(x -> x.cumsum(-1)).slack(4),
                unary("cumsum.first", x -> x.cumsum(0)).nd4j(x -> x.cumsum(0)),
                unary("softmax.last", x -> x.softmax(-1)).nd4j(x -> Nd4j.nn().softmax(x, x.rank() - 1)).rejects(DTypeException.class,
                        "softmax: needs floating point, got int64; convert with to(DType.FLOAT32)", () -> Tensor.arange(3).softmax(0)),
                unary("softmax.first", x -> x.softmax(0)).nd4j(x -> Nd4j.nn().softmax(x, 0)),
                unary("softmax.middle", x -> x.softmax(1)).nd4j(x -> Nd4j.nn().softmax(x, 1)),
                unary("logSoftmax.last", x -> x.logSoftmax(-1)).nd4j(x -> Nd4j.nn().logSoftmax(x, x.rank() - 1)),
                unary("logSoftmax.first", x -> x.logSoftmax(0)),
                unary("logSoftmax.middle", x -> x.logSoftmax(1)),
                unary("sumTo", x -> x.sumTo(Shape.of(3, 1))).rejects(ShapeException.class,
                        "sumTo: (2) does not broadcast to (2, 3), so there is no sum back to it", () -> Tensor.zeros(2, 3).sumTo(Shape.of(2))));
    }

    private static List<OpCase> shapes() {
        return List.of(
                unary("reshape", x -> x.reshape(4, -1)).rejects(ShapeException.class, "reshape: (2, 3) has 6 elements, (4, 2) has 8",
                        () -> Tensor.zeros(2, 3).reshape(4, 2)),
                unary("view", x -> x.view(4, -1)).view().rejects(ShapeException.class,
                        "view: (3, 2) with strides [1, 3] cannot be seen as (6) without a copy; use reshape(...)", () -> Tensor.zeros(2, 3).t().view(6)),
                unary("flatten", Tensor::flatten),
                unary("flatten.part", x -> x.flatten(1, 2)).rejects(ShapeException.class, "flatten: dimension 1 comes after 0 in (2, 3)",
                        () -> Tensor.zeros(2, 3).flatten(1, 0)),
                unary("unflatten", x -> x.unflatten(1, 2, -1)),
                unary("transpose", x -> x.transpose(0, -1)).nd4j(x -> x.swapAxes(0, x.rank() - 1)).view(),
                unary("t", Tensor::t).view().rejects(ShapeException.class, "t: at most 2 dimensions, got (1, 2, 3); use mT() or transpose(a, b)",
                        () -> Tensor.zeros(1, 2, 3).t()),
                unary("mT", Tensor::mT).view(),
                unary("permute", x -> x.permute(2, 0, 1)).nd4j(x -> x.permute(2, 0, 1)).view().rejects(ShapeException.class, "permute: 1 dimensions named, (2, 3) has 2",
                        () -> Tensor.zeros(2, 3).permute(0)),
                unary("unsqueeze.0", x -> x.unsqueeze(0)).view(),
                unary("unsqueeze.last", x -> x.unsqueeze(-1)).view().rejects(ShapeException.class,
                        "unsqueeze: dimension 3 is out of range for (2, 3); use -3 to 2", () -> Tensor.zeros(2, 3).unsqueeze(3)),
                unary("squeeze", x -> x.squeeze()).view(),
                unary("squeeze.dim", x -> x.squeeze(1)).view(),
                unary("expand", x -> x.expand(2, 3, 4)).view().rejects(ShapeException.class, "expand: (2, 3) does not broadcast to (2, 4)",
                        () -> Tensor.zeros(2, 3).expand(2, 4)),
                unary("expand.keep", x -> x.expand(2, -1, 4)).view(),
                unary("narrow", x -> x.narrow(1, 1, 2)).view().rejects(ShapeException.class,
                        "narrow: positions 2 to 4 are out of range for dimension 1 of (2, 3)", () -> Tensor.zeros(2, 3).narrow(1, 2, 3)),
                unary("narrow.none", x -> x.narrow(0, 2, 0)).view(),
                unary("slice", x -> x.slice(1, 1, -1)).view(),
                unary("slice.step", x -> x.slice(0, 1, 9, 3)).view().rejects(ShapeException.class,
                        "slice: step must be above 0, got -1; use flip(0) to go backwards", () -> Tensor.zeros(2).slice(0, 0, 2, -1)),
                unary("select", x -> x.select(1, -2)).view().rejects(ShapeException.class,
                        "select: index 3 is out of range for dimension 1 of (2, 3); use -3 to 2", () -> Tensor.zeros(2, 3).select(1, 3)),
                unary("get", x -> x.get(1)).view(),
                many("split", x -> x.split(2, 1)).view(),
                many("chunk", x -> x.chunk(3, -1)).view(),
                many("unbind", x -> x.unbind(1)).view(),
                unary("repeat", x -> x.repeat(2, 1, 3)).nd4j(x -> Nd4j.tile(x.reshape(x.rank() == 1 ? new long[] {1, 1, x.length()} : x.rank() == 2 ? new long[] {1, x.size(0), x.size(1)} : x.shape()), 2, 1, 3)),
                unary("flip", x -> x.flip(0, -1)),
                unary("contiguous", Tensor::contiguous),
                binary("cat.0", (a, b) -> Tensor.cat(0, a, b)).nd4j((a, b) -> Nd4j.concat(0, a, b)).rejects(ShapeException.class,
                        "cat: sizes must agree but for dimension 0: tensor 0 (2, 3), tensor 1 (2, 4)",
                        () -> Tensor.cat(0, Tensor.zeros(2, 3), Tensor.zeros(2, 4))),
                binary("cat.last", (a, b) -> Tensor.cat(-1, a, b)).nd4j((a, b) -> Nd4j.concat(1, a, b)),
                binary("stack.0", (a, b) -> Tensor.stack(0, a, b)).nd4j((a, b) -> Nd4j.stack(0, a, b)).rejects(ShapeException.class,
                        "stack: shapes must be equal: tensor 0 (2), tensor 1 (3)", () -> Tensor.stack(0, Tensor.zeros(2), Tensor.zeros(3))),
                binary("stack.last", (a, b) -> Tensor.stack(-1, a, b)));
    }

    private static OpCase nll(NllLoss.Reduction reduction, boolean weighted) {
        String name = "nllLoss." + reduction.name().toLowerCase(Locale.ROOT) + (weighted ? "Weighted" : "");
        return weighted ? nary(name, x -> NllLoss.apply(x[0], x[1], x[2].detach(), 1, reduction))
                : nary(name, x -> NllLoss.apply(x[0], x[1], null, -100, reduction)).rejects(ShapeException.class,
                        "nllLoss: target 5 at position 1 is out of range for 3 classes; use 0 to 2, or ignoreIndex -100",
                        () -> NllLoss.apply(Tensor.zeros(2, 3), Tensor.of(new long[] {0, 5}), null, -100, reduction));
    }

    private static List<OpCase> indices() {
        return List.of(
                binary("gather.0", (x, i) -> x.gather(0, i)).rejects(ShapeException.class,
                        "gather: index 4 at position 0 is out of range for dimension 0 of (3); use 0 to 2",
                        () -> Tensor.zeros(3).gather(0, Tensor.of(new long[] {4}))),
                binary("gather.1", (x, i) -> x.gather(1, i)).rejects(ShapeException.class,
                        "gather: index (4, 1) reaches beyond (3, 2) in dimension 0",
                        () -> Tensor.zeros(3, 2).gather(1, Tensor.zeros(DType.INT64, 4, 1))),
                nary("scatterAdd.1", x -> x[0].scatterAdd(1, x[1], x[2])).rejects(ShapeException.class,
                        "scatterAdd: index -1 at position 0 is out of range for dimension 1 of (1, 2); use 0 to 1",
                        () -> Tensor.zeros(1, 2).scatterAdd(1, Tensor.of(new long[] {-1}, 1, 1), Tensor.zeros(1, 1))),
                binary("indexSelect.0", (x, i) -> x.indexSelect(0, i)).rejects(ShapeException.class,
                        "indexSelect: index 3 at position 1 is out of range; use 0 to 2",
                        () -> Tensor.zeros(3, 2).indexSelect(0, Tensor.of(new long[] {0, 3}))),
                binary("indexSelect.1", (x, i) -> x.indexSelect(1, i)).rejects(ShapeException.class,
                        "indexSelect: index -1 at position 0 is out of range; use 0 to 1",
                        () -> Tensor.zeros(3, 2).indexSelect(1, Tensor.of(new long[] {-1}))),
                binary("maskedSelect", Tensor::maskedSelect).rejects(DTypeException.class,
                        "maskedSelect: the mask must be bool, got float32; compare first, such as with ne(0)",
                        () -> Tensor.zeros(2).maskedSelect(Tensor.zeros(2))),
                unary("nonzero", Tensor::nonzero),
                unary("oneHot", x -> x.oneHot(5)).rejects(ShapeException.class, "oneHot: label 5 is out of range for 5 classes",
                        () -> Tensor.of(new long[] {5}).oneHot(5)),
                many("sort.ascending", x -> both(x.sort(-1, false))).nd4j(x -> Nd4j.sort(x, x.rank() - 1, true)),
                many("sort.descending", x -> both(x.sort(-1, true))).nd4j(x -> Nd4j.sort(x, x.rank() - 1, false)),
                many("sort.ascendingFirst", x -> both(x.sort(0, false))).nd4j(x -> Nd4j.sort(x, 0, true)),
                many("sort.descendingFirst", x -> both(x.sort(0, true))),
                unary("argsort.ascending", x -> x.argsort(-1, false)).nd4j(x -> Nd4j.sortWithIndices(x, x.rank() - 1, true)[0]),
                unary("argsort.descending", x -> x.argsort(-1, true)),
                many("topk.largest3", x -> both(x.topk(3, -1))).rejects(ShapeException.class,
                        "topk: k must be 0 to 2 for dimension 0 of (2), got 3", () -> Tensor.zeros(2).topk(3, 0)),
                many("topk.smallest3", x -> both(x.topk(3, -1, false))),
                many("topk.largest0", x -> both(x.topk(1, -1))),
                many("topk.smallest0", x -> both(x.topk(1, -1, false))),
                nll(NllLoss.Reduction.NONE, false),
                nll(NllLoss.Reduction.MEAN, false),
                nll(NllLoss.Reduction.SUM, false),
                nll(NllLoss.Reduction.NONE, true),
                nll(NllLoss.Reduction.MEAN, true),
                nll(NllLoss.Reduction.SUM, true));
    }

    private static List<OpCase> products() {
        return List.of(
                binary("matmul", Tensor::matmul)
                        .rejects(ShapeException.class, "matmul: inner sizes differ: lhs (2, 3) has 3 columns, rhs (4, 5) has 4 rows",
                                () -> Tensor.zeros(2, 3).matmul(Tensor.zeros(4, 5)))
                        .rejects(DTypeException.class, "matmul: operands must have one type: lhs is float32, rhs float64; convert one with to(dtype)",
                                () -> Tensor.zeros(2, 3).matmul(Tensor.zeros(DType.FLOAT64, 3, 2)))
                        .rejects(DTypeException.class, "matmul: needs numbers, got bool; convert with to(dtype)",
                                () -> Tensor.zeros(DType.BOOL, 2, 2).matmul(Tensor.zeros(DType.BOOL, 2, 2)))
                        .rejects(ShapeException.class, "matmul: both operands need at least one dimension: lhs (), rhs (2); use mul for scalars",
                                () -> Tensor.scalar(1.0).matmul(Tensor.zeros(2)))
                        .slack(4),
                binary("mm", Tensor::mm).nd4j(INDArray::mmul).rejects(ShapeException.class,
                        "mm: both operands must be matrices: lhs (2), rhs (2, 2); matmul takes other ranks", () -> Tensor.zeros(2).mm(Tensor.zeros(2, 2))),
                binary("bmm", Tensor::bmm).nd4j((a, b) -> Nd4j.linalg().matmul(a, b)).rejects(ShapeException.class,
                        "bmm: both operands must be (batch, rows, columns) with one batch size: lhs (2, 3, 4), rhs (3, 4, 5)",
                        () -> Tensor.zeros(2, 3, 4).bmm(Tensor.zeros(3, 4, 5))),
                binary("dot", Tensor::dot).slack(4).rejects(ShapeException.class,
                        "dot: both operands must be vectors of one length: lhs (2), rhs (3)", () -> Tensor.zeros(2).dot(Tensor.zeros(3))),
                binary("outer", Tensor::outer),
                nary("addmm", x -> x[0].addmm(x[1], x[2])).slack(4),
                nary("linear", x -> Linear.apply(x[0], x[1], x[2])).slack(4).rejects(ShapeException.class,
                        "linear: the last dimension of the input must be 4, got input (2, 3) and weight (5, 4)",
                        () -> Linear.apply(Tensor.zeros(2, 3), Tensor.zeros(5, 4), null)),
                nary("linear.plain", x -> Linear.apply(x[0], x[1], null)).slack(4).rejects(ShapeException.class, "linear: bias must be (5), got (4)",
                        () -> Linear.apply(Tensor.zeros(2, 4), Tensor.zeros(5, 4), Tensor.zeros(4))));
    }
}
