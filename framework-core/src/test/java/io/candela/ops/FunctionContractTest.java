package io.candela.ops;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.unary;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The table of element by element functions beyond those of {@link OpContractTest}; {@code tools/golden/functions.py} has the operands. */
class FunctionContractTest {
    @TestFactory
    Stream<DynamicNode> functions() {
        List<OpCase> rows = new ArrayList<>();
        rows.addAll(ofOne());
        rows.addAll(withNumbers());
        rows.addAll(ofTwo());
        rows.addAll(ofIntegers());
        rows.addAll(formsInPlace());
        return OpContract.tests(Golden.load("/golden/functions.bin.gz"), rows);
    }

    private static OpCase function(String name, UnaryOperator<Tensor> op) {
        return unary(name, op).pointwise();
    }

    private static OpCase function(String name, UnaryOperator<Tensor> op, UnaryOperator<Tensor> inPlace, UnaryOperator<INDArray> nd4j) {
        return function(name, op).inPlace(inPlace).nd4j(nd4j);
    }

    /** An operation that ND4J knows by its name alone. */
    private static INDArray custom(String name, INDArray... operands) {
        return Nd4j.exec(DynamicCustomOp.builder(name).addInputs(operands).build())[0];
    }

    private static List<OpCase> ofOne() {
        return List.of(
                function("exp2", Tensor::exp2).inPlace(Tensor::exp2InPlace),
                function("log2", Tensor::log2, Tensor::log2InPlace, x -> Transforms.log(x, 2)),
                function("log10", Tensor::log10, Tensor::log10InPlace, x -> Transforms.log(x, 10)),
                function("tan", Tensor::tan, Tensor::tanInPlace, x -> Nd4j.math().tan(x)),
                function("asin", Tensor::asin, Tensor::asinInPlace, Transforms::asin),
                function("acos", Tensor::acos, Tensor::acosInPlace, Transforms::acos),
                function("atan", Tensor::atan, Tensor::atanInPlace, Transforms::atan),
                function("sinh", Tensor::sinh, Tensor::sinhInPlace, Transforms::sinh),
                function("cosh", Tensor::cosh, Tensor::coshInPlace, Transforms::cosh),
                function("asinh", Tensor::asinh, Tensor::asinhInPlace, x -> Nd4j.math().asinh(x)),
                function("acosh", Tensor::acosh, Tensor::acoshInPlace, x -> Nd4j.math().acosh(x)),
                function("atanh", Tensor::atanh, Tensor::atanhInPlace, Transforms::atanh),
                function("erf", Tensor::erf, Tensor::erfInPlace, x -> Nd4j.math().erf(x)),
                function("erfc", Tensor::erfc, Tensor::erfcInPlace, x -> Nd4j.math().erfc(x)),
                function("erfinv", Tensor::erfinv).inPlace(Tensor::erfinvInPlace),
                function("lgamma", Tensor::lgamma).nd4j(x -> custom("lgamma", x)).inPlace(Tensor::lgammaInPlace),
                function("lgamma.negative", Tensor::lgamma),
                function("digamma", Tensor::digamma).nd4j(x -> custom("digamma", x)).inPlace(Tensor::digammaInPlace),
                function("digamma.negative", Tensor::digamma),
                function("polygamma.1", x -> x.polygamma(1)).nd4j(x -> custom("polygamma", x.mul(0).add(1), x)).inPlace(x -> x.polygammaInPlace(1)),
                function("polygamma.3", x -> x.polygamma(3)).rejects(IllegalArgumentException.class, "polygamma: n must be 0 or more, got -1",
                        () -> Tensor.ones(2).polygamma(-1)),
                function("sinc", Tensor::sinc).inPlace(Tensor::sincInPlace),
                function("frac", Tensor::frac).inPlace(Tensor::fracInPlace).rejects(DTypeException.class, "frac: needs floating point, got int64; integers have no fraction",
                        () -> Tensor.arange(3).frac()),
                function("deg2rad", Tensor::deg2rad).inPlace(Tensor::deg2radInPlace),
                function("rad2deg", Tensor::rad2deg).inPlace(Tensor::rad2degInPlace),
                function("logit", Tensor::logit).inPlace(x -> x.logitInPlace()),
                function("logit.eps", x -> x.logit(0.25)).inPlace(x -> x.logitInPlace(0.25)),
                function("softplus", Tensor::softplus).nd4j(x -> Transforms.softPlus(x)),
                function("softplus.beta", x -> x.softplus(2, 3)),
                unary("positive", Tensor::positive).view(),
                function("nanToNum", Tensor::nanToNum).inPlace(x -> x.nanToNumInPlace()),
                function("nanToNum.given", x -> x.nanToNum(1.5, 7.0, -8.0)).inPlace(x -> x.nanToNumInPlace(1.5, 7.0, -8.0)),
                function("isInf", Tensor::isInf),
                function("isPosInf", Tensor::isPosInf),
                function("isNegInf", Tensor::isNegInf),
                function("isFinite", Tensor::isFinite),
                function("signbit", Tensor::signbit));
    }

    private static List<OpCase> withNumbers() {
        return List.of(
                function("fmod.number", x -> x.fmod(0.7)).nd4j(x -> x.fmod(0.7)).inPlace(x -> x.fmodInPlace(0.7)),
                function("fmod.integer", x -> x.fmod(-3)).inPlace(x -> x.fmodInPlace(-3)).rejects(ArithmeticException.class,
                        "fmod: integer division by zero, tensor (3) of int64", () -> Tensor.arange(3).fmod(0)),
                function("floorDivide.number", x -> x.floorDivide(0.7)).inPlace(x -> x.floorDivideInPlace(0.7)),
                function("floorDivide.integer", x -> x.floorDivide(3)).inPlace(x -> x.floorDivideInPlace(3)),
                function("div.truncNumber", x -> x.div(0.7, "trunc")).rejects(IllegalArgumentException.class,
                        "div: the rounding mode must be null, \"trunc\" or \"floor\", got \"up\"", () -> Tensor.ones(2).div(2, "up")),
                function("div.floorNumber", x -> x.div(-2, "floor")),
                function("clampMin", x -> x.clampMin(0.3)).nd4j(x -> Transforms.max(x, 0.3)).inPlace(x -> x.clampMinInPlace(0.3)),
                function("clampMax", x -> x.clampMax(1)).nd4j(x -> Transforms.min(x, 1)).inPlace(x -> x.clampMaxInPlace(1)),
                function("clamp.low", x -> x.clamp(-1.0, null)).rejects(IllegalArgumentException.class,
                        "clamp: at least one of low and high must not be null", () -> Tensor.ones(2).clamp((Double) null, null)),
                function("clamp.high", x -> x.clamp(null, 0.7)),
                function("clampMin.integer", x -> x.clampMin(3)));
    }

    private static OpCase broadcast(String name, String message, BinaryOperator<Tensor> op) {
        return binary(name, op).pointwise().rejects(ShapeException.class,
                message + ": sizes do not broadcast at dimension -1: lhs (2, 3), rhs (4)", () -> op.apply(Tensor.zeros(2, 3), Tensor.zeros(4)));
    }

    private static OpCase broadcast(String name, BinaryOperator<Tensor> op) {
        return broadcast(name, name, op);
    }

    private static List<OpCase> ofTwo() {
        return List.of(
                broadcast("remainder", (a, b) -> a.remainder(b)).inPlace((a, b) -> a.remainderInPlace(b)).rejects(ArithmeticException.class,
                        "remainder: integer division by zero: the divisor (2) holds a 0; floating point would give infinity or NaN",
                        () -> Tensor.arange(2).remainder(Tensor.arange(2))),
                broadcast("fmod", (a, b) -> a.fmod(b)).inPlace((a, b) -> a.fmodInPlace(b)),
                broadcast("floorDivide", (a, b) -> a.floorDivide(b)).inPlace((a, b) -> a.floorDivideInPlace(b)),
                broadcast("div.trunc", "truncDivide", (a, b) -> a.div(b, "trunc")),
                broadcast("div.floor", "floorDivide", (a, b) -> a.div(b, "floor")),
                broadcast("atan2", Tensor::atan2).inPlace(Tensor::atan2InPlace),
                broadcast("hypot", Tensor::hypot).inPlace(Tensor::hypotInPlace),
                broadcast("xlogy", Tensor::xlogy).inPlace(Tensor::xlogyInPlace),
                broadcast("logaddexp", Tensor::logaddexp).rejects(DTypeException.class,
                        "logaddexp: needs floating point, got int64; convert with to(dtype)", () -> Tensor.arange(2).logaddexp(Tensor.arange(2))),
                broadcast("logaddexp2", Tensor::logaddexp2),
                broadcast("copysign", Tensor::copysign).inPlace(Tensor::copysignInPlace),
                broadcast("heaviside", Tensor::heaviside).inPlace(Tensor::heavisideInPlace).rejects(DTypeException.class,
                        "heaviside: both operands must have one type, got float32 and int64; convert one with to(dtype)",
                        () -> Tensor.ones(2).heaviside(Tensor.arange(2))),
                broadcast("fmax", Tensor::fmax).anyZero(),
                broadcast("fmin", Tensor::fmin).anyZero(),
                broadcast("ldexp", "mul", Tensor::ldexp).inPlace(Tensor::ldexpInPlace),
                binary("lerp.low", (a, b) -> a.lerp(b, 0.3)).inPlace((a, b) -> a.lerpInPlace(b, 0.3)).pointwise(),
                binary("lerp.high", (a, b) -> a.lerp(b, 0.8)).inPlace((a, b) -> a.lerpInPlace(b, 0.8)).pointwise(),
                nary("lerp.tensor", x -> x[0].lerp(x[1], x[2])).inPlaceOf(x -> x[0].lerpInPlace(x[1], x[2])).rejects(DTypeException.class,
                        "lerp: all operands must have one floating point type, got float32 and float64; convert one with to(dtype)",
                        () -> Tensor.ones(2).lerp(Tensor.ones(DType.FLOAT64, 2), 0.5)),
                broadcast("isClose", "eq", (a, b) -> a.isClose(b)),
                broadcast("isClose.nan", "eq", (a, b) -> a.isClose(b, 0.1, 0.2, true)),
                broadcast("clamp.tensorLow", "clamp", Tensor::clampMin).anyZero(),
                broadcast("clamp.tensorHigh", "clamp", Tensor::clampMax).anyZero(),
                nary("clamp.tensors", x -> x[0].clamp(x[1], x[2])),
                nary("addcmul", x -> x[0].addcmul(x[1], x[2])).inPlaceOf(x -> x[0].addcmulInPlace(x[1], x[2], 1)),
                nary("addcmul.value", x -> x[0].addcmul(x[1], x[2], -0.7)).inPlaceOf(x -> x[0].addcmulInPlace(x[1], x[2], -0.7)),
                nary("addcdiv", x -> x[0].addcdiv(x[1], x[2])).inPlaceOf(x -> x[0].addcdivInPlace(x[1], x[2], 1)),
                nary("addcdiv.value", x -> x[0].addcdiv(x[1], x[2], 3)).inPlaceOf(x -> x[0].addcdivInPlace(x[1], x[2], 3)));
    }

    /** Functions that are compared at length elsewhere; here for their forms in place. */
    private static List<OpCase> formsInPlace() {
        return List.of(
                function("floatPower.number", x -> x.floatPower(3)),
                binary("floatPower", (a, b) -> a.floatPower(b)).pointwise(),
                unary("cumsum.1", x -> x.cumsum(1)).inPlace(x -> x.cumsumInPlace(1)),
                unary("cumprod.1", x -> x.cumprod(1)).inPlace(x -> x.cumprodInPlace(1)),
                unary("tril.1", x -> x.tril(1)).inPlace(x -> x.trilInPlace(1)),
                unary("triu.1", x -> x.triu(1)).inPlace(x -> x.triuInPlace(1)),
                binary("maskedFill.3", (x, m) -> x.maskedFill(m, 3)).inPlace((x, m) -> x.maskedFillInPlace(m, 3)),
                unary("renorm.in", x -> x.renorm(2, 0, 1)).inPlace(x -> x.renormInPlace(2, 0, 1)),
                nary("scatterReduce.sum", x -> x[0].scatterReduce(0, x[1], x[2], "sum", true))
                        .inPlaceOf(x -> x[0].scatterReduceInPlace(0, x[1], x[2], "sum", true)),
                nary("scatterReduce.amax", x -> x[0].scatterReduce(0, x[1], x[2], "amax", true))
                        .inPlaceOf(x -> x[0].scatterReduceInPlace(0, x[1], x[2], "amax", true)));
    }

    private interface WithInteger {
        Tensor apply(Tensor x, long number);
    }

    private static List<OpCase> ofIntegers() {
        List<OpCase> rows = new ArrayList<>(List.of(
                unary("bitwiseNot", Tensor::bitwiseNot).inPlace(Tensor::bitwiseNotInPlace).rejects(DTypeException.class, "bitwiseNot: needs integers or bools, got float32",
                        () -> Tensor.ones(2).bitwiseNot()),
                binary("gcd", Tensor::gcd).inPlace(Tensor::gcdInPlace),
                binary("lcm", Tensor::lcm).inPlace(Tensor::lcmInPlace)));
        bits(rows, "bitwiseAnd", Tensor::bitwiseAnd, Tensor::bitwiseAnd, Tensor::bitwiseAndInPlace);
        bits(rows, "bitwiseOr", Tensor::bitwiseOr, Tensor::bitwiseOr, Tensor::bitwiseOrInPlace);
        bits(rows, "bitwiseXor", Tensor::bitwiseXor, Tensor::bitwiseXor, Tensor::bitwiseXorInPlace);
        bits(rows, "bitwiseLeftShift", Tensor::bitwiseLeftShift, Tensor::bitwiseLeftShift, Tensor::bitwiseLeftShiftInPlace);
        bits(rows, "bitwiseRightShift", Tensor::bitwiseRightShift, Tensor::bitwiseRightShift, Tensor::bitwiseRightShiftInPlace);
        return rows;
    }

    private static void bits(List<OpCase> rows, String name, BinaryOperator<Tensor> op, WithInteger number, BinaryOperator<Tensor> inPlace) {
        rows.add(binary(name, op).inPlace(inPlace));
        rows.add(unary(name + ".number", x -> number.apply(x, 5)));
    }

    @Test
    void clampKeepsLargeIntegers() {
        assertEquals((1L << 53) + 1, Tensor.of(new long[] {(1L << 53) + 1}).clamp(0, 1L << 60).itemLong());
    }

    @Test
    void allCloseTakesTolerancesAndNan() {
        Tensor x = Tensor.of(new float[] {1, Float.NaN});
        Tensor y = Tensor.of(new float[] {1.05f, Float.NaN});
        assertTrue(x.allClose(y, 0.1, 0, true));
        assertFalse(x.allClose(y, 0.1, 0, false));
        assertFalse(x.allClose(y));
        assertThrows(DTypeException.class, () -> x.allClose(y.to(DType.FLOAT64)));
    }

    @Test
    void polygammaFarBelowZeroEnds() {
        Tensor x = Tensor.of(new double[] {-1e9 + 0.5});
        assertEquals(Math.PI * Math.PI, x.polygamma(1).item(), 1e-6); // of Σ 1 / (k + ½)² over all k
    }
}
