package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;

/** Powers and remainders, as {@link FloatExp} has its functions; remainders are exact. */
class FloatPowers extends FloatAngles {
    private static final float LOG2_E_HIGH = 0x1.715476p0f;
    private static final float LOG2_E_LOW = (float) (1 / Math.log(2) - LOG2_E_HIGH);
    /** 8192: of larger exponents the products below lose too much. */
    private static final int LARGEST_POWER = 0x46000000;
    /** 2²²: quotients up to here have their nearest integer by {@link #MAGIC}. */
    private static final int LARGEST_QUOTIENT = 0x4A800000;

    @Override
    boolean binary(BinaryKernel kernel, float[] x, float[] y, float[] out, int n) {
        switch (kernel) {
            case POW -> pow(x, y, out, n);
            case REMAINDER -> remainder(x, y, false, out, n);
            case FMOD -> remainder(x, y, true, out, n);
            default -> {
                return super.binary(kernel, x, y, out, n);
            }
        }
        return true;
    }

    /** 2 to the power y log₂ |x|, with the logarithm in two floats. What is no power of a normal number one by one. */
    private void pow(float[] x, float[] y, float[] out, int n) {
        toInts(y, i, n);
        boolean special = outOfRange(i, LARGEST_POWER, n) < 0;
        special |= logParts(x, n); // also where x is below 0
        if (special) {
            absolute(x, d, n);
            logParts(d, n);
        }
        thirds(b, f, n);
        logarithms(b, f, a, e, n);
        exponents(c, y, a, e, n);
        powersOf(a, e, n);
        toInts(e, i, n);
        powersOfTwo(i, n);
        toFloats(i, e, n);
        expProduct(a, e, d, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                d[m] = fixed(x[m], y[m], d[m]);
            }
        }
        System.arraycopy(d, 0, out, 0, n);
    }

    private static float fixed(float x, float y, float power) {
        float size = Math.abs(x);
        boolean plain = size >= Float.MIN_NORMAL && size <= Float.MAX_VALUE && Math.abs(y) <= 8192;
        if (plain && x > 0) {
            return power;
        }
        if (plain && y == (int) y) {
            return ((int) y & 1) == 0 ? power : -power;
        }
        return (float) FloatLoops.power(x, y);
    }

    /** (ln(1 + f) − f + f²/2) / f³, closer than the logarithm alone would need. */
    private static float logThird(float f) {
        float q = Math.fma(f, 0.05435594916343689f, -0.09963523596525192f);
        q = Math.fma(f, q, 0.10024482011795044f);
        q = Math.fma(f, q, -0.09905107319355011f);
        q = Math.fma(f, q, 0.11004440486431122f);
        q = Math.fma(f, q, -0.1249946728348732f);
        q = Math.fma(f, q, 0.1429111212491989f);
        q = Math.fma(f, q, -0.1666683405637741f);
        q = Math.fma(f, q, 0.19999876618385315f);
        q = Math.fma(f, q, -0.2499999701976776f);
        return Math.fma(f, q, 0.3333333432674408f);
    }

    // In four loops, because HotSpot makes no vectors of one as long as all of them.

    private static void thirds(float[] m, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = logThird(m[i] - 1);
        }
    }

    /** ln m in two floats, from its third terms. */
    private static void logarithms(float[] m, float[] third, float[] high, float[] low, int n) {
        for (int i = 0; i < n; i++) {
            float f = m[i] - 1;
            float square = f * f;
            float half = 0.5f * square;
            float head = f - half;
            float lost = Math.fma(Math.fma(f, f, -square), -0.5f, f - head - half);
            float tail = Math.fma(square * f, third[i], lost);
            float sum = tail + head;
            high[i] = sum;
            low[i] = tail - (sum - head);
        }
    }

    /** y log₂ x of x = 2ᵉ m in two floats, from ln m. */
    private static void exponents(float[] e, float[] y, float[] high, float[] low, int n) {
        for (int i = 0; i < n; i++) {
            float h = high[i];
            float product = h * LOG2_E_HIGH;
            float lost = Math.fma(h, LOG2_E_HIGH, -product) + Math.fma(h, LOG2_E_LOW, low[i] * LOG2_E_HIGH);
            float power = e[i] - MAGIC;
            float log = power + product;
            float rest = power - log + product + lost;
            float t = y[i] * log;
            high[i] = t;
            low[i] = Math.fma(y[i], log, -t) + y[i] * rest;
        }
    }

    /** 2 to the power t + rest is {@code p} times the square of 2 to an integer in the last bits of {@code k}; p takes t's place, k the rest's. */
    private static void powersOf(float[] t, float[] rest, int n) {
        for (int i = 0; i < n; i++) {
            float v = Math.min(Math.max(t[i], -151f), 129f);
            float near = Math.fma(v, 0.5f, MAGIC);
            float r = (Math.fma(near - MAGIC, -2f, v) + rest[i]) * 0.6931472f;
            float q = Math.fma(r, 2.5082228603423573e-05f, 0.00020115954976063222f);
            q = Math.fma(r, q, 0.0013887995155528188f);
            q = Math.fma(r, q, 0.008332483470439911f);
            q = Math.fma(r, q, 0.041666675359010696f);
            q = Math.fma(r, q, 0.16666674613952637f);
            q = Math.fma(r, q, 0.5f);
            t[i] = Math.fma(r * r, q, r) + 1;
            rest[i] = near;
        }
    }

    /** What the nearest quotient leaves, and the divisor once more where its sign is not as asked: x's, or y's. */
    private void remainder(float[] x, float[] y, boolean ofDividend, float[] out, int n) {
        rests(x, y, a, b, n);
        toInts(b, i, n);
        boolean special = outOfRange(i, LARGEST_QUOTIENT, n) < 0;
        toInts(y, i, n);
        special |= outOfRange(i, INFINITY - 1, n) < 0;
        toInts(a, j, n);
        toInts(x, k, n);
        corrections(k, i, j, l, ofDividend, n);
        toFloats(l, c, n);
        sum(a, c, n);
        toInts(a, j, n);
        signOfZeros(j, k, n);
        toFloats(j, a, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                if (!(Math.abs(b[m]) <= 0x1p22f && Math.abs(y[m]) <= Float.MAX_VALUE)) {
                    a[m] = ofDividend ? FloatLoops.rest(x[m], y[m]) : FloatLoops.remainder(x[m], y[m]);
                }
            }
        }
        System.arraycopy(a, 0, out, 0, n);
    }

    private static void rests(float[] x, float[] y, float[] rest, float[] quotient, int n) {
        for (int i = 0; i < n; i++) {
            float q = x[i] / y[i];
            float whole = q + MAGIC - MAGIC;
            rest[i] = Math.fma(-whole, y[i], x[i]);
            quotient[i] = q;
        }
    }

    /** The divisor, with the sign wanted, where the rest has another; else 0. */
    private static void corrections(int[] x, int[] y, int[] rest, int[] out, boolean ofDividend, int n) {
        int useX = ofDividend ? Integer.MIN_VALUE : 0;
        for (int i = 0; i < n; i++) {
            int sign = x[i] & useX | y[i] & ~useX & Integer.MIN_VALUE;
            int size = rest[i] & Integer.MAX_VALUE;
            int other = (rest[i] ^ sign) & -size;
            out[i] = (y[i] & Integer.MAX_VALUE | sign) & other >> 31;
        }
    }

    private static void sum(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] += y[i];
        }
    }

    /** Zeros take the dividend's sign. */
    private static void signOfZeros(int[] rest, int[] x, int n) {
        for (int i = 0; i < n; i++) {
            int size = rest[i] & Integer.MAX_VALUE;
            int zero = ~(size | -size) >> 31 & Integer.MIN_VALUE;
            rest[i] = rest[i] & ~zero | x[i] & zero;
        }
    }
}
