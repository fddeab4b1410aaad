package io.candela.backend.cpu;

/**
 * Exponentials and logarithms over blocks of floats, to 2 units in the last place (the hyperbolic tangent to 3); what a loop without
 * conditions cannot take is done again one by one, in double.
 *
 * <p>Polynomials are least squares fits over Chebyshev points with weights for the relative error, coefficients rounded to float one after
 * another.
 */
class FloatExp extends FloatBits {
    private static final float LN2_HIGH = 0x1.62e42ep-1f; // cut off, so that both parts are positive and −0 stays
    private static final float LN2_LOW = 0x1.efa39ep-25f;
    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final float LOG10_2_HIGH = (float) Math.log10(2);
    private static final float LOG10_2_LOW = (float) (Math.log10(2) - (float) Math.log10(2));
    private static final float LOG10_E = (float) (1 / Math.log(10));
    private static final int ROOT_HALF_BITS = 0x3F3504F3;
    private static final int LEAST_NORMAL = 0x00800000;

    /** eˣ. */
    void exp(float[] x, float[] out, int n) {
        expParts(x, a, b, n);
        scale(n);
        expProduct(a, b, out, n);
    }

    /** From integers in the last bits of {@code b}, 2 to their power. */
    private void scale(int n) {
        toInts(b, i, n);
        powersOfTwo(i, n);
        toFloats(i, b, n);
    }

    /** x = 2k ln 2 + r: the square of 2ᵏ reaches all floats, the least ones too. */
    private static void expParts(float[] x, float[] p, float[] k, int n) {
        for (int i = 0; i < n; i++) {
            float v = Math.min(Math.max(x[i], -104f), 89f);
            float t = Math.fma(v, LOG2_E / 2, MAGIC);
            float m = t - MAGIC;
            float r = Math.fma(m, -2 * LN2_LOW, Math.fma(m, -2 * LN2_HIGH, v));
            float q = Math.fma(r, 2.5082228603423573e-05f, 0.00020115954976063222f);
            q = Math.fma(r, q, 0.0013887995155528188f);
            q = Math.fma(r, q, 0.008332483470439911f);
            q = Math.fma(r, q, 0.041666675359010696f);
            q = Math.fma(r, q, 0.16666674613952637f);
            q = Math.fma(r, q, 0.5f);
            p[i] = Math.fma(r * r, q, r) + 1;
            k[i] = t;
        }
    }

    static void powersOfTwo(int[] k, int n) {
        for (int i = 0; i < n; i++) {
            k[i] = k[i] - (MAGIC_BITS - 127) << 23;
        }
    }

    static void expProduct(float[] p, float[] s, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = p[i] * s[i] * s[i];
        }
    }

    /** 2ˣ. */
    void exp2(float[] x, float[] out, int n) {
        exp2Parts(x, a, b, n);
        scale(n);
        expProduct(a, b, out, n);
    }

    /** As for e, with x − 2k exact. */
    private static void exp2Parts(float[] x, float[] p, float[] k, int n) {
        for (int i = 0; i < n; i++) {
            float v = Math.min(Math.max(x[i], -151f), 129f);
            float t = Math.fma(v, 0.5f, MAGIC);
            float m = t - MAGIC;
            float r = Math.fma(m, -2f, v) * 0.6931472f;
            float q = Math.fma(r, 2.5082228603423573e-05f, 0.00020115954976063222f);
            q = Math.fma(r, q, 0.0013887995155528188f);
            q = Math.fma(r, q, 0.008332483470439911f);
            q = Math.fma(r, q, 0.041666675359010696f);
            q = Math.fma(r, q, 0.16666674613952637f);
            q = Math.fma(r, q, 0.5f);
            p[i] = Math.fma(r * r, q, r) + 1;
            k[i] = t;
        }
    }

    /** eˣ − 1. */
    void expm1(float[] x, float[] out, int n) {
        expm1Parts(x, a, b, n);
        scale(n);
        expm1Product(a, b, out, n);
    }

    /** x = (k + 1) ln 2 + r. */
    private static void expm1Parts(float[] x, float[] p, float[] k, int n) {
        for (int i = 0; i < n; i++) {
            float v = Math.min(Math.max(x[i], -80f), 89f);
            float t = Math.fma(v, LOG2_E, MAGIC);
            float m = t - MAGIC;
            float r = Math.fma(m, -LN2_LOW, Math.fma(m, -LN2_HIGH, v));
            float q = Math.fma(r, 0.00019959326891694218f, 0.0013933690497651696f);
            q = Math.fma(r, q, 0.008333191275596619f);
            q = Math.fma(r, q, 0.04166647791862488f);
            q = Math.fma(r, q, 0.1666666716337204f);
            q = Math.fma(r, q, 0.5f);
            p[i] = -Math.fma(r * q, -r, -r); // so that −0 stays
            k[i] = t - 1;
        }
    }

    /** In the half of 2ᵏ, which is finite where the result is; from 1/2 − s, so that −0 stays. */
    private static void expm1Product(float[] p, float[] s, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = 2 * Math.fma(s[i], p[i], -(0.5f - s[i]));
        }
    }

    /** 1/(1 + e⁻ˣ). */
    void sigmoid(float[] x, float[] out, int n) {
        negate(x, c, n);
        exp(c, c, n);
        logistic(c, out, n);
    }

    static void logistic(float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = 1 / (1 + e[i]);
        }
    }

    /** Hyperbolic tangent. */
    void tanh(float[] x, float[] out, int n) {
        twice(x, c, n);
        expm1(c, c, n);
        tanhOf(c, out, n);
    }

    private static void twice(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = 2 * Math.min(Math.max(x[i], -15f), 15f);
        }
    }

    private static void tanhOf(float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = e[i] / (e[i] + 2);
        }
    }

    /** Natural logarithm. */
    void log(float[] x, float[] out, int n) {
        boolean special = logParts(x, n);
        logSum(b, c, d, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                d[m] = isPositiveNormal(x[m]) ? d[m] : (float) Math.log(x[m]);
            }
        }
        System.arraycopy(d, 0, out, 0, n);
    }

    /** Logarithm to base 2. */
    void log2(float[] x, float[] out, int n) {
        boolean special = logParts(x, n);
        log2Sum(b, c, d, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                d[m] = isPositiveNormal(x[m]) ? d[m] : (float) Functions.log2(x[m]);
            }
        }
        System.arraycopy(d, 0, out, 0, n);
    }

    /** Logarithm to base 10. */
    void log10(float[] x, float[] out, int n) {
        boolean special = logParts(x, n);
        log10Sum(b, c, d, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                d[m] = isPositiveNormal(x[m]) ? d[m] : (float) Math.log10(x[m]);
            }
        }
        System.arraycopy(d, 0, out, 0, n);
    }

    private static boolean isPositiveNormal(float x) {
        return x >= Float.MIN_NORMAL && x <= Float.MAX_VALUE;
    }

    /** x = 2ᵉ m: m, from √½ to √2, into {@code b} and e into {@code c}; returns whether some x are not positive normal numbers. */
    boolean logParts(float[] x, int n) {
        toInts(x, i, n);
        boolean special = split(i, j, k, n) < 0;
        toFloats(j, b, n);
        toFloats(k, c, n);
        return special;
    }

    private static int split(int[] x, int[] m, int[] e, int n) {
        int outside = 0;
        for (int i = 0; i < n; i++) {
            int v = x[i];
            outside |= v - LEAST_NORMAL | INFINITY - 1 - v;
            int t = v - ROOT_HALF_BITS;
            m[i] = (t & 0x7FFFFF) + ROOT_HALF_BITS;
            e[i] = (t >> 23) + MAGIC_BITS;
        }
        return outside;
    }

    /** ln(1 + f) − f. */
    private static float logTail(float f) {
        float q = Math.fma(f, 0.06684155762195587f, -0.1165514588356018f);
        q = Math.fma(f, q, 0.11905413120985031f);
        q = Math.fma(f, q, -0.12409746646881104f);
        q = Math.fma(f, q, 0.14217562973499298f);
        q = Math.fma(f, q, -0.16667726635932922f);
        q = Math.fma(f, q, 0.20002226531505585f);
        q = Math.fma(f, q, -0.25000014901161194f);
        q = Math.fma(f, q, 0.3333331048488617f);
        float square = f * f;
        return Math.fma(square * f, q, -0.5f * square);
    }

    private static void logSum(float[] m, float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float f = m[i] - 1;
            float power = e[i] - MAGIC;
            out[i] = Math.fma(power, LN2_HIGH, f + Math.fma(power, LN2_LOW, logTail(f)));
        }
    }

    private static void log2Sum(float[] m, float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float f = m[i] - 1;
            out[i] = Math.fma(f + logTail(f), LOG2_E, e[i] - MAGIC);
        }
    }

    private static void log10Sum(float[] m, float[] e, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float f = m[i] - 1;
            float power = e[i] - MAGIC;
            out[i] = Math.fma(power, LOG10_2_HIGH, Math.fma(f + logTail(f), LOG10_E, power * LOG10_2_LOW));
        }
    }

    /** ln(1 + x): the logarithm of the rounded sum, and what rounding lost. */
    void log1p(float[] x, float[] out, int n) {
        onePlus(x, a, n);
        boolean special = logParts(a, n);
        logSum(b, c, d, n);
        log1pSum(x, a, d, n);
        if (special || hasNegativeZero(x, n)) {
            for (int m = 0; m < n; m++) {
                d[m] = isPositiveNormal(a[m]) && x[m] != 0 ? d[m] : (float) Math.log1p(x[m]);
            }
        }
        System.arraycopy(d, 0, out, 0, n);
    }

    private static void onePlus(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = 1 + x[i];
        }
    }

    private static void log1pSum(float[] x, float[] sum, float[] log, int n) {
        for (int i = 0; i < n; i++) {
            log[i] += (x[i] - (sum[i] - 1)) / sum[i];
        }
    }

    /** ln(1 + e^−|x|) into {@code d}. */
    void logOnePlusExp(float[] x, int n) {
        minusAbsolute(x, d, n);
        exp(d, d, n);
        onePlus(d, a, n);
        logParts(a, n);
        System.arraycopy(d, 0, e, 0, n);
        logSum(b, c, d, n);
        log1pSum(e, a, d, n);
    }

    private static void minusAbsolute(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = -Math.abs(x[i]);
        }
    }
}
