package io.candela.ops;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.many;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.naryMany;
import static io.candela.testing.OpCase.unary;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.GraphException;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Generator;
import io.candela.tensor.Histogram;
import io.candela.tensor.Linalg;
import io.candela.tensor.MantissaAndExponent;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Special;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Functions that few need, and draws: {@code tools/golden/specials.py} has the operands. */
class SpecialContractTest {
    private static final long SEED = 20261122;

    @TestFactory
    Stream<DynamicNode> specials() {
        List<OpCase> rows = new ArrayList<>();
        rows.addAll(functions());
        rows.addAll(rare());
        rows.addAll(polynomials());
        rows.addAll(tensors());
        rows.addAll(histograms());
        rows.addAll(differences());
        rows.addAll(places());
        rows.addAll(draws());
        return OpContract.tests(Golden.load("/golden/specials.bin.gz"), rows);
    }

    private static List<OpCase> functions() {
        return List.of(
                unary("i0", Tensor::i0).pointwise().inPlace(Tensor::i0InPlace),
                unary("i1", Tensor::i1).pointwise(),
                unary("mvlgamma", x -> x.mvlgamma(3)).pointwise().inPlace(x -> x.mvlgammaInPlace(3))
                        .rejects(IllegalArgumentException.class, "mvlgamma: p must be 1 or more, got 0", () -> Tensor.ones(2).mvlgamma(0)),
                incomplete("igamma", Tensor::igamma, Tensor::igammaInPlace),
                incomplete("igammac", Tensor::igammac, Tensor::igammacInPlace),
                unary("igamma.half", x -> x.fullLike(2.5).igamma(x)),
                unary("igammac.half", x -> x.fullLike(2.5).igammac(x)),
                many("frexp", x -> {
                    MantissaAndExponent parts = x.frexp();
                    return new Tensor[] {parts.mantissa(), parts.exponent()};
                }).rejects(DTypeException.class, "frexp: needs floating point, got int64; convert with to(DType.FLOAT32)", () -> Tensor.arange(3).frexp()),
                unary("frexp.mantissa", x -> x.frexp().mantissa()),
                binary("nextafter", Tensor::nextafter).rejects(DTypeException.class,
                        "nextafter: needs float32 or float64, got int64 and int64; convert with to(dtype)", () -> Tensor.arange(3).nextafter(Tensor.arange(3))));
    }

    private static OpCase incomplete(String name, BinaryOperator<Tensor> op, BinaryOperator<Tensor> inPlace) {
        return binary(name, op).slack(64).inPlace(inPlace).rejects(DTypeException.class, name + ": needs floating point, got int64; convert with to(dtype)",
                () -> op.apply(Tensor.arange(3), Tensor.arange(3)));
    }

    private static List<OpCase> rare() {
        Tensor half = Tensor.full(2.5, 1);
        return List.of(
                unary("airyAi", Special::airyAi).slack(64),
                unary("besselJ0", Special::besselJ0).slack(16),
                unary("besselJ1", Special::besselJ1).slack(16),
                unary("besselY0", Special::besselY0).slack(16),
                unary("besselY1", Special::besselY1).slack(16),
                unary("entr", Special::entr).pointwise(),
                unary("erfcx", Special::erfcx).pointwise(),
                unary("i0e", Special::i0e).pointwise(),
                unary("i1e", Special::i1e),
                unary("modifiedBesselK0", Special::modifiedBesselK0),
                unary("modifiedBesselK1", Special::modifiedBesselK1),
                unary("scaledModifiedBesselK0", Special::scaledModifiedBesselK0),
                unary("scaledModifiedBesselK1", Special::scaledModifiedBesselK1),
                unary("logNdtr", Special::logNdtr),
                unary("ndtr", Special::ndtr),
                unary("ndtri", Special::ndtri),
                unary("sphericalBesselJ0", Special::sphericalBesselJ0),
                binary("xlog1py", Special::xlog1py).pointwise().rejects(ShapeException.class,
                        "xlog1py: sizes do not broadcast at dimension -1: lhs (2), rhs (3)", () -> Special.xlog1py(Tensor.ones(2), Tensor.ones(3))),
                binary("zeta", Special::zeta),
                unary("zeta.half", q -> Special.zeta(half.to(q.dtype()).to(q.device()), q)));
    }

    private static List<OpCase> tensors() {
        Tensor x = Tensor.ones(2, 3);
        return List.of(
                unary("tensorinv", a -> Linalg.tensorinv(a, 1)).slack(64).needsUnequalRows()
                        .rejects(ShapeException.class, "tensorinv: the first 1 dimensions of (2, 3) must have as many elements as the others, got 2 and 3",
                                () -> Linalg.tensorinv(x, 1))
                        .rejects(IllegalArgumentException.class, "tensorinv: ind must be 1 or more, got 0", () -> Linalg.tensorinv(x, 0)),
                binary("tensorsolve", Linalg::tensorsolve).slack(64).needsUnequalRows()
                        .rejects(ShapeException.class, "tensorsolve: a (2, 3) must have the sizes of b (2), and then as many elements again",
                                () -> Linalg.tensorsolve(x, Tensor.ones(2))),
                binary("tensorsolve.dims", (a, b) -> Linalg.tensorsolve(a, b, 0)).slack(64).needsUnequalRows());
    }

    private static List<OpCase> polynomials() {
        List<OpCase> rows = new ArrayList<>();
        polynomial(rows, "chebyshevPolynomialT", Special::chebyshevPolynomialT, Special::chebyshevPolynomialT);
        polynomial(rows, "chebyshevPolynomialU", Special::chebyshevPolynomialU, Special::chebyshevPolynomialU);
        polynomial(rows, "chebyshevPolynomialV", Special::chebyshevPolynomialV, Special::chebyshevPolynomialV);
        polynomial(rows, "chebyshevPolynomialW", Special::chebyshevPolynomialW, Special::chebyshevPolynomialW);
        polynomial(rows, "hermitePolynomialH", Special::hermitePolynomialH, Special::hermitePolynomialH);
        polynomial(rows, "hermitePolynomialHe", Special::hermitePolynomialHe, Special::hermitePolynomialHe);
        polynomial(rows, "laguerrePolynomialL", Special::laguerrePolynomialL, Special::laguerrePolynomialL);
        polynomial(rows, "legendrePolynomialP", Special::legendrePolynomialP, Special::legendrePolynomialP);
        polynomial(rows, "shiftedChebyshevPolynomialT", Special::shiftedChebyshevPolynomialT, Special::shiftedChebyshevPolynomialT);
        polynomial(rows, "shiftedChebyshevPolynomialU", Special::shiftedChebyshevPolynomialU, Special::shiftedChebyshevPolynomialU);
        polynomial(rows, "shiftedChebyshevPolynomialV", Special::shiftedChebyshevPolynomialV, Special::shiftedChebyshevPolynomialV);
        polynomial(rows, "shiftedChebyshevPolynomialW", Special::shiftedChebyshevPolynomialW, Special::shiftedChebyshevPolynomialW);
        return rows;
    }

    /** Its terms cancel: of degree 5 they are some hundred times the sum. */
    private static void polynomial(List<OpCase> rows, String name, BiFunction<Tensor, Integer, Tensor> one, BinaryOperator<Tensor> each) {
        rows.add(unary(name, x -> one.apply(x, 5)).slack(256));
        rows.add(binary(name + ".each", each).slack(256));
    }

    private static Tensor[] both(Histogram histogram) {
        return new Tensor[] {histogram.hist(), histogram.binEdges()};
    }

    private static List<OpCase> histograms() {
        Tensor x = Tensor.ones(2);
        return List.of(
                many("histogram.plain", v -> both(v.histogram(5)))
                        .rejects(IllegalArgumentException.class, "histogram: bins must be 1 or more, got 0", () -> x.histogram(0))
                        .rejects(DTypeException.class, "histogram: needs float32 or float64, got int64; convert with to(DType.FLOAT32)",
                                () -> Tensor.arange(3).histogram(2)),
                many("histogram.range", v -> both(v.histogram(4, -1, 1.5, null, false)))
                        .rejects(IllegalArgumentException.class, "histogram: the range must be finite and rising, got 2.0 to 1.0",
                                () -> x.histogram(2, 2, 1, null, false)),
                many("histogram.density", v -> both(v.histogram(4, -1, 1.5, null, true))),
                naryMany("histogram.edges", v -> both(v[0].histogram(v[1], v[2], false)))
                        .rejects(ShapeException.class, "histogram: weights (3) must have the elements' shape (2)", () -> x.histogram(x, Tensor.ones(3), false)));
    }

    private static List<OpCase> differences() {
        List<OpCase> rows = new ArrayList<>(List.of(
                many("gradient", x -> x.gradient()).rejects(ShapeException.class, "gradient: dimension 0 of (1) must have 2 elements at least",
                        () -> Tensor.ones(1).gradient()),
                many("gradient.second", x -> x.gradient(0.5, 2)).rejects(IllegalArgumentException.class, "gradient: edgeOrder must be 1 or 2, got 3",
                        () -> Tensor.ones(5).gradient(1, 3)),
                unary("gradient.dim", x -> x.gradient(2, 1, 1)[0])));
        for (int order = 1; order <= 2; order++) {
            int edge = order;
            rows.add(many("gradient.at" + order, x -> x.gradient(new Tensor[] {Tensor.of(new double[] {0, 0.5, 2, 2.25}).to(x.dtype()).to(x.device()),
                    Tensor.of(new double[] {-1, 0, 0.5, 3, 4}).to(x.dtype()).to(x.device())}, edge)));
        }
        return rows;
    }

    private static List<OpCase> places() {
        List<OpCase> rows = new ArrayList<>();
        for (String how : List.of("prod", "mean", "amax", "amin")) {
            for (boolean own : new boolean[] {true, false}) {
                rows.add(nary("indexReduce." + how + "." + own, x -> x[0].indexReduce(0, x[1], x[2], how, own))
                        .inPlaceOf(x -> x[0].indexReduceInPlace(0, x[1], x[2], how, own)));
            }
        }
        rows.get(0).rejects(IllegalArgumentException.class, "indexReduce: reduction must be prod, mean, amax or amin, got sum; use indexAdd",
                () -> Tensor.ones(2).indexReduce(0, Tensor.arange(2), Tensor.ones(2), "sum", true));
        rows.add(unary("fillDiagonal", x -> x.clone().fillDiagonalInPlace(7)).inPlace(x -> x.fillDiagonalInPlace(7)).rejects(ShapeException.class,
                "fillDiagonal: all of more than two dimensions must have one size, got (2, 2, 3)", () -> Tensor.ones(2, 2, 3).fillDiagonalInPlace(1)));
        rows.add(unary("fillDiagonal.wrap", x -> x.contiguous().clone().fillDiagonalInPlace(7, true)));
        rows.add(many("unravelIndex", i -> Tensor.unravelIndex(i, 2, 3, 4)).rejects(IllegalArgumentException.class,
                "unravelIndex: positions must be between 0 and 5 for (2, 3)", () -> Tensor.unravelIndex(Tensor.arange(7), 2, 3)));
        for (int n : new int[] {1, 2, 7, 8}) {
            for (boolean periodic : new boolean[] {true, false}) {
                for (double beta : new double[] {0, 12, 3.5}) {
                    rows.add(unary("kaiser.%d.%b.%s".formatted(n, periodic, beta), x -> Tensor.kaiserWindow(n, periodic, beta).to(x.device())));
                }
            }
        }
        return rows;
    }

    private static Generator generator() {
        return new Generator().manualSeed(SEED);
    }

    private static List<OpCase> draws() {
        return List.of(
                unary("poisson", x -> x.poisson(generator())).rejects(IllegalArgumentException.class, "poisson: rates must be 0 or more, got -1.0",
                        () -> Tensor.full(-1.0, 2).poisson()),
                binary("binomial", (n, p) -> n.binomial(p, generator()))
                        .rejects(IllegalArgumentException.class, "binomial: counts must be whole numbers of 0 or more, got 1.5",
                                () -> Tensor.full(1.5, 2).binomial(Tensor.ones(2)))
                        .rejects(IllegalArgumentException.class, "binomial: probabilities must be between 0 and 1, got 2.0",
                                () -> Tensor.ones(2).binomial(Tensor.full(2.0, 2)))
                        .rejects(DTypeException.class, "binomial: count and prob must have one floating point type, got int64 and float32; "
                                + "convert with to(DType.FLOAT32)", () -> Tensor.arange(2).binomial(Tensor.ones(2))),
                unary("cauchy", x -> x.clone().cauchyInPlace(1.5, 2, generator())).rejects(IllegalArgumentException.class,
                        "cauchy: sigma must be above 0, got 0.0", () -> Tensor.ones(2).cauchyInPlace(1, 0)),
                unary("geometric", x -> x.clone().geometricInPlace(0.3, generator())).rejects(IllegalArgumentException.class,
                        "geometric: p must be above 0 and below 1, got 1.0", () -> Tensor.ones(2).geometricInPlace(1)));
    }

    @Test
    void sumsOfProductsInPlaceAreTheOthers() {
        Tensor m = Tensor.arange(6.0).view(2, 3);
        Tensor n = Tensor.arange(12.0).view(3, 4);
        Tensor x = Tensor.arange(8.0).view(2, 4);
        assertTrue(x.addmm(m, n, 0.5, 2).equal(x.clone().addmmInPlace(m, n, 0.5, 2)));
        Tensor v = Tensor.arange(3.0);
        Tensor w = Tensor.arange(2.0);
        assertTrue(w.addmv(m, v).equal(w.clone().addmvInPlace(m, v)));
        assertTrue(m.addr(w, v).equal(m.clone().addrInPlace(w, v)));
        Tensor a = Tensor.stack(0, m, m.add(1.0));
        Tensor b = Tensor.stack(0, n, n.sub(2.0));
        assertTrue(x.addbmm(a, b).equal(x.clone().addbmmInPlace(a, b)));
        Tensor z = Tensor.stack(0, x, x.neg());
        assertTrue(z.baddbmm(a, b, 2, -1).equal(z.clone().baddbmmInPlace(a, b, 2, -1)));
    }

    @Test
    void besselFunctionsAtTheEnd() {
        Tensor x = Tensor.of(new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 712.5, 720, Double.NaN});
        double infinity = Double.POSITIVE_INFINITY;
        Tensor i0 = Tensor.of(new double[] {infinity, infinity, 4.06829309066e307, infinity, Double.NaN});
        Tensor i1 = Tensor.of(new double[] {infinity, -infinity, 4.065437145e307, infinity, Double.NaN});
        assertTrue(x.i0().allClose(i0, 1e-9, 0, true), x.i0().toString());
        assertTrue(x.i1().allClose(i1, 1e-9, 0, true), x.i1().toString());
    }

    @Test
    void igammaHasNoGradientOfItsFirstOperand() {
        Tensor a = Tensor.ones(2).setRequiresGrad(true);
        assertEquals("igamma: there is no gradient for its first operand; detach() it",
                assertThrows(GraphException.class, () -> a.igamma(Tensor.ones(2)).sum().backward()).getMessage());
    }

    @Test
    void someSpecialFunctionsLackAGradient() {
        Tensor a = Tensor.full(2.0, 2).setRequiresGrad(true);
        assertEquals("airyAi: there is no gradient; detach() its operand",
                assertThrows(GraphException.class, () -> Special.airyAi(a).sum().backward()).getMessage());
        assertEquals("zeta: there is no gradient for its first operand; detach() it",
                assertThrows(GraphException.class, () -> Special.zeta(a, Tensor.ones(2)).sum().backward()).getMessage());
        assertEquals("CHEBYSHEV_T: degrees must be numbers, got bool; convert with to(DType.INT64)",
                assertThrows(DTypeException.class, () -> Special.chebyshevPolynomialT(a, Tensor.zeros(DType.BOOL, 2))).getMessage());
    }

    @Test
    void powersInPlaceAreFloat64() {
        Tensor x = Tensor.of(new double[] {1, 2, 3});
        assertEquals(9, x.floatPowerInPlace(2).at(2));
        assertEquals(81, x.floatPowerInPlace(Tensor.full(2.0, 3)).at(2));
        assertEquals("floatPowerInPlace: powers are float64 and cannot be stored in float32; convert with to(DType.FLOAT64)",
                assertThrows(DTypeException.class, () -> Tensor.ones(2).floatPowerInPlace(2)).getMessage());
        assertEquals(24, x.nbytes());
        assertEquals(Math.nextUp(1f), Tensor.ones(1).nextafterInPlace(Tensor.full(2.0, 1)).item());
        assertEquals(DType.FLOAT64, x.dtype());
    }
}
