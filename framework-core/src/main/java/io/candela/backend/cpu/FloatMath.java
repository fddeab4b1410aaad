package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;

/** Angles, the error function and what is made of exponentials and logarithms, as {@link FloatExp} has them. */
class FloatMath extends FloatExp {
    private static final float HALF_PI_1 = 0x1.921fb4p+0f; // cut off, so that all parts are positive
    private static final float HALF_PI_2 = 0x1.4442dp-24f;
    private static final float HALF_PI_3 = 0x1.84698ap-48f;
    /** Angles up to here keep their precision when multiples of π/2 are taken off: 8192. */
    static final int LARGEST_ANGLE = 0x46000000;
    /** 88: the exponential is finite up to here. */
    private static final int LARGEST_EXPONENT = 0x42B00000;
    /** Does the function if it has it; false if not. Operand and result may be the same array. */
    boolean unary(UnaryKernel kernel, float[] x, float[] out, int n) {
        switch (kernel) {
            case EXP -> exp(x, out, n);
            case EXP2 -> exp2(x, out, n);
            case EXPM1 -> expm1(x, out, n);
            case LOG -> log(x, out, n);
            case LOG2 -> log2(x, out, n);
            case LOG10 -> log10(x, out, n);
            case LOG1P -> log1p(x, out, n);
            case SIGMOID -> sigmoid(x, out, n);
            case TANH -> tanh(x, out, n);
            case SINH -> sinh(x, out, n);
            case COSH -> cosh(x, out, n);
            case SOFTPLUS -> softplus(x, out, n);
            case SIN -> sin(x, out, n);
            case COS -> cos(x, out, n);
            case ERF -> erf(x, out, n);
            case SIGN -> sign(x, out, n);
            case TRUNC -> trunc(x, out, n);
            case FLOOR -> floor(x, out, n);
            case CEIL -> ceil(x, out, n);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Does the function if it has it; false if not. Operands and result may be the same arrays. */
    boolean binary(BinaryKernel kernel, float[] x, float[] y, float[] out, int n) {
        switch (kernel) {
            case LOGADDEXP -> logAddExp(x, y, out, n);
            case XLOGY -> xLogY(x, y, out, n);
            case COPYSIGN -> copySign(x, y, out, n);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Sine. */
    void sin(float[] x, float[] out, int n) {
        angles(x, 0, out, n);
    }

    /** Cosine. */
    void cos(float[] x, float[] out, int n) {
        angles(x, 1, out, n);
    }

    private void angles(float[] x, int shift, float[] out, int n) {
        toInts(x, i, n);
        boolean special = outOfRange(i, LARGEST_ANGLE, n) < 0;
        angleParts(x, a, b, c, n);
        toInts(a, j, n);
        toInts(b, k, n);
        toInts(c, l, n);
        pickQuadrant(i, j, k, l, shift, n);
        toFloats(j, a, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                if (!(Math.abs(x[m]) <= 8192)) {
                    a[m] = (float) (shift == 0 ? Math.sin(x[m]) : Math.cos(x[m]));
                }
            }
        }
        System.arraycopy(a, 0, out, 0, n);
    }

    /** x = k π/2 + r: sine and cosine of r, and k. */
    static void angleParts(float[] x, float[] sin, float[] cos, float[] k, int n) {
        for (int i = 0; i < n; i++) {
            float t = Math.fma(x[i], (float) (2 / Math.PI), MAGIC);
            float m = t - MAGIC;
            float r = Math.fma(m, -HALF_PI_3, Math.fma(m, -HALF_PI_2, Math.fma(m, -HALF_PI_1, x[i])));
            float z = r * r;
            float p = Math.fma(z, 2.8045305953128263e-06f, -0.00019850303942803293f);
            p = Math.fma(z, p, 0.008333372883498669f);
            p = Math.fma(z, p, -0.1666666716337204f);
            float q = Math.fma(z, 2.443297125864774e-05f, -0.0013887312961742282f);
            q = Math.fma(z, q, 0.04166664555668831f);
            sin[i] = Math.fma(r * z, p, r);
            cos[i] = Math.fma(z * z, q, Math.fma(z, -0.5f, 1));
            k[i] = t;
        }
    }

    /** Sine or cosine by the last two bits of k; of the sine near 0, the sign is x's, so that −0 stays. */
    private static void pickQuadrant(int[] x, int[] sin, int[] cos, int[] k, int shift, int n) {
        for (int i = 0; i < n; i++) {
            int quadrant = k[i] + shift;
            int odd = -(quadrant & 1);
            int middle = quadrant - MAGIC_BITS;
            int zero = ~(middle | -middle) >> 31 & Integer.MIN_VALUE & ~(shift << 31);
            sin[i] = (sin[i] & ~odd | cos[i] & odd) ^ (quadrant & 2) << 30 | x[i] & zero;
        }
    }

    /** Error function. */
    void erf(float[] x, float[] out, int n) {
        erfParts(x, c, d, n);
        exp(d, d, n);
        oneMinus(d, n);
        toInts(x, i, n);
        toInts(c, j, n);
        toInts(d, k, n);
        pickErf(i, j, k, n);
        toFloats(i, out, n);
    }

    /** Below 1 a polynomial of x²; beyond, the logarithm of 1 − erf as one of |x|. */
    private static void erfParts(float[] x, float[] near, float[] far, int n) {
        for (int i = 0; i < n; i++) {
            float v = Math.min(Math.max(x[i], -4f), 4f);
            float z = v * v;
            float p = Math.fma(z, -8.577988410252146e-06f, 0.00010858781752176583f);
            p = Math.fma(z, p, -0.0008423232357017696f);
            p = Math.fma(z, p, 0.005216406192630529f);
            p = Math.fma(z, p, -0.026863550767302513f);
            p = Math.fma(z, p, 0.11283743381500244f);
            p = Math.fma(z, p, -0.37612634897232056f);
            p = Math.fma(z, p, 0.12837916612625122f);
            near[i] = Math.fma(v, p, v);
            float y = Math.abs(v);
            float q = Math.fma(y, 2.1791782273794524e-05f, -0.0004426157975103706f);
            q = Math.fma(y, q, 0.004211114253848791f);
            q = Math.fma(y, q, -0.025226537138223648f);
            q = Math.fma(y, q, 0.10844859480857849f);
            q = Math.fma(y, q, 0.6331908702850342f);
            q = Math.fma(y, q, 1.1295937299728394f);
            far[i] = -Math.fma(y, q, -0.0001914383319672197f);
        }
    }

    private static void oneMinus(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = 1 - x[i];
        }
    }

    private static void pickErf(int[] x, int[] near, int[] far, int n) {
        for (int i = 0; i < n; i++) {
            int small = (x[i] & Integer.MAX_VALUE) - ONE >> 31;
            x[i] = near[i] & small | (far[i] | x[i] & Integer.MIN_VALUE) & ~small;
        }
    }

    /** From t = eˢ − 1 of the size s: (t + t/(t + 1)) / 2, with x's sign. */
    private void sinh(float[] x, float[] out, int n) {
        toInts(x, i, n);
        boolean special = outOfRange(i, LARGEST_EXPONENT, n) < 0;
        absolute(x, c, n);
        expm1(c, c, n);
        sinhOf(c, n);
        toInts(x, i, n);
        toInts(c, j, n);
        signed(j, i, n);
        toFloats(j, c, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                c[m] = Math.abs(x[m]) <= 88 ? c[m] : (float) Math.sinh(x[m]);
            }
        }
        System.arraycopy(c, 0, out, 0, n);
    }

    private void cosh(float[] x, float[] out, int n) {
        toInts(x, i, n);
        boolean special = outOfRange(i, LARGEST_EXPONENT, n) < 0;
        absolute(x, c, n);
        exp(c, c, n);
        coshOf(c, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                c[m] = Math.abs(x[m]) <= 88 ? c[m] : (float) Math.cosh(x[m]);
            }
        }
        System.arraycopy(c, 0, out, 0, n);
    }

    private static void sinhOf(float[] t, int n) {
        for (int i = 0; i < n; i++) {
            t[i] = 0.5f * (t[i] + t[i] / (t[i] + 1));
        }
    }

    private static void coshOf(float[] e, int n) {
        for (int i = 0; i < n; i++) {
            e[i] = 0.5f * (e[i] + 1 / e[i]);
        }
    }

    /** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|). */
    private void softplus(float[] x, float[] out, int n) {
        logOnePlusExp(x, n);
        addPositive(x, d, out, n);
    }

    private static void addPositive(float[] x, float[] rest, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.max(x[i], 0f) + rest[i];
        }
    }

    /** ln(eˣ + eʸ) = max(x, y) + ln(1 + e^−|x − y|), with infinities one by one. */
    private void logAddExp(float[] x, float[] y, float[] out, int n) {
        difference(x, y, f, n);
        logOnePlusExp(f, n);
        addLarger(x, y, d, n);
        for (int m = 0; m < n; m++) {
            if (d[m] != d[m] && x[m] == y[m]) {
                d[m] = x[m];
            }
        }
        System.arraycopy(d, 0, out, 0, n);
    }

    private static void difference(float[] x, float[] y, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] - y[i];
        }
    }

    private static void addLarger(float[] x, float[] y, float[] rest, int n) {
        for (int i = 0; i < n; i++) {
            rest[i] += Math.max(x[i], y[i]);
        }
    }

    private void xLogY(float[] x, float[] y, float[] out, int n) {
        log(y, d, n);
        product(x, d, n);
        for (int m = 0; m < n; m++) {
            if (x[m] == 0 && y[m] == y[m]) {
                d[m] = 0;
            }
        }
        System.arraycopy(d, 0, out, 0, n);
    }

    private static void product(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] *= x[i];
        }
    }
}
