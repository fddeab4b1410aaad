package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Element by element loops over heap blocks of longs: all integer types compute in them and wrap when stored.
 *
 * <p>Each loop is a method of its own, small enough that HotSpot compiles and vectorizes it by itself.
 */
final class LongLoops {
    private LongLoops() {}

    /** {@code out[i] = kernel(x[i])} for i below n. */
    static void unary(UnaryKernel kernel, long[] x, long[] out, int n) {
        switch (kernel) {
            case NEG -> neg(x, out, n);
            case ABS -> abs(x, out, n);
            case SIGN -> sign(x, out, n);
            case SQUARE -> square(x, out, n);
            case RELU -> relu(x, out, n);
            case BITWISE_NOT -> each(v -> ~v, x, out, n);
            case FLOOR, CEIL, ROUND, TRUNC -> System.arraycopy(x, 0, out, 0, n);
            default -> throw new AssertionError(kernel + " computes in floating point");
        }
    }

    /** {@code out[i] = kernel(a[i], b[i])} for i below n. */
    static void binary(BinaryKernel kernel, long[] a, long[] b, long[] out, int n) {
        switch (kernel) {
            case ADD -> add(a, b, out, n);
            case SUB -> sub(a, b, out, n);
            case RSUB -> rsub(a, b, out, n);
            case MUL -> mul(a, b, out, n);
            case POW -> pow(a, b, out, n);
            case MAXIMUM -> maximum(a, b, out, n);
            case MINIMUM -> minimum(a, b, out, n);
            case REMAINDER -> remainder(a, b, out, n);
            case FMOD -> each((v, w) -> v % w, a, b, out, n);
            case FLOOR_DIVIDE -> each(Math::floorDiv, a, b, out, n);
            case TRUNC_DIVIDE -> each((v, w) -> v / w, a, b, out, n);
            case HEAVISIDE -> each((v, w) -> v == 0 ? w : v < 0 ? 0 : 1, a, b, out, n);
            case FMAX -> maximum(a, b, out, n);
            case FMIN -> minimum(a, b, out, n);
            case BITWISE_AND -> each((v, w) -> v & w, a, b, out, n);
            case BITWISE_OR -> each((v, w) -> v | w, a, b, out, n);
            case BITWISE_XOR -> each((v, w) -> v ^ w, a, b, out, n);
            case BITWISE_LEFT_SHIFT -> each((v, w) -> w < 0 || w > 63 ? 0 : v << w, a, b, out, n);
            case BITWISE_RIGHT_SHIFT -> each((v, w) -> v >> (w < 0 || w > 63 ? 63 : w), a, b, out, n);
            case GCD -> each(LongLoops::gcd, a, b, out, n);
            case LCM -> each((v, w) -> v == 0 || w == 0 ? 0 : Math.abs(v / gcd(v, w) * w), a, b, out, n);
            default -> throw new AssertionError(kernel);
        }
    }

    private static void each(LongUnaryOperator function, long[] x, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = function.applyAsLong(x[i]);
        }
    }

    private static void each(LongBinaryOperator function, long[] a, long[] b, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = function.applyAsLong(a[i], b[i]);
        }
    }

    private static long gcd(long a, long b) {
        return b == 0 ? Math.abs(a) : gcd(b, a % b);
    }

    /** {@code out[i] = kernel(a[i], b[i])} as 0 or 1, for i below n. */
    static void predicate(BinaryKernel kernel, long[] a, long[] b, byte[] out, int n) {
        switch (kernel) {
            case EQ -> eq(a, b, out, n);
            case NE -> ne(a, b, out, n);
            case LT -> lt(a, b, out, n);
            case LE -> le(a, b, out, n);
            case GT -> gt(a, b, out, n);
            case GE -> ge(a, b, out, n);
            case AND -> and(a, b, out, n);
            case OR -> or(a, b, out, n);
            case XOR -> xor(a, b, out, n);
            default -> throw new AssertionError(kernel);
        }
    }

    private static void neg(long[] x, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = -x[i];
        }
    }

    private static void abs(long[] x, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.abs(x[i]);
        }
    }

    private static void sign(long[] x, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Long.signum(x[i]);
        }
    }

    private static void square(long[] x, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] * x[i];
        }
    }

    private static void relu(long[] x, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.max(x[i], 0);
        }
    }

    private static void add(long[] a, long[] b, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] + b[i];
        }
    }

    private static void sub(long[] a, long[] b, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] - b[i];
        }
    }

    private static void rsub(long[] a, long[] b, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = b[i] - a[i];
        }
    }

    private static void mul(long[] a, long[] b, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] * b[i];
        }
    }

    private static void pow(long[] a, long[] b, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = power(a[i], b[i]);
        }
    }

    private static void maximum(long[] a, long[] b, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.max(a[i], b[i]);
        }
    }

    private static void minimum(long[] a, long[] b, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.min(a[i], b[i]);
        }
    }

    private static void remainder(long[] a, long[] b, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.floorMod(a[i], b[i]);
        }
    }

    private static void eq(long[] a, long[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] == b[i] ? 1 : 0);
        }
    }

    private static void ne(long[] a, long[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != b[i] ? 1 : 0);
        }
    }

    private static void lt(long[] a, long[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] < b[i] ? 1 : 0);
        }
    }

    private static void le(long[] a, long[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] <= b[i] ? 1 : 0);
        }
    }

    private static void gt(long[] a, long[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] > b[i] ? 1 : 0);
        }
    }

    private static void ge(long[] a, long[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] >= b[i] ? 1 : 0);
        }
    }

    private static void and(long[] a, long[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != 0 & b[i] != 0 ? 1 : 0);
        }
    }

    private static void or(long[] a, long[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != 0 | b[i] != 0 ? 1 : 0);
        }
    }

    private static void xor(long[] a, long[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != 0 ^ b[i] != 0 ? 1 : 0);
        }
    }

    private static long power(long base, long exponent) {
        long result = 1;
        long square = base;
        for (long e = exponent; e > 0; e >>= 1) {
            if ((e & 1) == 1) {
                result *= square;
            }
            square *= square;
        }
        return exponent >= 0 ? result : base == 1 ? 1 : base == -1 ? (exponent & 1) == 0 ? 1 : -1 : 0;
    }

    /** Converts to the type of an operation: a wider operand of it, such as a 0-d tensor beside others, wraps before. */
    static void wrap(DType type, long[] x, int n) {
        if (type == DType.INT32) {
            for (int i = 0; i < n; i++) {
                x[i] = (int) x[i];
            }
        } else if (type == DType.UINT8) {
            for (int i = 0; i < n; i++) {
                x[i] &= 0xFF;
            }
        } else if (type == DType.INT16) {
            for (int i = 0; i < n; i++) {
                x[i] = (short) x[i];
            }
        } else if (type == DType.INT8) {
            for (int i = 0; i < n; i++) {
                x[i] = (byte) x[i];
            }
        }
    }
}
