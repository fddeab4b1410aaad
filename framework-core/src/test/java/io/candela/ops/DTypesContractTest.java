package io.candela.ops;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.many;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** int8, int16, float16 and bfloat16 in the operations of every family, and every pair of types; {@code tools/golden/dtypes.py} has the operands. */
class DTypesContractTest {
    private static final Golden GOLDEN = Golden.load("/golden/dtypes.bin.gz");

    /** Rows whose float32 value before the last rounding depends on an order of sums, on the ends of vectors or on a library of functions. */
    private static final Set<String> LOOSE = Set.of("floorDivide", "pow.-0.5", "rsqrt", "sin", "sinc", "erf", "lgamma", "prod", "logSoftmax", "matmul", "linear");

    @TestFactory
    Stream<DynamicNode> types() {
        return OpContract.tests(GOLDEN, rows());
    }

    /** Half types and integers to the last bit. */
    @TestFactory
    Stream<DynamicNode> exactly() {
        return OpContract.exact(GOLDEN, rows().stream().filter(row -> !LOOSE.contains(row.name())).toList(), t -> t.isHalf() || !t.isFloating());
    }

    private static List<OpCase> rows() {
        List<OpCase> rows = new ArrayList<>();
        rows.addAll(ofTwo());
        rows.addAll(withNumbers());
        rows.addAll(ofOne());
        rows.addAll(alongDimensions());
        rows.addAll(products());
        rows.addAll(byIndex());
        rows.addAll(rules());
        rows.addAll(random());
        for (DType type : DType.values()) {
            rows.add(unary("to." + type, x -> x.to(type)).loose());
        }
        return rows;
    }

    private static List<OpCase> ofTwo() {
        return List.of(
                binary("add", Tensor::add).inPlace(Tensor::addInPlace),
                binary("sub", Tensor::sub).inPlace(Tensor::subInPlace),
                binary("mul", Tensor::mul).inPlace(Tensor::mulInPlace),
                binary("div", Tensor::div).inPlace(Tensor::divInPlace),
                binary("maximum", Tensor::maximum).anyZero(),
                binary("minimum", Tensor::minimum).anyZero(),
                binary("eq", Tensor::eq),
                binary("lt", Tensor::lt),
                binary("atan2", Tensor::atan2),
                binary("cat", (x, y) -> Tensor.cat(0, x, y)),
                binary("where", (x, y) -> Tensor.where(Tensor.of(new boolean[] {true, false, true}).to(x.device()), x, y)),
                binary("pow", Tensor::pow),
                binary("remainder", Tensor::remainder),
                binary("fmod", Tensor::fmod),
                binary("hypot", Tensor::hypot),
                binary("xlogy", Tensor::xlogy),
                binary("logaddexp", Tensor::logaddexp),
                binary("copysign", Tensor::copysign),
                binary("heaviside", Tensor::heaviside),
                binary("fmax", Tensor::fmax).anyZero(),
                binary("floorDivide", Tensor::floorDivide),
                binary("bitwiseAnd", Tensor::bitwiseAnd),
                binary("bitwiseLeftShift", Tensor::bitwiseLeftShift),
                binary("bitwiseRightShift", Tensor::bitwiseRightShift),
                binary("gcd", Tensor::gcd),
                binary("lerp.number", (x, y) -> x.lerp(y, 0.3)),
                binary("addAlpha", (x, y) -> x.add(y, 0.3)),
                binary("addcmul", (x, y) -> x.addcmul(x, y, 0.3)),
                binary("addcdiv", (x, y) -> x.addcdiv(x, y, 0.3)));
    }

    private static List<OpCase> withNumbers() {
        return List.of(
                unary("add.number", x -> x.add(1.3)),
                unary("add.integer", x -> x.add(3)),
                unary("add.large", x -> x.add(300)),
                unary("sub.number", x -> x.sub(0.7)),
                unary("rsub.number", x -> x.rsub(1.7)),
                unary("mul.number", x -> x.mul(1.3)),
                unary("mul.integer", x -> x.mul(3)),
                unary("div.number", x -> x.div(0.7)),
                unary("rdiv.number", x -> x.rdiv(1.7)),
                unary("pow.number", x -> x.pow(2.5)),
                unary("pow.integer", x -> x.pow(3)),
                unary("pow.-1", x -> x.pow(-1.0)),
                unary("pow.-2", x -> x.pow(-2.0)),
                unary("pow.-3", x -> x.pow(-3.0)),
                unary("pow.0.5", x -> x.pow(0.5)),
                unary("pow.-0.5", x -> x.pow(-0.5)),
                unary("pow.2", x -> x.pow(2.0)),
                unary("pow.3", x -> x.pow(3.0)),
                unary("lt.number", x -> x.lt(0.7)),
                unary("remainder.number", x -> x.remainder(0.7)),
                unary("remainder.integer", x -> x.remainder(3)),
                unary("floorDivide.number", x -> x.floorDivide(0.7)),
                unary("clamp.number", x -> x.clamp(-0.7, 1.3)),
                unary("add.alpha", x -> x.add(x, 2)));
    }

    private static OpCase function(String name, UnaryOperator<Tensor> op) {
        return unary(name, op).loose();
    }

    private static List<OpCase> ofOne() {
        return List.of(
                function("neg", Tensor::neg),
                function("abs", Tensor::abs),
                function("sign", Tensor::sign),
                function("square", Tensor::square),
                function("relu", Tensor::relu),
                function("floor", Tensor::floor),
                function("ceil", Tensor::ceil),
                function("round", Tensor::round),
                function("trunc", Tensor::trunc),
                function("exp", Tensor::exp),
                function("log", Tensor::log),
                function("log1p", Tensor::log1p),
                function("expm1", Tensor::expm1),
                function("sqrt", Tensor::sqrt),
                function("rsqrt", Tensor::rsqrt).slack(2), // on a GPU PyTorch rounds the square in the gradient's cube, in float16, too
                function("reciprocal", Tensor::reciprocal),
                function("sigmoid", Tensor::sigmoid),
                function("tanh", Tensor::tanh),
                function("sin", Tensor::sin),
                function("cos", Tensor::cos),
                function("tan", Tensor::tan),
                function("asin", Tensor::asin),
                function("acos", Tensor::acos),
                function("atan", Tensor::atan),
                function("sinh", Tensor::sinh),
                function("cosh", Tensor::cosh),
                function("asinh", Tensor::asinh),
                function("acosh", Tensor::acosh),
                function("atanh", Tensor::atanh),
                function("exp2", Tensor::exp2),
                function("log2", Tensor::log2),
                function("log10", Tensor::log10),
                function("logit", Tensor::logit),
                function("sinc", Tensor::sinc).anyZero(),
                function("erf", Tensor::erf),
                function("erfc", Tensor::erfc),
                function("erfinv", Tensor::erfinv),
                function("lgamma", Tensor::lgamma),
                function("digamma", Tensor::digamma),
                function("softplus", Tensor::softplus),
                function("frac", Tensor::frac),
                function("nanToNum", Tensor::nanToNum),
                function("isNan", Tensor::isNan),
                function("isFinite", Tensor::isFinite),
                function("signbit", Tensor::signbit),
                function("bitwiseNot", Tensor::bitwiseNot));
    }

    private static List<OpCase> alongDimensions() {
        return List.of(
                function("sum", x -> x.sum(-1)),
                function("sum.all", x -> x.sum()),
                function("mean", x -> x.mean(-1)),
                function("prod", x -> x.narrow(1, 0, 5).prod(-1, false)).slack(2),
                function("amax", x -> x.amax(false, -1)),
                function("amin", x -> x.amin(false, 0)),
                function("argmax", x -> x.argmax(-1)),
                function("var", x -> x.var(1, false, -1)).slack(4),
                function("std", x -> x.std(1, false, -1)).slack(6),
                function("norm", x -> x.norm(false, -1)),
                function("logSumExp", x -> x.logSumExp(false, -1)),
                function("cumsum", x -> x.cumsum(-1)),
                function("cumprod", x -> x.narrow(1, 0, 5).cumprod(-1)),
                function("any", x -> x.any(-1, false)),
                function("all", x -> x.all(-1, false)),
                function("median", x -> x.median(-1).values()),
                many("sort", x -> both(x.sort(-1, false))).loose(),
                many("sort.descending", x -> both(x.sort(-1, true))).loose(),
                function("topk", x -> x.topk(3, -1).values()),
                function("softmax", x -> x.softmax(-1)),
                function("logSoftmax", x -> x.logSoftmax(-1)),
                function("nonzero", Tensor::nonzero),
                function("unique", x -> x.unique().values()));
    }

    private static Tensor[] both(io.candela.tensor.ValuesAndIndices found) {
        return new Tensor[] {found.values(), found.indices()};
    }

    private static List<OpCase> products() {
        return List.of(
                binary("matmul", Tensor::matmul),
                binary("bmm", Tensor::matmul),
                nary("linear", x -> Linear.apply(x[0], x[1], x[2])),
                nary("linear.plain", x -> Linear.apply(x[0], x[1], null)));
    }

    private static List<OpCase> byIndex() {
        Tensor index = Tensor.of(new long[][] {{0, 2, 1}, {1, 1, 0}});
        Tensor rows = Tensor.of(new long[] {2, 0, 2, 1});
        return List.of(
                function("gather", x -> x.gather(1, index.to(x.device()))),
                binary("scatterAdd", (x, y) -> x.scatterAdd(1, index.to(x.device()), y)),
                function("indexSelect", x -> x.indexSelect(0, rows.to(x.device()))),
                binary("indexAdd", (x, y) -> x.indexAdd(0, rows.to(x.device()), y)),
                function("maskedFill", x -> x.maskedFill(x.gt(0), 3)),
                function("maskedSelect", x -> x.maskedSelect(x.gt(0))),
                function("flip", x -> x.flip(0)),
                function("tril", Tensor::tril),
                function("clone", x -> x.transpose(0, 1).clone()));
    }

    /** The arguments stand in the row's name, the type is that of an empty operand. */
    private static List<OpCase> rules() {
        List<OpCase> rows = new ArrayList<>();
        for (String name : GOLDEN.rows().keySet()) {
            String[] words = name.split(" ");
            if (words.length == 4) {
                double a = Double.parseDouble(words[1]);
                double b = Double.parseDouble(words[2]);
                double c = Double.parseDouble(words[3]);
                rows.add(function(name, x -> switch (words[0]) {
                    case "arange" -> Tensor.arange(x.dtype(), a, b, c);
                    case "linspace" -> Tensor.linspace(x.dtype(), a, b, (int) c);
                    default -> Tensor.logspace(x.dtype(), a, b, (int) c, 10);
                }).factory());
            }
        }
        return rows;
    }

    /** The count stands in the row's name, the type is that of an empty operand. */
    private static List<OpCase> random() {
        List<OpCase> rows = new ArrayList<>();
        for (String name : GOLDEN.rows().keySet()) {
            if (name.startsWith("random.")) {
                String[] words = name.substring("random.".length()).split(" ");
                int n = Integer.parseInt(words[1]);
                rows.add(function(name, x -> {
                    Tensor.manualSeed(7);
                    DType t = x.dtype();
                    return switch (words[0]) {
                        case "rand" -> Tensor.rand(t, n);
                        case "randn" -> Tensor.randn(t, n);
                        case "uniform" -> Tensor.empty(t, n).uniformInPlace(-2.3, 5.1);
                        case "narrow" -> Tensor.empty(t, n).uniformInPlace(0.1003, 0.1099);
                        case "normal" -> Tensor.empty(t, n).normalInPlace(0.3, 1.7);
                        case "exponential" -> Tensor.empty(t, n).exponentialInPlace(0.7);
                        case "logNormal" -> Tensor.empty(t, n).logNormalInPlace(0.1, 0.7);
                        case "bernoulli" -> Tensor.empty(t, n).bernoulliInPlace(0.3);
                        case "bernoulli.tensor" -> Tensor.full(t, 0.3, n).bernoulli();
                        case "normal.tensor" -> Tensor.normal(Tensor.full(t, 0.3, n), Tensor.full(t, 1.7, n));
                        default -> Tensor.of(new double[] {0.1, 0.3, 0.5, 0.2, 0.7}, t).multinomial(n, true);
                    };
                }).factory());
            }
        }
        return rows;
    }
}
