package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * Element by element loops over heap blocks of floats; functions are computed in double and rounded once.
 *
 * <p>Each loop is a method of its own, small enough that HotSpot compiles and vectorizes it by itself.
 */
final class FloatLoops {
    /** Elements from which vectors pay for functions. */
    private static final int VECTORS = 16;
    /** Elements from which they pay for a single condition: the way of bits through native memory is longer than a few of those. */
    private static final int MANY = 256;

    private FloatLoops() {}

    /** {@code out[i] = kernel(x[i])} for i below n. */
    static void unary(UnaryKernel kernel, float[] x, float[] out, int n) {
        if (n >= VECTORS && isFunction(kernel, n) && HostThread.current().math().unary(kernel, x, out, n)) {
            return;
        }
        switch (kernel) {
            case NEG -> neg(x, out, n);
            case ABS -> abs(x, out, n);
            case SIGN -> sign(x, out, n);
            case SQUARE -> square(x, out, n);
            case RELU -> relu(x, out, n);
            case FLOOR -> floor(x, out, n);
            case CEIL -> ceil(x, out, n);
            case ROUND -> round(x, out, n);
            case TRUNC -> trunc(x, out, n);
            case EXP -> exp(x, out, n);
            case LOG -> log(x, out, n);
            case LOG1P -> log1p(x, out, n);
            case EXPM1 -> expm1(x, out, n);
            case SQRT -> sqrt(x, out, n);
            case RSQRT -> rsqrt(x, out, n);
            case RECIPROCAL -> reciprocal(x, out, n);
            case SIGMOID -> sigmoid(x, out, n);
            case TANH -> tanh(x, out, n);
            case SIN -> sin(x, out, n);
            case COS -> cos(x, out, n);
            default -> each(Functions.of(kernel), x, out, n);
        }
    }

    /** Whether there is more to it than one instruction. */
    private static boolean isFunction(UnaryKernel kernel, int n) {
        return switch (kernel) {
            case RELU -> n >= MANY;
            case NEG, ABS, SQUARE, SQRT, RSQRT, RECIPROCAL, ROUND -> false;
            default -> true;
        };
    }

    private static boolean isLong(BinaryKernel kernel) {
        return kernel == BinaryKernel.POW || kernel == BinaryKernel.REMAINDER || kernel == BinaryKernel.FMOD;
    }

    /** {@code out[i] = kernel(a[i], b[i])} for i below n. */
    static void binary(BinaryKernel kernel, float[] a, float[] b, float[] out, int n) {
        if (n >= VECTORS && isLong(kernel)) {
            HostThread.current().math().binary(kernel, a, b, out, n);
            return;
        }
        switch (kernel) {
            case ADD -> add(a, b, out, n);
            case SUB -> sub(a, b, out, n);
            case RSUB -> rsub(a, b, out, n);
            case MUL -> mul(a, b, out, n);
            case DIV -> div(a, b, out, n);
            case RDIV -> rdiv(a, b, out, n);
            case POW -> pow(a, b, out, n);
            case RPOW -> rpow(a, b, out, n);
            case MAXIMUM -> maximum(a, b, out, n);
            case MINIMUM -> minimum(a, b, out, n);
            case REMAINDER -> remainder(a, b, out, n);
            case RELU_GRAD -> reluGrad(a, b, out, n);
            case SIGMOID_GRAD -> sigmoidGrad(a, b, out, n);
            case TANH_GRAD -> tanhGrad(a, b, out, n);
            case TRUNC_DIVIDE -> truncDivide(a, b, out, n);
            case FMOD -> fmod(a, b, out, n);
            default -> {
                if (n < VECTORS || !HostThread.current().math().binary(kernel, a, b, out, n)) {
                    each(Functions.of(kernel), a, b, out, n);
                }
            }
        }
    }

    private static void each(DoubleUnaryOperator function, float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) function.applyAsDouble(x[i]);
        }
    }

    private static void each(DoubleBinaryOperator function, float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) function.applyAsDouble(a[i], b[i]);
        }
    }

    /** Squares of floats do not overflow in double. */
    static float hypot(double x, double y) {
        double square = x * x + y * y;
        return (float) (square == square ? Math.sqrt(square) : Math.hypot(x, y)); // infinite wins over NaN
    }

    private static void truncDivide(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float quotient = a[i] / b[i]; // rounded as division is, so that 0.3 / 0.1 is 3
            out[i] = (float) (quotient < 0 ? Math.ceil(quotient) : Math.floor(quotient));
        }
    }

    /** {@code out[i] = kernel(a[i], b[i])} as 0 or 1, for i below n. */
    static void predicate(BinaryKernel kernel, float[] a, float[] b, byte[] out, int n) {
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

    private static void neg(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = -x[i];
        }
    }

    private static void abs(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.abs(x[i]);
        }
    }

    private static void sign(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0;
        }
    }

    private static void square(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] * x[i];
        }
    }

    private static void relu(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] < 0 ? 0 : x[i];
        }
    }

    private static void floor(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.floor(x[i]);
        }
    }

    private static void ceil(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.ceil(x[i]);
        }
    }

    private static void round(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.rint(x[i]);
        }
    }

    private static void trunc(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) (x[i] < 0 ? Math.ceil(x[i]) : Math.floor(x[i]));
        }
    }

    private static void exp(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.exp(x[i]);
        }
    }

    private static void log(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.log(x[i]);
        }
    }

    private static void log1p(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.log1p(x[i]);
        }
    }

    private static void expm1(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.expm1(x[i]);
        }
    }

    private static void sqrt(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.sqrt(x[i]);
        }
    }

    private static void rsqrt(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = 1 / (float) Math.sqrt(x[i]);
        }
    }

    private static void reciprocal(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = 1 / x[i];
        }
    }

    private static void sigmoid(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) (1 / (1 + Math.exp(-x[i])));
        }
    }

    private static void tanh(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.tanh(x[i]);
        }
    }

    private static void sin(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.sin(x[i]);
        }
    }

    private static void cos(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.cos(x[i]);
        }
    }

    private static void add(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] + b[i];
        }
    }

    private static void sub(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] - b[i];
        }
    }

    private static void rsub(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = b[i] - a[i];
        }
    }

    private static void mul(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] * b[i];
        }
    }

    private static void div(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] / b[i];
        }
    }

    private static void rdiv(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = b[i] / a[i];
        }
    }

    private static void pow(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) power(a[i], b[i]);
        }
    }

    /** {@code out[i] = a[i]} to the power {@code number}, for those that PyTorch has products for; false if it is another. */
    static boolean power(float[] a, double number, float[] out, int n) {
        if (number == 3) {
            cube(a, out, n);
        } else if (number == -1) {
            reciprocal(a, out, n);
        } else if (number == -2) {
            square(a, out, n);
            reciprocal(out, out, n);
        } else {
            return false;
        }
        return true;
    }

    private static void cube(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] * x[i] * x[i];
        }
    }

    private static void rpow(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) power(b[i], a[i]);
        }
    }

    private static void maximum(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.max(a[i], b[i]);
        }
    }

    private static void minimum(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.min(a[i], b[i]);
        }
    }

    private static void remainder(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = remainder(a[i], b[i]);
        }
    }

    private static void reluGrad(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = b[i] <= 0 ? 0 : a[i];
        }
    }

    private static void sigmoidGrad(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] * (b[i] * (1 - b[i]));
        }
    }

    private static void tanhGrad(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] * (1 - b[i] * b[i]);
        }
    }

    private static void eq(float[] a, float[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] == b[i] ? 1 : 0);
        }
    }

    private static void ne(float[] a, float[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != b[i] ? 1 : 0);
        }
    }

    private static void lt(float[] a, float[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] < b[i] ? 1 : 0);
        }
    }

    private static void le(float[] a, float[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] <= b[i] ? 1 : 0);
        }
    }

    private static void gt(float[] a, float[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] > b[i] ? 1 : 0);
        }
    }

    private static void ge(float[] a, float[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] >= b[i] ? 1 : 0);
        }
    }

    private static void and(float[] a, float[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != 0 & b[i] != 0 ? 1 : 0);
        }
    }

    private static void or(float[] a, float[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != 0 | b[i] != 0 ? 1 : 0);
        }
    }

    private static void xor(float[] a, float[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != 0 ^ b[i] != 0 ? 1 : 0);
        }
    }

    private static void fmod(float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = rest(a[i], b[i]);
        }
    }

    /** {@code a % b}: where the quotient is small, products of it are exact in double, which is faster than the processor's own remainder. */
    static float rest(float a, float b) {
        double size = Math.abs((double) a);
        double divisor = Math.abs((double) b);
        double quotient = size / divisor;
        if (quotient < 0x1p28 && divisor <= Float.MAX_VALUE) {
            double r = size - (int) quotient * divisor;
            return (float) Math.copySign(r < 0 ? r + divisor : r, a); // below 0 if the quotient was rounded up
        }
        return a % b;
    }

    static float remainder(float a, float b) {
        float r = rest(a, b);
        return r != 0 && r < 0 != b < 0 ? r + b : r;
    }

    /** C's pow: 1 to any power is 1, and −1 to an infinite one; Java says NaN. */
    static double power(double a, double b) {
        return a == 1 || a == -1 && Double.isInfinite(b) ? 1 : Math.pow(a, b);
    }
}
