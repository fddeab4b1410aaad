package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.fail;

import io.candela.backend.cpu.CpuBackend;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Compares kernels of a device with the CPU's on the same elements in the same order of memory. */
final class KernelCheck {
    static final Device CUDA = Device.cuda(0);
    /** Numbers at which functions differ from one another, and from themselves next to them. */
    private static final double[] SPECIAL = {0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 20, 21, 7.25, -7.25, 1e-3, 100, -100, 6, -6, 2.5, -2.5, 0.99, -0.99,
        Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 30.5, 1e10, -1e10, 5e-324};

    private KernelCheck() {}

    /** How a tensor lies in memory: a view of a contiguous one. */
    record View(String name, int[] base, UnaryOperator<Tensor> of) {
        Tensor empty(DType dtype, Device device) {
            return of.apply(Tensor.zeros(Shape.of(base), dtype, device));
        }
    }

    static View contiguous(int... dims) {
        return new View("contiguous " + Shape.of(dims), dims, t -> t);
    }

    /** Elements of a type: special ones first, then random ones, as far as the type has them. */
    static Tensor data(DType dtype, long seed, int... dims) {
        Random random = new Random(seed);
        int n = Shape.of(dims).numel();
        int shift = (int) seed;
        if (dtype.isFloating()) {
            double[] v = new double[n];
            for (int i = 0; i < n; i++) {
                v[i] = i < n / 2 ? SPECIAL[(i + shift * 7) % SPECIAL.length] : random.nextGaussian() * 3;
            }
            return Tensor.of(v, dims).to(dtype);
        }
        long[] v = new long[n];
        for (int i = 0; i < n; i++) {
            v[i] = dtype == DType.BOOL ? random.nextInt(2) : i % 5 == 0 ? random.nextLong() : random.nextInt(21) - 10;
        }
        return Tensor.of(v, dims).to(dtype);
    }

    /** The elements of {@code view}, on the CPU; with {@link #onDevice} the same on a device. */
    static Tensor data(View view, DType dtype, long seed) {
        return view.of.apply(data(dtype, seed, view.base));
    }

    static Tensor onDevice(View view, DType dtype, long seed) {
        return view.of.apply(data(dtype, seed, view.base).to(CUDA));
    }

    static CpuBackend cpu() {
        return CpuBackend.INSTANCE;
    }

    /** Fails unless the elements are equal up to some units in the last place of the type. */
    static void assertSame(String what, Tensor expected, Tensor actual, double units) {
        assertSame(what, expected, actual, units, false);
    }

    /** @param cancels whether what is lost beside terms of the size of 1 and 10 is allowed, too */
    static void assertSame(String what, Tensor expected, Tensor actual, double units, boolean cancels) {
        double[] e = expected.toDoubleArray();
        double[] a = actual.to(Device.CPU).toDoubleArray();
        if (e.length != a.length) {
            fail(what + ": " + e.length + " elements against " + a.length);
        }
        double unit = switch (expected.dtype()) {
            case FLOAT32 -> 0x1p-23;
            case FLOAT64 -> 0x1p-52;
            case FLOAT16 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            default -> 0;
        };
        double least = cancels ? 16 : switch (expected.dtype()) {
            case FLOAT32, BFLOAT16 -> 0x1p-126;
            case FLOAT64 -> 0x1p-1000;
            case FLOAT16 -> 0x1p-14;
            default -> 0;
        };
        for (int i = 0; i < e.length; i++) {
            boolean same = Double.compare(e[i], a[i]) == 0 || e[i] == a[i]
                    || Math.abs(e[i] - a[i]) <= units * unit * Math.max(Math.abs(e[i]), least);
            if (!same) {
                fail("%s: element %d is %s, on the CPU %s".formatted(what, i, a[i], e[i]));
            }
        }
    }
}
