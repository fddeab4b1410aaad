package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * Element by element loops over heap blocks of doubles.
 *
 * <p>Each loop is a method of its own, small enough that HotSpot compiles and vectorizes it by itself.
 */
final class DoubleLoops {
    private DoubleLoops() {}

    /** {@code out[i] = kernel(x[i])} for i below n. */
    static void unary(UnaryKernel kernel, double[] x, double[] out, int n) {
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

    /** {@code out[i] = kernel(a[i], b[i])} for i below n. */
    static void binary(BinaryKernel kernel, double[] a, double[] b, double[] out, int n) {
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
            default -> each(Functions.of(kernel), a, b, out, n);
        }
    }

    private static void each(DoubleUnaryOperator function, double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = function.applyAsDouble(x[i]);
        }
    }

    private static void each(DoubleBinaryOperator function, double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = function.applyAsDouble(a[i], b[i]);
        }
    }

    /** {@code out[i] = kernel(a[i], b[i])} as 0 or 1, for i below n. */
    static void predicate(BinaryKernel kernel, double[] a, double[] b, byte[] out, int n) {
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

    private static void neg(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = -x[i];
        }
    }

    private static void abs(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.abs(x[i]);
        }
    }

    private static void sign(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0;
        }
    }

    private static void square(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] * x[i];
        }
    }

    private static void relu(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] < 0 ? 0 : x[i];
        }
    }

    private static void floor(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.floor(x[i]);
        }
    }

    private static void ceil(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.ceil(x[i]);
        }
    }

    private static void round(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.rint(x[i]);
        }
    }

    private static void trunc(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (x[i] < 0 ? Math.ceil(x[i]) : Math.floor(x[i]));
        }
    }

    private static void exp(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.exp(x[i]);
        }
    }

    private static void log(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.log(x[i]);
        }
    }

    private static void log1p(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.log1p(x[i]);
        }
    }

    private static void expm1(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.expm1(x[i]);
        }
    }

    private static void sqrt(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.sqrt(x[i]);
        }
    }

    private static void rsqrt(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (1 / Math.sqrt(x[i]));
        }
    }

    private static void reciprocal(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = 1 / x[i];
        }
    }

    private static void sigmoid(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (1 / (1 + Math.exp(-x[i])));
        }
    }

    private static void tanh(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.tanh(x[i]);
        }
    }

    private static void sin(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.sin(x[i]);
        }
    }

    private static void cos(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.cos(x[i]);
        }
    }

    private static void add(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] + b[i];
        }
    }

    private static void sub(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] - b[i];
        }
    }

    private static void rsub(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = b[i] - a[i];
        }
    }

    private static void mul(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] * b[i];
        }
    }

    private static void div(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] / b[i];
        }
    }

    private static void rdiv(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = b[i] / a[i];
        }
    }

    private static void pow(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = FloatLoops.power(a[i], b[i]);
        }
    }

    private static void rpow(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = FloatLoops.power(b[i], a[i]);
        }
    }

    private static void maximum(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.max(a[i], b[i]);
        }
    }

    private static void minimum(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.min(a[i], b[i]);
        }
    }

    private static void remainder(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = remainder(a[i], b[i]);
        }
    }

    private static void reluGrad(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = b[i] <= 0 ? 0 : a[i];
        }
    }

    private static void sigmoidGrad(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] * (b[i] * (1 - b[i]));
        }
    }

    private static void tanhGrad(double[] a, double[] b, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] * (1 - b[i] * b[i]);
        }
    }

    private static void eq(double[] a, double[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] == b[i] ? 1 : 0);
        }
    }

    private static void ne(double[] a, double[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != b[i] ? 1 : 0);
        }
    }

    private static void lt(double[] a, double[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] < b[i] ? 1 : 0);
        }
    }

    private static void le(double[] a, double[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] <= b[i] ? 1 : 0);
        }
    }

    private static void gt(double[] a, double[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] > b[i] ? 1 : 0);
        }
    }

    private static void ge(double[] a, double[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] >= b[i] ? 1 : 0);
        }
    }

    private static void and(double[] a, double[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != 0 & b[i] != 0 ? 1 : 0);
        }
    }

    private static void or(double[] a, double[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != 0 | b[i] != 0 ? 1 : 0);
        }
    }

    private static void xor(double[] a, double[] b, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (a[i] != 0 ^ b[i] != 0 ? 1 : 0);
        }
    }

    private static double remainder(double a, double b) {
        double r = a % b;
        return r != 0 && r < 0 != b < 0 ? r + b : r;
    }
}
