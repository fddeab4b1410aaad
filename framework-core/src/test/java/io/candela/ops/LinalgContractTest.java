package io.candela.ops;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.naryMany;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.unary;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.autograd.GraphException;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Linalg;
import io.candela.tensor.LinalgException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.factory.Nd4j;

/** The table of linear algebra; {@link OpContract} says what each row goes through, {@code tools/golden/linalg.py} has its operands. */
class LinalgContractTest {
    private static final List<String> EQUATIONS = List.of("ij,jk->ik", "ij,jk", "ba,c", "ii->i", "ii", "bij,bjk->bik", "...ij,...jk->...ik", "ij->ji",
            "bn,anm,bm->ba", "i,i->", "i,j->ij", "ij,ij->i", "...i,i->...", "bii->bi", "iij,jk->k", "ij->", "abc,cd,de,ef->abf", "i...->...i",
            "ab,ab,ab->b", "ij,kj->ik", ",i->i", "aB,Bc", "ijij->ij", "ik,kj->ij", "...,...->...", "...i->i", "ij,ij->i...", "->", "iii->i", "i,ij,j",
            "b...i,b...i->b...");

    @TestFactory
    Stream<DynamicNode> ops() {
        List<OpCase> rows = new ArrayList<>();
        rows.addAll(products());
        rows.addAll(square());
        rows.addAll(factorizations());
        rows.addAll(norms());
        return OpContract.tests(Golden.load("/golden/linalg.bin.gz"), rows);
    }

    private static List<OpCase> products() {
        List<OpCase> rows = new ArrayList<>(List.of(
                binary("mv", Tensor::mv).slack(4).rejects(ShapeException.class,
                        "mv: a matrix and a vector are needed: lhs (2), rhs (2); matmul takes other ranks", () -> Tensor.zeros(2).mv(Tensor.zeros(2))),
                binary("vdot", Tensor::vdot).slack(4),
                binary("dot", Tensor::dot).rejects(DTypeException.class, "dot: operands must have one type: lhs is int64, rhs float32; convert one with to(dtype)",
                        () -> Tensor.arange(2).dot(Tensor.ones(2))),
                binary("vecdot", (a, b) -> Linalg.vecdot(a, b, 0)).slack(4),
                binary("matmul", Tensor::matmul),
                nary("addmm.integers", x -> x[0].addmm(x[1], x[2], 2, 3)).rejects(IllegalArgumentException.class,
                        "addmm: the factors of int64 must be whole numbers, got alpha 0.5 and beta 1.0",
                        () -> Tensor.arange(1).addmm(Tensor.arange(1).view(1, 1), Tensor.arange(1).view(1, 1), 1, 0.5)),
                unary("vander", Linalg::vander).slack(4).rejects(IllegalArgumentException.class, "vander: n must be 2 or more, got 1",
                        () -> Linalg.vander(Tensor.ones(3), 1)),
                unary("vander.n", x -> Linalg.vander(x, 5)).slack(4),
                binary("inner", Tensor::inner).slack(4).rejects(ShapeException.class, "inner: last sizes differ: lhs (2), rhs (3)",
                        () -> Tensor.zeros(2).inner(Tensor.zeros(3))),
                binary("outer", Tensor::outer).rejects(ShapeException.class, "outer: both operands must be vectors: lhs (2, 2), rhs (3)",
                        () -> Tensor.zeros(2, 2).outer(Tensor.zeros(3))),
                nary("addmm.scaled", x -> x[0].addmm(x[1], x[2], 0.5, -2)).slack(4).rejects(ShapeException.class,
                        "addmm: (5) does not broadcast to the product's shape (2, 4)",
                        () -> Tensor.zeros(5).addmm(Tensor.zeros(2, 3), Tensor.zeros(3, 4))),
                nary("addmv.scaled", x -> x[0].addmv(x[1], x[2], 0.5, -2)).slack(4),
                nary("addr.scaled", x -> x[0].addr(x[1], x[2], 0.5, -2)).slack(4),
                nary("addbmm.scaled", x -> x[0].addbmm(x[1], x[2], 0.5, -2)).slack(4),
                nary("baddbmm.scaled", x -> x[0].baddbmm(x[1], x[2], 0.5, -2)).slack(4),
                binary("tensordot.2", (a, b) -> a.tensordot(b, 2)).slack(8).rejects(ShapeException.class,
                        "tensordot: dimension 1 of lhs (2, 3) and dimension 0 of rhs (2, 3) differ", () -> Tensor.zeros(2, 3).tensordot(Tensor.zeros(2, 3), 1)),
                binary("tensordot.0", (a, b) -> a.tensordot(b, 0)),
                binary("tensordot.dims", (a, b) -> a.tensordot(b, new int[] {0, -1}, new int[] {2, 0})).slack(8)
                        .nd4j((a, b) -> Nd4j.tensorMmul(a, b, new int[][] {{0, 2}, {2, 0}})),
                binary("kron", Tensor::kron),
                binary("cross", Linalg::cross).slack(4).rejects(ShapeException.class, "cross: dimension -1 must have size 3: lhs (2), rhs (2)",
                        () -> Tensor.zeros(2).cross(Tensor.zeros(2))),
                binary("cross.0", (a, b) -> a.cross(b, 0)).slack(4),
                nary("multiDot", x -> Linalg.multiDot(x)).slack(16).rejects(ShapeException.class,
                        "multiDot: operand 1 of shape (4, 2) does not fit into a chain of matrices",
                        () -> Linalg.multiDot(Tensor.zeros(2, 3), Tensor.zeros(4, 2)))));
        for (double p : new double[] {0, 0.5, 1, 1.5, 2, 3, Double.POSITIVE_INFINITY}) {
            rows.add(binary("cdist." + label(p), (a, b) -> Tensor.cdist(a, b, p)).slack(p < 1 ? 60 : 16));
        }
        for (String equation : EQUATIONS) {
            rows.add(nary("einsum " + equation, x -> Tensor.einsum(equation, x)).slack(16));
        }
        return rows;
    }

    private static Tensor positive(Tensor a) {
        return a.matmul(a.mT());
    }

    private static List<OpCase> square() {
        List<OpCase> rows = new ArrayList<>(List.of(
                unary("det", Linalg::det).slack(60).rejects(ShapeException.class, "det: matrices must be square, got (2, 3)",
                        () -> Tensor.zeros(2, 3).det()),
                unary("logabsdet", a -> a.slogdet().logabsdet()).slack(60).needsUnequalRows(),
                unary("slogdet.sign", a -> Linalg.slogdet(a).sign()),
                unary("logdet", a -> positive(a).logdet()).slack(200).needsUnequalRows(),
                unary("inv", Linalg::inv).slack(60).needsUnequalRows()
                        .rejects(LinalgException.class, "inv: the matrix is singular: element 2 of the diagonal is 0 after elimination; Linalg.pinv and "
                                + "Linalg.lstsq take such matrices", () -> Tensor.ones(2, 2).inverse())
                        .rejects(LinalgException.class, "inv: matrix 1 of the batch is singular: element 1 of the diagonal is 0 after elimination; "
                                + "Linalg.pinv and Linalg.lstsq take such matrices", () -> Tensor.stack(0, Tensor.eye(2), Tensor.zeros(2, 2)).inverse())
                        .rejects(DTypeException.class, "inv: needs floating point, got int64; convert with to(DType.FLOAT32)",
                                () -> Tensor.arange(4).view(2, 2).inverse())
                        .rejects(DTypeException.class, "inv: needs float32 or float64, got float16; convert with to(DType.FLOAT32)",
                                () -> Tensor.eye(2).to(DType.FLOAT16).inverse()),
                binary("solve", Linalg::solve).slack(100).needsUnequalRows().rejects(ShapeException.class,
                        "solve: b (2, 2) does not fit the matrices a (3, 3): it needs 3 rows", () -> Linalg.solve(Tensor.zeros(3, 3), Tensor.zeros(2, 2))),
                naryMany("lu", x -> new Tensor[] {Linalg.lu(x[0]).l(), Linalg.lu(x[0]).u()}).slack(60),
                unary("lu.p", a -> Linalg.lu(a).p()),
                unary("luFactor", a -> Linalg.luFactor(a).lu()).slack(60).needsUnequalRows().rejects(LinalgException.class,
                        "luFactor: the matrix is singular: element 1 of u's diagonal is 0; Linalg.lu takes such matrices",
                        () -> Linalg.luFactor(Tensor.zeros(2, 2))),
                unary("luFactor.pivots", a -> Linalg.luFactor(a).pivots()).needsUnequalRows(),
                binary("luSolve.0", (a, b) -> Linalg.luSolve(Linalg.luFactor(a), b)).slack(200).needsUnequalRows(),
                binary("luSolve.1", (a, b) -> Linalg.luSolve(Linalg.luFactor(a), b, true)).slack(200).needsUnequalRows(),
                unary("matrixExp", Tensor::matrixExp).slack(60)));
        for (int k : new int[] {4, 16, 64, 256}) {
            rows.add(unary("matrixExp." + k, a -> Linalg.matrixExp(a.mul(k / 4.0))).slack(4000));
        }
        for (int k : new int[] {-2, 0, 1, 5}) {
            rows.add(unary("matrixPower." + k, a -> a.matrixPower(k)).slack(400).needsUnequalRows());
        }
        for (int i = 0; i < 8; i++) {
            boolean upper = (i & 4) != 0;
            boolean left = (i & 2) != 0;
            boolean unit = (i & 1) != 0;
            rows.add(binary("solveTriangular." + (upper ? 1 : 0) + (left ? 1 : 0) + (unit ? 1 : 0),
                    (a, b) -> Linalg.solveTriangular(a, b, upper, left, unit)).slack(100));
        }
        return rows;
    }

    private static List<OpCase> factorizations() {
        return List.of(
                unary("cholesky", a -> Linalg.cholesky(positive(a))).slack(60).needsUnequalRows()
                        .rejects(LinalgException.class, "cholesky: the matrix is not positive definite: its leading minor of order 2 is not",
                                () -> Linalg.cholesky(Tensor.ones(2, 2)))
                        .rejects(LinalgException.class, "cholesky: matrix 1 of the batch is not positive definite: its leading minor of order 1 is not",
                                () -> Linalg.cholesky(Tensor.stack(0, Tensor.eye(2), Tensor.eye(2).neg()))),
                unary("cholesky.upper", a -> Linalg.cholesky(positive(a), true)).slack(60).needsUnequalRows(),
                binary("choleskySolve", (b, a) -> b.choleskySolve(Linalg.cholesky(positive(a)), false)).slack(200).needsUnequalRows(),
                unary("choleskyInverse", a -> Linalg.cholesky(positive(a)).choleskyInverse(false)).slack(200).needsUnequalRows(),
                naryMany("qr", x -> new Tensor[] {Linalg.qr(x[0]).q(), Linalg.qr(x[0]).r()}).slack(60),
                unary("qr.r", a -> Linalg.qr(a, "r").r()).slack(30).rejects(IllegalArgumentException.class,
                        "qr: mode must be reduced, complete or r, got full", () -> Linalg.qr(Tensor.eye(2), "full")),
                naryMany("qr.complete", x -> new Tensor[] {Linalg.qr(x[0], "complete").q(), Linalg.qr(x[0], "complete").r()}).slack(30),
                naryMany("qr.completeWide", x -> new Tensor[] {Linalg.qr(x[0], "complete").q(), Linalg.qr(x[0], "complete").r()}).slack(30),
                binary("householderProduct", Linalg::householderProduct).slack(60),
                unary("eigvalsh", a -> Linalg.eigvalsh(a.add(a.mT()))).slack(60),
                unary("eigvalsh.upper", a -> Linalg.eigvalsh(a, true)).slack(60),
                naryMany("eigh.projections", x -> {
                    Linalg.Eigh e = Linalg.eigh(x[0].add(x[0].mT()).div(8.0));
                    Tensor v = e.eigenvectors();
                    return new Tensor[] {e.eigenvalues(), v.mul(v), v.mul(e.eigenvalues().exp().unsqueeze(-2)).matmul(v.mT())};
                }).slack(200),
                unary("svdvals", Linalg::svdvals).slack(60).rejects(LinalgException.class, "svdvals: the matrix has elements that are not finite",
                        () -> Linalg.svdvals(Tensor.full(Double.NaN, 2, 2))),
                naryMany("svd.projections", x -> {
                    Linalg.SVD f = Linalg.svd(x[0], false);
                    return new Tensor[] {f.s(), f.u().mul(f.u()), f.vh().mul(f.vh()), f.u().mul(f.s().sqrt().unsqueeze(-2)).matmul(f.vh())};
                }).slack(200),
                naryMany("svd.full", x -> {
                    Linalg.SVD f = Linalg.svd(x[0]);
                    int k = f.s().size(-1);
                    return new Tensor[] {f.u().matmul(f.u().mT()), f.s(), f.vh().matmul(f.vh().mT()),
                        f.u().narrow(-1, 0, k).mul(f.s().unsqueeze(-2)).matmul(f.vh().narrow(-2, 0, k))};
                }).slack(60),
                naryMany("svdLowrank", x -> lowRank(() -> Linalg.svdLowrank(x[0]))).loose().slack(200)
                        .rejects(ShapeException.class, "svdLowrank: at least two dimensions are needed, got (3)", () -> Linalg.svdLowrank(Tensor.ones(3)))
                        .rejects(ShapeException.class, "svdLowrank: the mean (4) does not broadcast to (2, 3)",
                                () -> Linalg.svdLowrank(Tensor.ones(2, 3), 1, 0, Tensor.ones(4)))
                        .rejects(IllegalArgumentException.class, "svdLowrank: q must be 1 or more, got 0", () -> Linalg.svdLowrank(Tensor.ones(2, 3), 0, 0, null))
                        .rejects(IllegalArgumentException.class, "svdLowrank: niter must be 0 or more, got -1",
                                () -> Linalg.svdLowrank(Tensor.ones(2, 3), 1, -1, null)),
                naryMany("svdLowrank.2", x -> lowRank(() -> Linalg.svdLowrank(x[0], 2, 1, x[1]))).loose().slack(400),
                naryMany("pcaLowrank", x -> lowRank(() -> Linalg.pcaLowrank(x[0], 2, true, 2))).loose().slack(400)
                        .rejects(IllegalArgumentException.class, "pcaLowrank: q must be 0 to 2, the smaller size of (2, 3), got 3",
                                () -> Linalg.pcaLowrank(Tensor.ones(2, 3), 3, true, 2)),
                naryMany("pcaLowrank.plain", x -> lowRank(() -> Linalg.pcaLowrank(x[0], 3, false, 0))).loose().slack(400),
                unary("pinv", Linalg::pinv).slack(200).rejects(IllegalArgumentException.class, "pinv: atol must be 0 or more, got -1.0",
                        () -> Linalg.pinv(Tensor.eye(2), -1, 0)),
                unary("matrixRank", Linalg::matrixRank),
                binary("lstsq", (a, b) -> Linalg.lstsq(a, b).solution()).slack(200));
    }

    /** What does not depend on the vectors' signs, after a seed. */
    private static Tensor[] lowRank(Supplier<Linalg.LowRankSVD> decomposition) {
        Tensor.manualSeed(5);
        Linalg.LowRankSVD f = decomposition.get();
        return new Tensor[] {f.s(), f.u().mul(f.s().unsqueeze(-2)).matmul(f.v().mT()), f.u().mul(f.u()), f.v().mul(f.v())};
    }

    private static List<OpCase> norms() {
        double infinity = Double.POSITIVE_INFINITY;
        List<OpCase> rows = new ArrayList<>(List.of(
                unary("matrixNorm", Linalg::matrixNorm).slack(8).rejects(IllegalArgumentException.class,
                        "matrixNorm: ord must be fro, nuc, or 1, 2, infinity with either sign, got 3.0", () -> Linalg.matrixNorm(Tensor.eye(2), 3)),
                unary("matrixNorm.nuc", a -> Linalg.matrixNorm(a, "nuc", true, -2, -1)).slack(60),
                unary("matrixNorm.dims", a -> Linalg.matrixNorm(a, infinity, true, 2, 0)).slack(8),
                unary("norm.ord", a -> Linalg.norm(a, 1)).slack(8).rejects(ShapeException.class,
                        "norm: with an order alone, a vector or a matrix is needed, got (2, 2, 2); use vectorNorm or matrixNorm",
                        () -> Linalg.norm(Tensor.ones(2, 2, 2), 1)),
                unary("cond.fro", a -> Linalg.cond(a, "fro")).slack(200),
                unary("cond.nuc", a -> Linalg.cond(a, "nuc")).slack(200)));
        for (double o : new double[] {1, -1, 2, -2, infinity, -infinity}) {
            rows.add(unary("matrixNorm." + label(o), a -> Linalg.matrixNorm(a, o)).slack(60));
        }
        for (double o : new double[] {1, 2, -2, infinity}) {
            rows.add(unary("cond." + label(o), a -> Linalg.cond(a, o)).slack(200));
        }
        return rows;
    }

    private static String label(double o) {
        return Double.isInfinite(o) ? o > 0 ? "inf" : "-inf" : o == Math.rint(o) ? "" + (int) o : "" + o;
    }

    @Test
    void saysWhatDoesNotFitAnEquation() {
        Tensor a = Tensor.zeros(2, 3);
        assertEquals("einsum: operand 0 has 1 labels, its shape is (2, 3) in \"i->i\"",
                assertThrows(ShapeException.class, () -> Tensor.einsum("i->i", a)).getMessage());
        assertEquals("einsum: label i has size 2 in operand 1, but 3 before in \"ji,ij\"",
                assertThrows(ShapeException.class, () -> Tensor.einsum("ji,ij", a, a.t().t())).getMessage());
        assertEquals("einsum: label k of the result stands in no operand in \"ij->k\"",
                assertThrows(ShapeException.class, () -> Tensor.einsum("ij -> k", a)).getMessage());
        assertEquals("einsum: labels are letters, got '1' in \"1j\"", assertThrows(ShapeException.class, () -> Tensor.einsum("1j", a)).getMessage());
    }

    @Test
    void solvesLargeSystems() {
        Tensor.manualSeed(3);
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
            double eps = type == DType.FLOAT32 ? 1e-3 : 1e-10;
            Tensor a = Tensor.randn(300, 300).to(type);
            Tensor x = Tensor.randn(300, 2).to(type);
            Close.assertCloseValues("solve", x, Linalg.solve(a, a.matmul(x)), 50 * eps);
            Close.assertCloseValues("inv", Tensor.eye(type, 300, 300), a.matmul(a.inverse()), 50 * eps);
            Linalg.SVD f = Linalg.svd(a);
            Close.assertCloseValues("svd", a, f.u().mul(f.s()).matmul(f.vh()), eps);
            Tensor s = a.add(a.t());
            Linalg.Eigh e = Linalg.eigh(s);
            Close.assertCloseValues("eigh", s, e.eigenvectors().mul(e.eigenvalues()).matmul(e.eigenvectors().t()), eps);
            Tensor l = Linalg.cholesky(a.matmul(a.t()).add(Tensor.eye(type, 300, 300)));
            Close.assertCloseValues("cholesky", a.matmul(a.t()).add(Tensor.eye(type, 300, 300)), l.matmul(l.t()), eps);
            Linalg.QR q = Linalg.qr(Tensor.randn(400, 100).to(type), "complete");
            Close.assertCloseValues("qr", Tensor.eye(type, 400, 400), q.q().matmul(q.q().t()), eps);
            assertEquals(300, Linalg.matrixRank(a).itemLong());
        }
    }

    @Test
    void sharesBatchesAmongThreads() {
        Tensor.manualSeed(4);
        Tensor a = Tensor.randn(64, 40, 40).to(DType.FLOAT64);
        Tensor inverses = a.inverse();
        Tensor values = Linalg.svdvals(a);
        for (int i = 0; i < 64; i++) {
            Close.assertExact("inv " + i, a.get(i).inverse(), inverses.get(i));
            Close.assertExact("svdvals " + i, Linalg.svdvals(a.get(i)), values.get(i));
        }
        Tensor spoilt = a.clone();
        spoilt.get(37).zeroInPlace();
        assertEquals("inv: matrix 37 of the batch is singular: element 1 of the diagonal is 0 after elimination; Linalg.pinv and Linalg.lstsq take such "
                + "matrices", assertThrows(LinalgException.class, spoilt::inverse).getMessage());
        spoilt.get(37).fillInPlace(Double.NaN);
        assertEquals("svdvals: matrix 37 of the batch has elements that are not finite",
                assertThrows(LinalgException.class, () -> Linalg.svdvals(spoilt)).getMessage());
    }

    /** ND4J sets its library, which is ours too, to as many threads as there are processors: more than a Java thread's stack bears. */
    @Test
    void survivesTheThreadsOfNd4j() {
        Tensor.manualSeed(5);
        Tensor a = Tensor.randn(600, 600);
        Nd4j.eye(3);
        assertEquals(600, Linalg.luFactor(a).pivots().numel());
        assertEquals(600, Linalg.qr(a).r().size(0));
    }

    @Test
    void hasNoGradientWhereFactorsAreMissing() {
        Tensor a = Tensor.randn(3, 2).setRequiresGrad(true);
        assertEquals("qr: mode complete has no gradient where there are more rows (3) than columns (2); use mode reduced",
                assertThrows(GraphException.class, () -> Linalg.qr(a, "complete").r().sum().backward()).getMessage());
        assertEquals("qr: the gradient needs q, which mode r does not compute; use mode reduced",
                assertThrows(GraphException.class, () -> Linalg.qr(a, "r").r().sum().backward()).getMessage());
    }

    /** The gradient of a determinant, which PyTorch takes for 0 where the determinant is. */
    @Test
    void singularMatricesHaveCofactors() {
        Tensor a = Tensor.of(new double[][] {{1, 2, 3}, {2, 4, 6}, {0, 1, 1}}).setRequiresGrad(true);
        a.det().backward();
        Close.assertCloseValues("cofactors", Tensor.of(new double[][] {{-2, -2, 2}, {1, 1, -1}, {0, 0, 0}}), a.grad(), 1e-12);
    }

    @Test
    void measuresWhatLeastSquaresLeave() {
        Tensor a = Tensor.of(new double[][] {{1, 0}, {1, 1}, {1, 2}});
        Linalg.Lstsq f = Linalg.lstsq(a, Tensor.of(new double[] {0, 2, 1}));
        Close.assertCloseValues("solution", Tensor.of(new double[] {0.5, 0.5}), f.solution(), 1e-12);
        assertEquals(1.5, f.residuals().item(), 1e-12);
        assertEquals(2, f.rank().itemLong());
        Linalg.Lstsq deficient = Linalg.lstsq(Tensor.ones(3, 2), Tensor.ones(3, 1));
        assertEquals(1, deficient.rank().itemLong());
        assertEquals(0, deficient.residuals().numel());
        Close.assertCloseValues("of least size", Tensor.full(0.5, 2, 1), deficient.solution(), 1e-6);
        assertEquals(0, Linalg.lstsq(Tensor.ones(2, 3, 2), Tensor.ones(2, 3, 0)).solution().numel());
    }

    @Test
    void equalValuesDoNotSpoilGradientsOfValues() {
        Tensor a = Tensor.eye(3).setRequiresGrad(true);
        Linalg.svd(a).s().sum().backward();
        Close.assertCloseValues("svd", Tensor.eye(3), a.grad(), 1e-6);
        a.setGrad(null);
        Linalg.eigh(a).eigenvalues().sum().backward();
        Close.assertCloseValues("eigh", Tensor.eye(3), a.grad(), 1e-6);
    }
}
