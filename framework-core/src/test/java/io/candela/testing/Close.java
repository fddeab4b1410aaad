package io.candela.testing;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import org.junit.jupiter.api.Assertions;

/** Compares tensors element by element, on whatever devices they are. NaN equals NaN, infinities must agree. */
public final class Close {
    private Close() {}

    /** How far float32 may be off beside 1, one rounding each for a function and for the sums around it. */
    public static final double FLOAT = 2e-6;
    /** How far the half types may be off beside 1: the distance of neighbours. */
    public static final double FLOAT16 = 0x1p-10;
    /** As {@link #FLOAT16}. */
    public static final double BFLOAT16 = 0x1p-7;
    /** How far float64 may be off beside 1. */
    public static final double DOUBLE = 1e-12;

    /** Shape and type must be equal, and elements within {@code slack} times the usual error of their type. */
    public static void assertClose(Object what, Tensor expected, Tensor actual, double slack) {
        Assertions.assertEquals(expected.dtype(), actual.dtype(), () -> what + ": type");
        assertCloseValues(what, expected, actual, slack * switch (expected.dtype()) {
            case FLOAT32 -> FLOAT;
            case FLOAT16 -> FLOAT16;
            case BFLOAT16 -> BFLOAT16;
            default -> DOUBLE;
        });
    }

    /** Shape must be equal, and elements within {@code tolerance}, relative above 1 and absolute below. */
    public static void assertCloseValues(Object what, Tensor expected, Tensor actual, double tolerance) {
        Assertions.assertEquals(expected.shape(), actual.shape(), () -> what + ": shape");
        if (!expected.dtype().isFloating() && !actual.dtype().isFloating()) {
            Assertions.assertArrayEquals(here(expected).toLongArray(), here(actual).toLongArray(), what::toString);
            return;
        }
        double[] e = here(expected).toDoubleArray();
        double[] a = here(actual).toDoubleArray();
        for (int i = 0; i < e.length; i++) {
            boolean same = Double.isFinite(e[i]) && Double.isFinite(a[i]) ? Math.abs(e[i] - a[i]) <= tolerance * Math.max(1, Math.abs(e[i]))
                    : e[i] == a[i] || e[i] != e[i] && a[i] != a[i];
            if (!same) {
                Assertions.fail(what + ": element " + i + " of " + expected.shape() + ": expected " + e[i] + ", got " + a[i]);
            }
        }
    }

    /** Shape, type and every bit must be equal; all NaNs count as one. */
    public static void assertExact(Object what, Tensor expected, Tensor actual) {
        Assertions.assertEquals(expected.dtype(), actual.dtype(), () -> what + ": type");
        Assertions.assertEquals(expected.shape(), actual.shape(), () -> what + ": shape");
        if (expected.dtype().isFloating()) {
            double[] e = here(expected).toDoubleArray();
            double[] a = here(actual).toDoubleArray();
            for (int i = 0; i < e.length; i++) {
                if (Double.doubleToLongBits(e[i]) != Double.doubleToLongBits(a[i])) {
                    Assertions.fail(what + ": element " + i + " of " + expected.shape() + ": expected exactly " + e[i] + ", got " + a[i]);
                }
            }
        } else {
            Assertions.assertArrayEquals(here(expected).toLongArray(), here(actual).toLongArray(), what::toString);
        }
    }

    /** On the CPU, so that no other device's conversions take part. */
    private static Tensor here(Tensor x) {
        return x.detach().to(Device.CPU);
    }
}
