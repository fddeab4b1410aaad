package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static io.candela.backend.cuda.KernelCheck.assertSame;
import static io.candela.backend.cuda.KernelCheck.cpu;
import static io.candela.backend.cuda.KernelCheck.data;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.backend.Backend;
import io.candela.backend.Backends;
import io.candela.backend.ReduceKernels;
import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every reduction and scan against the CPU's, on a simulated device. */
class CudaReduceTest {
    private static ReduceKernels device;

    /** An operand and how many of its last dimensions are reduced. */
    private record Case(int[] base, UnaryOperator<Tensor> view, int dims) {}

    private static final List<Case> CASES = List.of(
            new Case(new int[] {5, 1}, t -> t, 1), new Case(new int[] {7, 3}, t -> t, 1), new Case(new int[] {300, 4}, t -> t, 1),
            new Case(new int[] {3, 100}, t -> t, 1), new Case(new int[] {2, 1027}, t -> t, 1), new Case(new int[] {6001}, t -> t, 1),
            new Case(new int[] {2, 6144}, t -> t, 1), new Case(new int[] {9, 33}, Tensor::t, 1), new Case(new int[] {700, 70}, Tensor::t, 1),
            new Case(new int[] {5000, 2}, Tensor::t, 1), new Case(new int[] {4, 5, 6, 7}, t -> t.permute(1, 3, 0, 2), 2),
            new Case(new int[] {4, 6, 10}, t -> t.narrow(2, 1, 8), 2), new Case(new int[] {4, 6, 10}, t -> t, 0), new Case(new int[] {6}, t -> t, 0),
            new Case(new int[] {3, 5}, t -> t.unsqueeze(1).expand(3, 4, 5), 2), new Case(new int[] {0, 4}, t -> t, 1));

    @BeforeAll
    static void find() {
        Assumptions.assumeTrue(Backends.isUsable(CUDA), "needs g++");
        device = Backend.of(Tensor.zeros(1).to(CUDA)).reduce();
    }

    /** NaN and infinity are looked at in two types. */
    private static boolean[] withSpecial(DType type) {
        return type == DType.FLOAT32 || type == DType.BFLOAT16 ? new boolean[] {false, true} : new boolean[] {false};
    }

    private static int[] kept(Tensor x, int dims) {
        return Arrays.copyOf(x.shape().dims(), x.dim() - dims);
    }

    /** Without NaN and infinity, as these hide the rest. */
    private static Tensor finite(DType type, long seed, int... dims) {
        return type.isFloating() ? randomly(seed, 0, 3, dims).to(type) : data(type, seed, dims);
    }

    private static Tensor randomly(long seed, double mean, double std, int... dims) {
        Random random = new Random(seed);
        double[] v = new double[Shape.of(dims).numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = mean + std * random.nextGaussian();
        }
        return Tensor.of(v, dims);
    }

    @ParameterizedTest
    @EnumSource(Reduction.class)
    void reductions(Reduction reduction) {
        for (DType type : DType.values()) {
            boolean floating = reduction == Reduction.MEAN || reduction == Reduction.SQUARED_DEVIATION;
            if (floating && !type.isFloating()) {
                continue;
            }
            DType result = reduction == Reduction.ANY || reduction == Reduction.ALL ? DType.BOOL
                    : type.isFloating() || reduction == Reduction.MAX || reduction == Reduction.MIN ? type : DType.INT64;
            for (Case c : CASES) {
                for (boolean special : withSpecial(type)) {
                    Tensor base = special ? data(type, 1, c.base) : reduction == Reduction.PROD && type.isFloating()
                            ? randomly(1, 1, 0.001, c.base).to(type) : finite(type, 1, c.base);
                    Tensor x = c.view.apply(base);
                    Tensor expected = Tensor.zeros(result, kept(x, c.dims));
                    cpu().reduce().reduce(reduction, x, c.dims, expected);
                    Tensor actual = expected.zerosLike().to(CUDA);
                    device.reduce(reduction, c.view.apply(base.to(CUDA)), c.dims, actual);
                    // a float32 sum on the CPU adds a few elements in float before it goes on in double
                    assertSame(reduction + " " + type + " " + x.shape() + " over " + c.dims + (special ? ", special" : ""), expected, actual,
                            type == DType.FLOAT64 ? 1 << 16 : 64, true);
                }
            }
        }
    }

    @Test
    void sumsOfNothing() {
        for (Reduction reduction : new Reduction[] {Reduction.SUM, Reduction.MEAN, Reduction.PROD, Reduction.ANY, Reduction.ALL, Reduction.SQUARED_DEVIATION}) {
            Tensor x = Tensor.zeros(3, 0);
            Tensor expected = Tensor.zeros(3);
            cpu().reduce().reduce(reduction, x, 1, expected);
            Tensor actual = Tensor.zeros(3).to(CUDA);
            device.reduce(reduction, x.to(CUDA), 1, actual);
            assertSame(reduction + " of nothing", expected, actual, 0);
        }
    }

    @Test
    void deviationsFromALargeMean() {
        Tensor x = randomly(3, 1e6, 1e-2, 3, 20000);
        Tensor expected = Tensor.zeros(DType.FLOAT64, 3);
        cpu().reduce().reduce(Reduction.SQUARED_DEVIATION, x, 1, expected);
        Tensor actual = expected.zerosLike().to(CUDA);
        device.reduce(Reduction.SQUARED_DEVIATION, x.to(CUDA), 1, actual);
        assertArrayEquals(expected.toDoubleArray(), actual.to(x.device()).toDoubleArray(), 1e-6);
        Tensor equal = Tensor.full(Shape.of(70000), 0.1, DType.FLOAT32, CUDA);
        Tensor none = Tensor.zeros(1).to(CUDA);
        device.reduce(Reduction.SQUARED_DEVIATION, equal, 1, none.view());
        assertEquals(0, none.to(x.device()).toDoubleArray()[0]);
    }

    @Test
    void positionsOfExtremes() {
        for (DType type : DType.values()) {
            for (Case c : CASES) {
                for (boolean special : withSpecial(type)) {
                    Tensor base = special ? data(type, 2, c.base) : finite(type, 2, c.base);
                    Tensor x = c.view.apply(base);
                    if (x.dim() == 0 || x.size(-1) == 0) {
                        continue;
                    }
                    for (boolean largest : new boolean[] {true, false}) {
                        Tensor expected = Tensor.zeros(DType.INT64, kept(x, 1));
                        cpu().reduce().argExtreme(largest, x, expected);
                        Tensor actual = expected.zerosLike().to(CUDA);
                        device.argExtreme(largest, c.view.apply(base.to(CUDA)), actual);
                        assertSame("argExtreme " + largest + " " + type + " " + x.shape(), expected, actual, 0);
                    }
                }
            }
        }
    }

    private static void scans(String what, DType type, DType result, boolean special, BiConsumer<Tensor, Tensor> cpu, BiConsumer<Tensor, Tensor> cuda) {
        for (int[] dims : new int[][] {{1}, {5}, {2, 1027}, {5000}, {7, 3}, {0, 3}, {3, 0}}) {
            Tensor base = special ? data(type, 3, dims) : finite(type, 3, dims);
            for (boolean transposed : new boolean[] {false, true}) {
                if (transposed && dims.length < 2) {
                    continue;
                }
                Tensor x = transposed ? base.t() : base;
                Tensor there = base.to(CUDA);
                Tensor expected = Tensor.zeros(x.shape(), result, x.device());
                cpu.accept(x, expected);
                Tensor actual = Tensor.zeros(x.shape(), result, CUDA);
                cuda.accept(transposed ? there.t() : there, actual);
                assertSame(what + " " + type + " " + x.shape(), expected, actual, type == DType.FLOAT64 ? 1 << 14 : 16, true);
            }
        }
    }

    @Test
    void scans() {
        ReduceKernels cpu = cpu().reduce();
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.INT64, DType.UINT8)) {
            DType result = type.isFloating() ? type : DType.INT64;
            for (boolean special : withSpecial(type)) {
                scans("cumsum", type, result, special, cpu::cumulativeSum, device::cumulativeSum);
                scans("cummax", type, DType.INT64, special, (x, out) -> cpu.cumulativeExtreme(true, x, out), (x, out) -> device.cumulativeExtreme(true, x, out));
                scans("cummin", type, DType.INT64, special, (x, out) -> cpu.cumulativeExtreme(false, x, out), (x, out) -> device.cumulativeExtreme(false, x, out));
                if (type.isFloating()) {
                    scans("logcumsumexp", type, type, special, cpu::cumulativeLogSumExp, device::cumulativeLogSumExp);
                } else {
                    scans("cumprod", type, result, special, cpu::cumulativeProduct, device::cumulativeProduct);
                }
            }
        }
        Tensor x = randomly(4, 1, 0.01, 3, 5000);
        Tensor expected = x.zerosLike();
        cpu.cumulativeProduct(x, expected);
        Tensor actual = x.zerosLike().to(CUDA);
        device.cumulativeProduct(x.to(CUDA), actual);
        assertSame("cumprod", expected, actual, 1 << 14);
    }

    @Test
    void mediansAndModes() {
        for (DType type : DType.values()) {
            for (int[] dims : new int[][] {{1, 1}, {3, 2}, {4, 7}, {2, 700}, {1, 3000}}) {
                Tensor x = type.isFloating() ? Tensor.cat(1, data(type, 1, dims), data(type, 2, dims).round()) : data(type, 1, dims);
                Tensor few = finite(type, 3, dims).to(DType.INT8).to(type); // many are equal
                for (Tensor t : new Tensor[] {x, few, x.t().contiguous().t()}) {
                    for (int k = 0; k < 3; k++) {
                        Tensor expected = Tensor.zeros(Shape.of(dims[0]), DType.INT64, Device.CPU);
                        Tensor actual = expected.to(CUDA);
                        if (k < 2) {
                            cpu().reduce().median(k == 1, t, expected);
                            device.median(k == 1, t.to(CUDA), actual);
                        } else {
                            cpu().reduce().mode(t, expected);
                            device.mode(t.to(CUDA), actual);
                        }
                        assertArrayEquals(expected.toLongArray(), actual.toLongArray(), type + " " + k + " " + t.shape());
                    }
                }
            }
        }
        Tensor nothing = Tensor.of(new float[] {Float.NaN, Float.NaN, 1, Float.NaN, 1, Float.NaN}, 2, 3).to(CUDA);
        assertArrayEquals(new long[] {0, 0}, nothing.median(1).indices().toLongArray());
        assertArrayEquals(new long[] {2, 1}, nothing.mode(1).indices().toLongArray());
    }
}
