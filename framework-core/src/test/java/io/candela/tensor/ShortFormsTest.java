package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.testing.Close;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Methods that are other names or shorter forms of methods in the contract tables give exactly what those give. */
class ShortFormsTest {
    private static final Tensor X = Tensor.arange(6.0).view(2, 3).sub(2);
    private static final Tensor Y = Tensor.of(new float[][] {{2, 0, 1}, {-1, 3, 1}});
    private static final Tensor V = Tensor.of(new float[] {1, -2, 3});
    private static final Tensor W = Tensor.of(new float[] {4, 5});
    private static final Tensor SQUARE = Tensor.of(new float[][] {{4, 1}, {1, 3}});
    private static final Tensor BATCH = Tensor.arange(12.0).view(2, 2, 3);
    private static final Tensor OTHER = Tensor.arange(12.0).view(2, 3, 2).sub(3);

    private static void same(String what, Tensor longer, Tensor shorter) {
        Close.assertExact(what, longer, shorter);
    }

    private static void same(String what, Tensor[] longer, Tensor[] shorter) {
        assertEquals(longer.length, shorter.length, what);
        for (int i = 0; i < longer.length; i++) {
            same(what + " " + i, longer[i], shorter[i]);
        }
    }

    private static void same(String what, ValuesAndIndices longer, ValuesAndIndices shorter) {
        same(what, longer.values(), shorter.values());
        same(what, longer.indices(), shorter.indices());
    }

    @Test
    void shapes() {
        same("broadcastTo", V.expand(2, 3), V.broadcastTo(2, 3));
        same("expandAs", V.expand(2, 3), V.expandAs(X));
        same("viewAs", X.view(3, 2), X.viewAs(X.t()));
        same("reshapeAs", X.t().reshape(2, 3), X.t().reshapeAs(X));
        same("ravel", X.t().flatten(), X.t().ravel());
        same("swapDims", X.transpose(0, 1), X.swapDims(0, 1));
        same("moveAxis", BATCH.moveDim(new int[] {0, 1}, new int[] {2, 0}), BATCH.moveAxis(new int[] {0, 1}, new int[] {2, 0}));
        same("splitWithSizes", X.split(new int[] {1, 2}, 1), X.splitWithSizes(new int[] {1, 2}, 1));
        same("asStrided", X.asStrided(new int[] {2, 2}, new int[] {1, 3}, X.offset()), X.asStrided(new int[] {2, 2}, new int[] {1, 3}));
        same("rowStack", Tensor.vstack(V, V), Tensor.rowStack(V, V));
    }

    @Test
    void creation() {
        same("arange", Tensor.arange(-1.0, 2.0, 1.0), Tensor.arange(-1.0, 2.0));
        same("doubles", Tensor.of(new double[] {1, 2, 3, 4}, 2, 1, 2), Tensor.of(new double[][][] {{{1, 2}}, {{3, 4}}}));
        same("longs", Tensor.of(new long[] {1, 2, 3, 4}, 2, 1, 2), Tensor.of(new long[][][] {{{1, 2}}, {{3, 4}}}));
        same("bools", Tensor.of(new boolean[] {true, false}, 2, 1), Tensor.of(new boolean[][] {{true}, {false}}));
        Tensor last = Tensor.empty(Shape.of(2, 3, 4, 5), DType.INT16, Device.CPU, MemoryFormat.CHANNELS_LAST);
        assertArrayEquals(new int[] {60, 1, 15, 3}, last.strides());
        same("oneHot", Tensor.arange(3).oneHot(3), Tensor.arange(3).oneHot());
    }

    @Test
    void reductionsAndOrders() {
        same("nanmean", X.nanmean(1).unsqueeze(1), X.nanmean(true, 1));
        ValuesAndIndices mode = Y.mode(1);
        same("mode", new ValuesAndIndices(mode.values().unsqueeze(1), mode.indices().unsqueeze(1)), Y.mode(1, true));
        same("sort", Y.sort(-1, false), Y.sort());
        same("where", X.gt(0).nonzeroTuple(), Tensor.where(X.gt(0)));
    }

    @Test
    void inPlace() {
        same("addbmm", SQUARE.addbmm(BATCH, OTHER, 0.5, 2), SQUARE.clone().addbmmInPlace(BATCH, OTHER, 0.5, 2));
        same("addmm", SQUARE.addmm(X, X.t(), 1, 1), SQUARE.clone().addmmInPlace(X, X.t()));
        same("addmv", W.addmv(X, V, 0.5, 2), W.clone().addmvInPlace(X, V, 0.5, 2));
        same("addr", X.addr(W, V, 0.5, 2), X.clone().addrInPlace(W, V, 0.5, 2));
        same("baddbmm", SQUARE.baddbmm(BATCH, OTHER, 1, 1), SQUARE.baddbmm(BATCH, OTHER));
        same("baddbmm in place", SQUARE.baddbmm(BATCH, OTHER), SQUARE.expand(2, 2, 2).clone().baddbmmInPlace(BATCH, OTHER));
        same("remainder", X.remainder(1.5), X.clone().remainderInPlace(1.5));
        Tensor index = Tensor.of(new long[][] {{1, 0, 1}});
        same("scatter", X.scatter(0, index, Y), X.clone().scatterInPlace(0, index, Y));
    }

    @Test
    void matrices() {
        same("ger", W.outer(V), W.ger(V));
        same("matrixPower", SQUARE.matrixPower(3), Linalg.matrixPower(SQUARE, 3));
        same("vectorNorm", X.norm(3), Linalg.vectorNorm(X, 3));
        same("vectorNorm of rows", X.norm(3, true, 1), Linalg.vectorNorm(X, 3, true, 1));
        same("norm", X.norm(2), Linalg.norm(X));
        same("matrixNorm", Linalg.matrixNorm(X, "nuc", false, -2, -1), Linalg.matrixNorm(X, "nuc"));
        same("cond", Linalg.cond(SQUARE, 2), Linalg.cond(SQUARE));
        same("eigh", Linalg.eigh(SQUARE).eigenvalues(), Linalg.eigh(SQUARE, false).eigenvalues());
        same("lstsq", Linalg.lstsq(SQUARE, W.unsqueeze(1)).solution(), Linalg.lstsq(SQUARE, W.unsqueeze(1), 1e-6).solution());
        assertEquals(1, Linalg.matrixRank(SQUARE, 0, 0.6).itemLong());
        same("solveTriangular", Linalg.solveTriangular(SQUARE, W.unsqueeze(1), true, true, false), Linalg.solveTriangular(SQUARE, W.unsqueeze(1), true));
        Tensor.manualSeed(1);
        Tensor values = Linalg.pcaLowrank(X, 2, true, 2).s();
        Tensor.manualSeed(1);
        same("pcaLowrank", values, Linalg.pcaLowrank(X).s());
    }

    /** With a generator of one's own and with the default one of the same seed. */
    private static void sameDraws(String what, Supplier<Tensor> byDefault, Function<Generator, Tensor> own) {
        Tensor.manualSeed(5);
        Tensor expected = byDefault.get();
        Generator generator = new Generator();
        generator.manualSeed(5);
        same(what, expected, own.apply(generator));
    }

    @Test
    void generators() {
        Tensor p = Tensor.of(new float[] {0.25f, 0.5f, 0.75f});
        sameDraws("bernoulli", p::bernoulli, p::bernoulli);
        sameDraws("bernoulliInPlace", () -> p.clone().bernoulliInPlace(0.3), g -> p.clone().bernoulliInPlace(0.3, g));
        sameDraws("exponentialInPlace", () -> p.clone().exponentialInPlace(2), g -> p.clone().exponentialInPlace(2, g));
        sameDraws("logNormalInPlace", () -> p.clone().logNormalInPlace(1, 2), g -> p.clone().logNormalInPlace(1, 2, g));
        sameDraws("multinomial", () -> p.multinomial(2), g -> p.multinomial(2, false, g));
        sameDraws("normal", () -> Tensor.normal(p, p), g -> Tensor.normal(p, p, g));
        sameDraws("randperm", () -> Tensor.randperm(9), g -> Tensor.randperm(9, g));
    }
}
