package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static io.candela.backend.cuda.KernelCheck.assertSame;
import static io.candela.backend.cuda.KernelCheck.cpu;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.backend.Backend;
import io.candela.backend.NormKernels;
import io.candela.nn.BatchNorm2d;
import io.candela.nn.ReLU;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Normalization against the CPU's, on a simulated device: both statistics, both orders of memory. */
class CudaNormTest {
    private static final int[][] SHAPES = {{4, 6, 3, 5}, {3, 40, 2, 2}, {50, 6}, {2, 6, 40, 33}, {1, 6, 1, 1}};

    private static NormKernels device;

    @BeforeAll
    static void find() {
        Assumptions.assumeTrue(io.candela.backend.Backends.isUsable(CUDA), "needs g++");
        device = Backend.of(Tensor.zeros(1).to(CUDA)).norm();
    }

    private static Tensor data(DType type, long seed, double mean, int... dims) {
        Random random = new Random(seed);
        double[] v = new double[Shape.of(dims).numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = random.nextGaussian() + mean;
        }
        return Tensor.of(v, dims).to(type);
    }

    private static Tensor in(Tensor x, MemoryFormat format) {
        return x.dim() == 4 ? x.contiguous(format) : x;
    }

    private interface Body {
        void run(String what, Tensor x, Tensor statistics);
    }

    private static void forAll(Body body) {
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (int[] dims : type == DType.FLOAT64 ? new int[][] {SHAPES[0]} : SHAPES) {
                for (MemoryFormat format : List.of(MemoryFormat.CONTIGUOUS, MemoryFormat.CHANNELS_LAST)) {
                    Tensor x = in(data(type, 1, 5, dims), format);
                    for (int groups : new int[] {0, 1, 2, dims[1]}) {
                        Tensor statistics = groups == 0 ? Tensor.zeros(DType.FLOAT64, dims[1]) : Tensor.zeros(DType.FLOAT64, dims[0], groups);
                        body.run(type + " " + x.shape() + " " + format + " " + statistics.shape(), x, statistics);
                    }
                }
            }
        }
    }

    private static Tensor there(Tensor t) {
        if (t == null) {
            return null;
        }
        return t.isContiguous() ? t.to(CUDA) : t.to(CUDA).contiguous(MemoryFormat.CHANNELS_LAST);
    }

    private static Tensor like(Tensor x) {
        return x.isContiguous() ? x.zerosLike() : x.zerosLike().contiguous(MemoryFormat.CHANNELS_LAST);
    }

    @Test
    void moments() {
        forAll((what, x, statistics) -> {
            Tensor mean = statistics.zerosLike();
            Tensor variance = statistics.zerosLike();
            cpu().norm().moments(x, mean, variance);
            Tensor m = there(mean.zerosLike());
            Tensor v = there(mean.zerosLike());
            device.moments(there(x), m, v);
            assertSame(what + " mean", mean.to(x.dtype()), m.to(x.dtype()), 8);
            assertSame(what + " variance", variance.to(x.dtype()), v.to(x.dtype()), 32, true);
        });
    }

    @Test
    void momentsOfNumbersFarFromZero() {
        Tensor x = data(DType.FLOAT32, 1, 1e6, 3, 4, 20, 30);
        Tensor mean = Tensor.zeros(DType.FLOAT64, 4).to(CUDA);
        Tensor variance = Tensor.zeros(DType.FLOAT64, 4).to(CUDA);
        device.moments(x.to(CUDA), mean, variance);
        Tensor wide = x.to(DType.FLOAT64);
        assertSame("variance", wide.var(0, false, 0, 2, 3), variance, 0x1p20);
        Tensor infinite = Tensor.full(Double.POSITIVE_INFINITY, 2, 1, 3).to(CUDA);
        device.moments(infinite, mean.narrow(0, 0, 1), variance.narrow(0, 0, 1));
        assertEquals(Double.POSITIVE_INFINITY, mean.toDoubleArray()[0]);
    }

    @Test
    void results() {
        forAll((what, x, statistics) -> {
            int c = x.size(1);
            Tensor mean = statistics.add(5.1);
            Tensor inverse = statistics.add(0.9);
            Tensor residual = in(data(x.dtype(), 7, 0, x.shape().toArray()), x.isContiguous() ? MemoryFormat.CONTIGUOUS : MemoryFormat.CHANNELS_LAST);
            for (Tensor weight : new Tensor[] {null, data(x.dtype(), 2, 1, c)}) {
                Tensor bias = weight == null ? null : data(x.dtype(), 3, 0, c);
                Tensor expected = like(x);
                Tensor actual = there(like(x));
                cpu().norm().normalize(x, mean, inverse, weight, bias, expected);
                device.normalize(there(x), there(mean), there(inverse), there(weight), there(bias), actual);
                assertSame(what, expected, actual, 2, true);
                for (Tensor r : new Tensor[] {null, residual}) {
                    cpu().norm().normalizeRelu(x, mean, inverse, weight, bias, r, expected);
                    device.normalizeRelu(there(x), there(mean), there(inverse), there(weight), there(bias), there(r), actual);
                    assertSame(what + " rectified", expected, actual, 2, true);
                }
            }
        });
    }

    @Test
    void gradients() {
        forAll((what, x, statistics) -> {
            int c = x.size(1);
            DType type = x.dtype();
            Tensor mean = statistics.add(5.1);
            Tensor inverse = statistics.add(0.9);
            MemoryFormat format = x.isContiguous() ? MemoryFormat.CONTIGUOUS : MemoryFormat.CHANNELS_LAST;
            Tensor g = in(data(type, 7, 0, x.shape().toArray()), format);
            Tensor y = in(data(type, 8, 0, x.shape().toArray()), format);
            double units = type == DType.FLOAT64 ? 256 : x.numel();
            for (boolean constant : new boolean[] {false, true}) {
                Tensor weight = constant ? null : data(type, 2, 1, c);
                Tensor bias = data(type, 3, 0, c);
                Tensor[] e = {like(x), Tensor.zeros(type, c), Tensor.zeros(type, c), like(x)};
                Tensor[] a = {there(like(x)), there(e[1]), there(e[2]), there(like(x))};
                cpu().norm().normalizeGrad(g, x, mean, inverse, weight, constant, e[0], e[1], e[2]);
                device.normalizeGrad(there(g), there(x), there(mean), there(inverse), there(weight), constant, a[0], a[1], a[2]);
                check(what + " constant " + constant, e, a, units);
                device.normalizeGrad(there(g), there(x), there(mean), there(inverse), there(weight), constant, a[3], null, null);
                assertSame(what + " alone", e[0], a[3], units, true);
                cpu().norm().normalizeReluGrad(g, x, y, mean, inverse, weight, bias, constant, e[0], e[1], e[2], e[3]);
                device.normalizeReluGrad(there(g), there(x), there(y), there(mean), there(inverse), there(weight), there(bias), constant, a[0], a[1],
                        a[2], a[3]);
                check(what + " rectified", e, a, units);
                cpu().norm().normalizeReluGrad(g, x, null, mean, inverse, weight, bias, constant, e[0], e[1], e[2], null);
                device.normalizeReluGrad(there(g), there(x), null, there(mean), there(inverse), there(weight), there(bias), constant, a[0], a[1], a[2],
                        null);
                check(what + " computed again", e, a, units);
            }
        });
    }

    private static void check(String what, Tensor[] expected, Tensor[] actual, double units) {
        String[] names = {"input", "weight", "bias", "residual"};
        for (int i = 0; i < names.length; i++) {
            assertSame(what + " " + names[i], expected[i], actual[i], units, true);
        }
    }

    /** Inputs of 16 bits with weights of float32, as autocast has them, against the CPU's layers one after the other. */
    @Test
    void halves() {
        for (DType type : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            for (MemoryFormat format : MemoryFormat.values()) {
                for (boolean joined : new boolean[] {false, true}) {
                    BatchNorm2d norm = new BatchNorm2d(6);
                    norm.weight().detach().copyFrom(data(DType.FLOAT32, 4, 1, 6));
                    norm.bias().detach().copyFrom(data(DType.FLOAT32, 5, 0, 6));
                    Tensor[][] runs = new Tensor[2][];
                    for (int there = 0; there < 2; there++) {
                        Device where = there == 0 ? Device.CPU : CUDA;
                        norm.to(where);
                        norm.zeroGrad();
                        norm.resetRunningStats();
                        Tensor x = in(data(type, 1, 2, 4, 6, 5, 3), format).to(where).detach().setRequiresGrad(true);
                        Tensor residual = in(data(type, 2, 0, 4, 6, 5, 3), format).to(where).detach().setRequiresGrad(true);
                        Tensor y = joined ? norm.forward(x, residual, new ReLU()) : norm.forward(x);
                        assertEquals(type, y.dtype());
                        y.backward(in(data(type, 3, 0, 4, 6, 5, 3), format).to(where));
                        runs[there] = new Tensor[] {y.detach(), x.grad(), norm.weight().grad(), norm.bias().grad(), norm.runningVar(),
                            joined ? residual.grad() : y.detach()};
                        for (int i = 0; i < 6; i++) {
                            runs[there][i] = runs[there][i].to(Device.CPU).clone();
                        }
                    }
                    for (int i = 0; i < 6; i++) {
                        String what = type + " " + format + " joined " + joined + " tensor " + i;
                        assertEquals(runs[0][i].dtype(), runs[1][i].dtype(), what);
                        assertSame(what, runs[0][i], runs[1][i], i == 2 || i == 3 ? 64 : 1, i > 0 && i < 5);
                    }
                }
            }
        }
    }

    @Test
    void emptyInputs() {
        Tensor x = Tensor.zeros(0, 3, 2).to(CUDA);
        Tensor ones = Tensor.ones(DType.FLOAT64, 3).to(CUDA);
        Tensor weight = Tensor.ones(3).to(CUDA);
        Tensor bias = Tensor.ones(3).to(CUDA);
        device.normalize(x, ones, ones, null, null, x);
        device.normalizeGrad(x, x, ones, ones, null, false, x, weight, bias);
        assertSame("weight", Tensor.zeros(3), weight, 0);
        assertSame("bias", Tensor.zeros(3), bias, 0);
    }
}
