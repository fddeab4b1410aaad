package io.candela.ops;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.many;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.unary;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.tensor.DType;
import io.candela.tensor.Index;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import io.candela.testing.Close;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of shape and index operations; {@link OpContract} says what each row goes through, {@code tools/golden/shapes.py} has its operands. */
class ShapeContractTest {
    @TestFactory
    Stream<DynamicNode> ops() {
        List<OpCase> rows = new ArrayList<>();
        rows.addAll(rearranged());
        rows.addAll(pieces());
        rows.addAll(reading());
        rows.addAll(writing());
        rows.addAll(rules());
        return OpContract.tests(Golden.load("/golden/shapes.bin.gz"), rows);
    }

    private static OpCase several(String name, Function<Tensor[], Tensor[]> op) {
        return OpCase.naryMany(name, op);
    }

    private static Tensor[] both(ValuesAndIndices r) {
        return new Tensor[] {r.values(), r.indices()};
    }

    private static List<OpCase> rearranged() {
        return List.of(
                unary("tile", x -> x.tile(2, 3)),
                unary("tile.zero", x -> x.tile(0)),
                unary("repeatInterleave", x -> x.repeatInterleave(3)),
                unary("repeatInterleave.dim", x -> x.repeatInterleave(2, -1)),
                binary("repeatInterleave.each", (x, n) -> x.repeatInterleave(n, 0)).rejects(ShapeException.class,
                        "repeatInterleave: repeats must be one number or 3, one per position of dimension 0 of (3), got (2)",
                        () -> Tensor.zeros(3).repeatInterleave(Tensor.of(new int[] {1, 2}), 0)),
                unary("roll", x -> x.roll(3)),
                unary("roll.dim", x -> x.roll(-2, -1)),
                unary("roll.dims", x -> x.roll(new int[] {1, -7}, new int[] {0, 1})).rejects(ShapeException.class,
                        "roll: as many dimensions as shifts are needed, got [0] and [1, 2]",
                        () -> Tensor.zeros(3).roll(new int[] {1, 2}, new int[] {0})),
                unary("rot90.-1", x -> x.rot90(-1)),
                unary("rot90.0", x -> x.rot90(0)),
                unary("rot90.1", x -> x.rot90(1)),
                unary("rot90.2", x -> x.rot90(2)),
                unary("rot90.dims", x -> x.rot90(1, 2, 0)).rejects(ShapeException.class,
                        "rot90: two different dimensions are needed, got 1 and -1 of (2, 3)", () -> Tensor.zeros(2, 3).rot90(1, 1, -1)),
                unary("fliplr", x -> x.fliplr()).rejects(ShapeException.class, "fliplr: at least 2 dimensions are needed, got (2)",
                        () -> Tensor.zeros(2).fliplr()),
                unary("flipud", x -> x.flipud()),
                unary("moveDim", x -> x.moveDim(0, -1)).view(),
                unary("moveDim.several", x -> x.moveDim(new int[] {0, 2}, new int[] {1, 0})).view().rejects(ShapeException.class,
                        "moveDim: a dimension is named twice in [0, 0] or [1, 0]", () -> Tensor.zeros(2, 3).moveDim(new int[] {0, 0}, new int[] {1, 0})),
                unary("moveAxis", x -> x.moveAxis(2, 0)).view(),
                unary("swapAxes", x -> x.swapAxes(0, -1)).view(),
                unary("unfold", x -> x.unfold(-1, 3, 2)).view().rejects(ShapeException.class,
                        "unfold: size must be 0 to 2 for dimension 0 of (2), got 3", () -> Tensor.zeros(2).unfold(0, 3, 1)),
                unary("unfold.apart", x -> x.unfold(0, 2, 3)).view(),
                unary("unfold.overlap", x -> x.unfold(0, 3, 1)).view(),
                unary("unfold.scalar", x -> x.unfold(0, 1, 1)).view(),
                unary("asStrided", x -> x.contiguous().asStrided(new int[] {2, 3}, new int[] {1, 2}, x.contiguous().offset() + 1)).loose().rejects(
                        ShapeException.class, "Tensor: (9) with strides [1] at offset 8 reaches elements 8 to 16, the storage holds 4",
                        () -> Tensor.zeros(4).asStrided(new int[] {9}, new int[] {1}, 8)),
                unary("diagonal", x -> x.diagonal()).view(),
                unary("diagonal.above", x -> x.diagonal(1, -2, -1)).view().rejects(ShapeException.class,
                        "diagonal: two different dimensions are needed, got 0 and -2 of (2, 3)", () -> Tensor.zeros(2, 3).diagonal(0, 0, -2)),
                unary("diagonal.below", x -> x.diagonal(-2, 0, -1)).view(),
                unary("diag", x -> x.diag()).rejects(ShapeException.class,
                        "diag: a vector or a matrix is needed, got (1, 2, 3); use diagonal or diagEmbed", () -> Tensor.zeros(1, 2, 3).diag()),
                unary("diag.above", x -> x.diag(2)),
                unary("diagFlat", x -> x.diagFlat(-1)),
                unary("diagEmbed", x -> x.diagEmbed()),
                unary("diagEmbed.placed", x -> x.diagEmbed(1, 0, 2)),
                unary("trace", x -> x.trace()).rejects(ShapeException.class,
                        "trace: a matrix is needed, got (3); use diagonal(0, -2, -1).sum(-1) for a stack", () -> Tensor.zeros(3).trace()),
                unary("tril", x -> x.tril()),
                unary("tril.1", x -> x.tril(1)),
                unary("tril.-2", x -> x.tril(-2)).rejects(ShapeException.class, "tril: at least two dimensions are needed, got (3)",
                        () -> Tensor.zeros(3).tril()),
                unary("triu", x -> x.triu()),
                unary("triu.1", x -> x.triu(1)),
                unary("triu.-2", x -> x.triu(-2)),
                unary("diff", x -> x.diff()),
                unary("diff.2first", x -> x.diff(2, 0)),
                nary("diff.around", x -> x[0].diff(1, -1, x[1], x[2])));
    }

    private static List<OpCase> pieces() {
        return List.of(
                unary("atLeast1d", x -> x.atLeast1d()).view(),
                unary("atLeast2d", x -> x.atLeast2d()).view(),
                unary("atLeast3d", x -> x.atLeast3d()).view(),
                many("split.sizes", x -> x.split(new int[] {1, 0, 2}, 1)).view().rejects(ShapeException.class,
                        "split: sizes [1, 1] must sum to 3, the size of dimension 0 of (3)", () -> Tensor.zeros(3).split(new int[] {1, 1}, 0)),
                many("tensorSplit", x -> x.tensorSplit(4, -1)).view(),
                many("tensorSplit.indices", x -> x.tensorSplit(new int[] {1, -2, 9, 3}, 0)).view(),
                many("hsplit", x -> x.hsplit(2)).view(),
                many("vsplit", x -> x.vsplit(2)).view().rejects(ShapeException.class,
                        "vsplit: dimension 0 of (3, 2) cannot be cut into 2 equal pieces", () -> Tensor.zeros(3, 2).vsplit(2)),
                many("dsplit", x -> x.dsplit(2)).view().rejects(ShapeException.class, "dsplit: at least 3 dimensions are needed, got (3, 2)",
                        () -> Tensor.zeros(3, 2).dsplit(2)),
                many("hsplit.indices", x -> x.hsplit(new int[] {1, 3})).view(),
                many("vsplit.indices", x -> x.vsplit(new int[] {1, 3})).view(),
                many("dsplit.indices", x -> x.dsplit(new int[] {1, 3})).view(),
                binary("hstack", (a, b) -> Tensor.hstack(a, b)),
                binary("vstack", (a, b) -> Tensor.vstack(a, b)),
                binary("dstack", (a, b) -> Tensor.dstack(a, b)),
                binary("columnStack", (a, b) -> Tensor.columnStack(a, b)),
                binary("blockDiag", (a, b) -> Tensor.blockDiag(a, b)),
                binary("cat.legacy", (a, b) -> Tensor.cat(0, a, b)),
                several("broadcastTensors", x -> Tensor.broadcastTensors(x)).loose(),
                several("meshgrid", x -> Tensor.meshgrid(x)).loose(),
                several("meshgrid.xy", x -> Tensor.meshgrid("xy", x)).loose(),
                binary("cartesianProd", (a, b) -> Tensor.cartesianProd(a, b)),
                unary("combinations", x -> Tensor.combinations(x)),
                unary("combinations.3", x -> Tensor.combinations(x, 3, true)));
    }

    private static List<OpCase> reading() {
        return List.of(
                binary("take", (x, i) -> x.take(i)).rejects(ShapeException.class,
                        "take: index 6 at position 1 is out of range for the 6 elements of (2, 3)",
                        () -> Tensor.zeros(2, 3).take(Tensor.of(new long[] {0, 6}))),
                binary("takeAlongDim", (x, i) -> x.takeAlongDim(i, x.dim() > 1 ? 1 : 0)),
                binary("gather.scalar", (x, i) -> x.gather(0, i)),
                binary("gather.scalarVector", (x, i) -> x.gather(0, i)),
                unary("index.views", x -> x.index("1:", null, "...", -1)).view(),
                unary("index.step", x -> x.index(":", "::2")).view(),
                unary("index.position", x -> x.index(-1, Index.at(1))).view(),
                unary("index.list", x -> x.index(new int[] {2, 0, 0})).rejects(ShapeException.class,
                        "index: index 3 at position 1 is out of range for dimension 0 of (3, 2); use -3 to 2",
                        () -> Tensor.zeros(3, 2).index(new int[] {0, 3})),
                unary("index.listLast", x -> x.index("...", new int[] {0, -1})),
                unary("index.both", x -> x.index(new int[] {0, 1, 2}, new int[] {1, 1, -1})).rejects(ShapeException.class,
                        "index: 2 dimensions are indexed, (3) has 1", () -> Tensor.zeros(3).index(0, 0)),
                unary("index.apart", x -> x.index(Tensor.of(new long[][] {{0}, {1}}), Index.from(1), new int[] {1, 0, 1})),
                unary("index.together", x -> x.index(Index.ALL, Tensor.of(new long[][] {{0}, {1}}), new int[] {1, 0, 1})),
                unary("index.mixed", x -> x.index(Index.NEW_AXIS, new int[] {0, 2}, 1)),
                unary("index.mask", x -> x.index(":", new boolean[] {true, false, true})).rejects(ShapeException.class,
                        "index: mask (2) does not fit dimension 0 of (3)", () -> Tensor.zeros(3).index(new boolean[] {true, false})),
                unary("index.mask2", x -> x.index(Tensor.arange(9).view(3, 3).remainder(2).eq(0))),
                unary("index.none", x -> x.index(Tensor.zeros(DType.INT64, 0))),
                many("nonzeroTuple", x -> x.nonzeroTuple()),
                unary("argwhere", x -> x.argwhere()),
                many("kthvalue", x -> both(x.kthvalue(2, -1))).rejects(ShapeException.class,
                        "kthvalue: k must be 1 to 2 for dimension 0 of (2), got 0", () -> Tensor.zeros(2).kthvalue(0, 0)),
                many("kthvalue.firstKept", x -> both(x.kthvalue(1, 0, true))),
                unary("msort", x -> x.msort()),
                binary("searchSorted", (s, v) -> Tensor.searchSorted(s, v)).rejects(ShapeException.class,
                        "searchSorted: values (3, 2) must have the leading dimensions of the sorted sequences (2, 2)",
                        () -> Tensor.searchSorted(Tensor.zeros(2, 2), Tensor.zeros(3, 2))),
                binary("searchSorted.right", (s, v) -> Tensor.searchSorted(s, v, true)),
                binary("bucketize", (v, s) -> v.bucketize(s)),
                binary("bucketize.right", (v, s) -> v.bucketize(s, true)),
                binary("isin", (x, t) -> x.isin(t)),
                binary("isin.inverted", (x, t) -> x.isin(t, true)));
    }

    private static List<OpCase> writing() {
        List<OpCase> rows = new ArrayList<>();
        for (int d = 0; d < 3; d++) {
            int dim = d;
            rows.add(nary("scatter." + d, x -> x[0].scatter(dim, x[1], x[2])));
            rows.add(binary("scatter.number" + d, (x, i) -> x.scatter(dim, i, 1.5)));
        }
        for (int d = 0; d < 2; d++) {
            int dim = d;
            rows.add(nary("indexAdd." + d, x -> x[0].indexAdd(dim, x[1], x[2])));
            rows.add(nary("indexAdd.alpha" + d, x -> x[0].indexAdd(dim, x[1], x[2], -1.5)));
            rows.add(nary("indexCopy." + d, x -> x[0].indexCopy(dim, x[1], x[2])));
            rows.add(binary("indexFill." + d, (x, i) -> x.indexFill(dim, i, -2.5)).rejects(ShapeException.class,
                    "indexFill: index 2 at position 0 is out of range for dimension 0 of (2); use -2 to 1",
                    () -> Tensor.zeros(2).indexFill(0, Tensor.of(new long[] {2}), 1)));
        }
        for (String how : List.of("sum", "prod", "mean", "amax", "amin")) {
            rows.add(nary("scatterReduce." + how, x -> x[0].scatterReduce(0, x[1], x[2], how, true)).slack(4));
            rows.add(nary("scatterReduce." + how + "Without", x -> x[0].scatterReduce(0, x[1], x[2], how, false)).slack(4));
        }
        rows.addAll(List.of(
                nary("scatter.scalar", x -> x[0].scatter(0, x[1], x[2])),
                nary("scatterAdd.smaller", x -> x[0].scatterAdd(1, x[1], x[2])),
                nary("indexPut", x -> x[0].indexPut(x[2], false, x[1])).inPlaceOf(x -> x[0].indexPutInPlace(x[2], false, x[1])).rejects(ShapeException.class,
                        "indexPut: values (3) do not broadcast to (2, 2), the shape of what is indexed",
                        () -> Tensor.zeros(3, 2).indexPut(Tensor.zeros(3), false, new int[] {0, 1})),
                nary("indexPut.two", x -> x[0].indexPut(x[3], false, x[1], x[2])).inPlaceOf(x -> x[0].indexPutInPlace(x[3], false, x[1], x[2])),
                nary("indexPut.add", x -> x[0].indexPut(x[3], true, x[1], x[2])).inPlaceOf(x -> x[0].indexPutInPlace(x[3], true, x[1], x[2])),
                nary("put", x -> x[0].put(x[1], x[2], false)),
                nary("put.add", x -> x[0].put(x[1], x[2], true)),
                nary("maskedScatter", x -> x[0].maskedScatter(x[1], x[2])).rejects(ShapeException.class,
                        "maskedScatter: the mask has 2 true elements, the source (1) only 1",
                        () -> Tensor.zeros(2).maskedScatter(Tensor.ones(DType.BOOL, 2), Tensor.zeros(1))),
                nary("selectScatter", x -> x[0].selectScatter(x[1], 1, -1)),
                nary("sliceScatter", x -> x[0].sliceScatter(x[1], 1, 1, 4, 2)),
                nary("diagonalScatter", x -> x[0].diagonalScatter(x[1], 1))));
        return rows;
    }

    private static List<OpCase> rules() {
        List<OpCase> rows = List.of(
                unary("arange.double", x -> Tensor.arange(0, 2.3, 0.25)),
                unary("arange.down", x -> Tensor.arange(3, -1, -0.7)).rejects(IllegalArgumentException.class,
                        "arange: a step of -0.5 does not lead from 0.0 to 1.0", () -> Tensor.arange(0.0, 1.0, -0.5)),
                unary("logspace", x -> Tensor.logspace(-2, 3, 7)),
                unary("logspace.2", x -> Tensor.logspace(0, 8, 5, 2)),
                unary("eye", x -> Tensor.eye(3, 5)),
                unary("trilIndices", x -> Tensor.trilIndices(4, 3, -1)),
                unary("triuIndices", x -> Tensor.triuIndices(3, 5, 1)),
                unary("full.long", x -> Tensor.full(7, 2, 3)),
                unary("full.double", x -> Tensor.full(7.5, 2, 3)));
        rows.forEach(OpCase::factory);
        return rows;
    }

    @Test
    void writesInPlace() {
        Tensor x = Tensor.zeros(3, 4);
        assertSame(x, x.setIndex(1, 0));
        x.setIndex(Tensor.of(new float[] {5, 6}), "1:", new int[] {0, -1});
        x.setIndex(Tensor.of(new float[] {7}), Index.ALL, 1);
        x.t().setIndex(9, new int[] {2}, 2);
        Close.assertExact("setIndex", Tensor.of(new float[][] {{1, 7, 1, 1}, {5, 7, 0, 6}, {5, 7, 9, 6}}), x);
        x.setIndex(-1, x.gt(6));
        assertEquals(-1, x.at(0, 1));
        assertThrows(ShapeException.class, () -> x.setIndex(Tensor.zeros(2), 0));

        Tensor y = Tensor.zeros(4);
        Tensor index = Tensor.of(new long[] {1, 1, 3});
        Tensor ones = Tensor.ones(3);
        y.scatterAddInPlace(0, index, ones).scatterInPlace(0, Tensor.of(new long[] {0}), 8).indexAddInPlace(0, index, ones);
        y.indexCopyInPlace(0, Tensor.of(new long[] {2}), Tensor.of(new float[] {3})).putInPlace(Tensor.of(new long[] {-1}), ones.narrow(0, 0, 1), true);
        Close.assertExact("in place", Tensor.of(new float[] {8, 4, 3, 3}), y);
        y.maskedScatterInPlace(y.eq(3), Tensor.of(new float[] {1, 2, 3})).indexFillInPlace(0, Tensor.of(new long[] {0}), 6);
        Close.assertExact("in place", Tensor.of(new float[] {6, 4, 1, 2}), y);
    }

    @Test
    void writesInPlaceInTheGraph() {
        Tensor leaf = Tensor.ones(3).setRequiresGrad(true);
        Tensor value = Tensor.scalar(2.0).setRequiresGrad(true);
        Tensor x = leaf.mul(3);
        x.setIndex(value, 1);
        x.mul(x).sum().backward();
        Close.assertExact("leaf", Tensor.of(new float[] {18, 0, 18}), leaf.grad());
        Close.assertExact("value", Tensor.scalar(4.0), value.grad());
    }

    @Test
    void sortsEveryTypeStably() {
        Random random = new Random(7);
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64, DType.UINT8}) {
            for (int n : new int[] {0, 1, 2, 15, 16, 17, 33, 100, 1000}) {
                double[] v = IntStream.range(0, n).mapToDouble(i -> random.nextInt(20) - (type == DType.UINT8 ? 0 : 9)).toArray();
                if (type.isFloating() && n > 3) {
                    v[1] = Double.NaN;
                    v[3] = Double.NEGATIVE_INFINITY;
                }
                for (boolean descending : new boolean[] {false, true}) {
                    long[] expected = IntStream.range(0, n).boxed().sorted((i, j) -> descending ? Double.compare(v[j] + 0.0, v[i] + 0.0)
                            : Double.compare(v[i] + 0.0, v[j] + 0.0)).mapToLong(i -> i).toArray();
                    assertArrayEquals(expected, Tensor.of(v, n).to(type).argsort(0, descending).toLongArray(), type + " " + n);
                }
            }
        }
        Tensor large = Tensor.of(new long[] {Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1, 0});
        assertArrayEquals(new long[] {1, 3, 2, 0}, large.argsort().toLongArray());
    }

    @Test
    void takesJavaArraysAndBuffers() {
        Close.assertExact("float[][][]", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 1, 3, 2), Tensor.of(new float[][][] {{{1, 2}, {3, 4}, {5, 6}}}));
        Close.assertExact("long[][]", Tensor.of(new long[] {1, 2}, 2, 1), Tensor.of(new long[][] {{1}, {2}}));
        assertEquals(Shape.of(2, 0), Tensor.of(new int[2][0]).shape());
        assertEquals(Shape.of(1, 1, 1, 2), Tensor.tensor(new boolean[][][][] {{{{true, false}}}}).shape());
        assertEquals(DType.INT64, Tensor.tensor(3).dtype());
        assertEquals("Tensor.of: an array at depth 1 has 1 elements, the first one 2",
                assertThrows(ShapeException.class, () -> Tensor.of(new double[][] {{1, 2}, {3}})).getMessage());
        ByteBuffer direct = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
        direct.asFloatBuffer().put(new float[] {1, 2, 3, 4});
        Tensor shared = Tensor.fromBuffer(direct.position(4), DType.FLOAT32);
        shared.setIndex(9, 0);
        assertEquals(9, direct.getFloat(4));
        assertEquals(Shape.of(3), shared.shape());
        Close.assertExact("FloatBuffer", Tensor.of(new float[] {2, 3}), Tensor.fromBuffer(FloatBuffer.wrap(new float[] {1, 2, 3}).position(1)));
        assertEquals("fromBuffer: (9) of int64 needs 72 bytes, the buffer has 12",
                assertThrows(ShapeException.class, () -> Tensor.fromBuffer(direct, DType.INT64, 9)).getMessage());
    }

    @Test
    void readsItems() {
        for (String bad : Arrays.asList("1:2:3:4", "a", "")) {
            assertThrows(IllegalArgumentException.class, () -> Tensor.zeros(3).index(bad), bad);
        }
        assertEquals("index: only one ellipsis is allowed, got 2",
                assertThrows(ShapeException.class, () -> Tensor.zeros(3).index("...", "...")).getMessage());
    }
}
