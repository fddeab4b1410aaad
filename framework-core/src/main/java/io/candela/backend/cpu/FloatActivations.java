package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;

/** Activations and their gradients, each in one pass over memory; formulas as in {@link Functions}. */
final class FloatActivations extends FloatSpecial {
    private static final float ROOT_2_OVER_PI = (float) Functions.ROOT_2_OVER_PI;
    private static final float ONE_OVER_ROOT_2_PI = (float) Functions.ONE_OVER_ROOT_2_PI;
    private static final float CUBE = (float) Functions.GELU_CUBE;
    /** The bits of 3. */
    private static final int THREE = 0x40400000;

    @Override
    boolean unary(UnaryKernel kernel, float[] x, float[] out, int n) {
        switch (kernel) {
            case RELU -> {
                toInts(x, i, n);
                ReluBits.clear(i, n);
                toFloats(i, out, n);
            }
            case GELU -> gelu(x, out, n);
            case ERFC -> erfc(x, out, n);
            case GELU_TANH -> {
                geluInner(x, e, n);
                tanh(e, e, n);
                geluByTanh(x, e, out, n);
            }
            case SILU -> {
                times(x, -1, e, n);
                exp(e, e, n);
                silu(x, e, out, n);
            }
            case MISH -> {
                atMost43(x, e, n);
                exp(e, e, n);
                mish(x, e, out, n);
            }
            case LOG_SIGMOID -> {
                logOnePlusExp(x, n);
                subtractFromNegative(x, d, out, n);
            }
            case HARDSWISH -> hardswish(x, out, n);
            case HARDSIGMOID -> hardsigmoid(x, out, n);
            default -> {
                return super.unary(kernel, x, out, n);
            }
        }
        return true;
    }

    /** Of gradients, x is that of the result and y the operand. */
    @Override
    boolean binary(BinaryKernel kernel, float[] x, float[] y, float[] out, int n) {
        switch (kernel) {
            case GELU_GRAD -> {
                tails(y, n);
                copy(e, c, n);
                oneMinus(c, n);
                toInts(y, i, n);
                toInts(e, j, n);
                toInts(c, k, n);
                pickNegative(i, j, k, n);
                toFloats(i, e, n);
                geluGrad(x, y, e, f, out, n);
            }
            case GELU_TANH_GRAD -> {
                geluInner(y, e, n);
                tanh(e, e, n);
                geluTanhGrad(x, y, e, out, n);
            }
            case SOFTPLUS_GRAD -> {
                sigmoid(y, e, n);
                product(x, e, out, n);
            }
            case SILU_GRAD -> {
                sigmoid(y, e, n);
                siluGrad(x, y, e, out, n);
            }
            case MISH_GRAD -> {
                atMost43(y, e, n);
                exp(e, e, n);
                mishGrad(x, y, e, out, n);
            }
            case LOG_SIGMOID_GRAD -> {
                times(y, -1, e, n);
                sigmoid(e, e, n);
                product(x, e, out, n);
            }
            case HARDSWISH_GRAD -> {
                hardswishSlope(x, y, e, n);
                toInts(y, i, n);
                toInts(e, j, n);
                toInts(x, k, n);
                pickHardswish(i, j, k, n);
                toFloats(i, out, n);
            }
            case HARDSIGMOID_GRAD -> {
                toInts(y, i, n);
                sixth(x, e, n);
                toInts(e, j, n);
                insideOnly(i, j, n);
                toFloats(j, out, n);
            }
            case LEAKY_RELU -> {
                toInts(x, i, n);
                product(x, y, e, n);
                toInts(e, j, n);
                pickPositive(i, j, n);
                toFloats(i, out, n);
            }
            case ELU -> {
                expm1(x, e, n);
                product(e, y, e, n);
                toInts(x, i, n);
                toInts(e, j, n);
                pickAboveZero(i, j, n);
                toFloats(i, out, n);
            }
            default -> {
                return super.binary(kernel, x, y, out, n);
            }
        }
        return true;
    }

    private static void times(float[] x, float factor, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] * factor;
        }
    }

    private static void product(float[] x, float[] y, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] * y[i];
        }
    }

    /** max(x, 0) − |x| Φ(−|x|): what is taken off does not cancel. */
    private void gelu(float[] x, float[] out, int n) {
        tails(x, n);
        takeTail(x, e, n);
        toInts(x, i, n);
        if (outOfRange(i, INFINITY - 1, n) < 0) {
            for (int m = 0; m < n; m++) {
                e[m] = x[m] == Float.POSITIVE_INFINITY ? x[m] : e[m];
            }
        }
        copy(e, out, n);
    }

    /** 2 Φ(−√2 |x|), or what that leaves of 2 for negative x. */
    private void erfc(float[] x, float[] out, int n) {
        minusSquare(x, f, d, n);
        exp(f, f, n);
        moreExact(f, d, n);
        rootTwoTimes(x, e, n);
        tails(e, f, e, n);
        erfcParts(e, c, n);
        toInts(x, i, n);
        toInts(e, j, n);
        toInts(c, k, n);
        pickNegative(i, k, j, n);
        toFloats(i, out, n);
    }

    /** −x², and what its rounding lost. */
    private static void minusSquare(float[] x, float[] out, float[] rest, int n) {
        for (int i = 0; i < n; i++) {
            float v = Math.min(Math.max(x[i], -12f), 12f); // beyond, both tails are as here
            float square = v * v;
            out[i] = -square;
            rest[i] = Math.fma(v, v, -square);
        }
    }

    private static void moreExact(float[] e, float[] rest, int n) {
        for (int i = 0; i < n; i++) {
            e[i] = Math.fma(e[i], -rest[i], e[i]);
        }
    }

    private static void rootTwoTimes(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.min(Math.max(x[i], -12f), 12f) * (float) Math.sqrt(2);
        }
    }

    private static void erfcParts(float[] tail, float[] negative, int n) {
        for (int i = 0; i < n; i++) {
            tail[i] = 2 * tail[i];
            negative[i] = 2 - tail[i];
        }
    }

    private static void takeTail(float[] x, float[] tail, int n) {
        for (int i = 0; i < n; i++) {
            tail[i] = Math.max(x[i], 0f) - Math.abs(x[i]) * tail[i];
        }
    }

    /** e^(−x²/2) into {@code f} and Φ(−|x|) into {@code e}. */
    private void tails(float[] x, int n) {
        minusHalfSquare(x, f, n);
        exp(f, f, n);
        tails(x, f, e, n);
    }

    /** Φ(−|x|) = e^(−x²/2) u p(2u − 1) with u = 1/(1 + 0.35 |x|): a polynomial for all x, to 4e-8. */
    private static void tails(float[] x, float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float u = 1 / Math.fma(Math.abs(x[i]), 0.35f, 1f);
            float w = Math.fma(u, 2f, -1f);
            float p = Math.fma(w, 1.9585108020692132e-05f, -2.2741050997865386e-05f);
            p = Math.fma(w, p, -0.00013788843352813274f);
            p = Math.fma(w, p, 0.00024298889911733568f);
            p = Math.fma(w, p, 0.0007006518426351249f);
            p = Math.fma(w, p, -0.001766627305187285f);
            p = Math.fma(w, p, -0.005110840778797865f);
            p = Math.fma(w, p, 0.010235751047730446f);
            p = Math.fma(w, p, 0.07109911739826202f);
            p = Math.fma(w, p, 0.1714957356452942f);
            p = Math.fma(w, p, 0.2532442808151245f);
            out[i] = e[i] * (u * p);
        }
    }

    private static void copy(float[] x, float[] out, int n) {
        System.arraycopy(x, 0, out, 0, n);
    }

    private static void oneMinus(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = 1 - x[i];
        }
    }

    private static void pickNegative(int[] x, int[] negative, int[] positive, int n) {
        for (int i = 0; i < n; i++) {
            int sign = x[i] >> 31;
            x[i] = negative[i] & sign | positive[i] & ~sign;
        }
    }

    private static void geluByTanh(float[] x, float[] t, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] * (0.5f * (1 + t[i]));
        }
    }

    private static void geluInner(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[i];
            out[i] = ROOT_2_OVER_PI * (v + CUBE * v * v * v);
        }
    }

    private static void minusHalfSquare(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = -0.5f * x[i] * x[i];
        }
    }

    private static void geluGrad(float[] g, float[] x, float[] below, float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = g[i] * (below[i] + x[i] * (e[i] * ONE_OVER_ROOT_2_PI));
        }
    }

    private static void geluTanhGrad(float[] g, float[] x, float[] t, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[i];
            float slope = ROOT_2_OVER_PI * (1 + 3 * CUBE * v * v);
            out[i] = g[i] * (0.5f * (1 + t[i]) + 0.5f * v * ((1 - t[i] * t[i]) * slope));
        }
    }

    private static void silu(float[] x, float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] / (1 + e[i]);
        }
    }

    private static void siluGrad(float[] g, float[] x, float[] s, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = g[i] * (s[i] * (1 + x[i] * (1 - s[i])));
        }
    }

    /** From there on mish is x; the squares below stay finite. */
    private static void atMost43(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.min(x[i], 43f);
        }
    }

    /** tanh(ln(1 + e)) = e (e + 2) / (e (e + 2) + 2). */
    private static void mish(float[] x, float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float t = e[i] * (e[i] + 2);
            out[i] = x[i] * (t / (t + 2));
        }
    }

    /** With that tanh t: t + x (1 − t²) σ(x). */
    private static void mishGrad(float[] g, float[] x, float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float v = e[i];
            float product = v * (v + 2);
            float t = product / (product + 2);
            out[i] = g[i] * (t + x[i] * ((1 - t * t) * (v / (1 + v))));
        }
    }

    private static void subtractFromNegative(float[] x, float[] rest, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.min(x[i], 0f) - rest[i];
        }
    }

    private static void hardswish(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] * (Math.min(Math.max(x[i] + 3, 0f), 6f) / 6);
        }
    }

    private static void hardsigmoid(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.min(Math.max(x[i] + 3, 0f), 6f) / 6;
        }
    }

    private static void hardswishSlope(float[] g, float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = g[i] * (x[i] / 3 + 0.5f);
        }
    }

    /** The slope inside, 0 below, g above and for NaN. */
    private static void pickHardswish(int[] x, int[] slope, int[] g, int n) {
        for (int i = 0; i < n; i++) {
            int size = x[i] & Integer.MAX_VALUE;
            int inside = size - THREE >> 31;
            int below = x[i] & ~(INFINITY - size) & ~inside;
            x[i] = slope[i] & inside | g[i] & ~inside & ~(below >> 31);
        }
    }

    private static void sixth(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] / 6;
        }
    }

    private static void insideOnly(int[] x, int[] slope, int n) {
        for (int i = 0; i < n; i++) {
            slope[i] &= (x[i] & Integer.MAX_VALUE) - THREE >> 31;
        }
    }

    /** x where it is above 0. */
    private static void pickPositive(int[] x, int[] other, int n) {
        for (int i = 0; i < n; i++) {
            int size = x[i] & Integer.MAX_VALUE;
            int positive = -x[i] & ~x[i] & size - (INFINITY + 1); // −0 and NaN are not
            x[i] = x[i] & positive >> 31 | other[i] & ~(positive >> 31);
        }
    }

    /** The other where x is at most 0; x for NaN. */
    private static void pickAboveZero(int[] x, int[] other, int n) {
        for (int i = 0; i < n; i++) {
            int size = x[i] & Integer.MAX_VALUE;
            int above = (-x[i] & ~x[i] | INFINITY - size) >> 31;
            x[i] = x[i] & above | other[i] & ~above;
        }
    }
}
