package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;

/**
 * Tangents and the inverses of circular and hyperbolic functions, as {@link FloatExp} has its functions: to 4 units in the last place. The logit
 * takes the logarithm of a rounded quotient, so that near 1/2, where it is 0, it is only as exact as that.
 */
class FloatAngles extends FloatMath {
    private static final float PI_HIGH = (float) Math.PI;
    private static final float PI_LOW = (float) (Math.PI - PI_HIGH);
    private static final float HALF_PI_HIGH = (float) (Math.PI / 2);
    private static final float HALF_PI_LOW = (float) (Math.PI / 2 - HALF_PI_HIGH);
    /** The bits of 1/2. */
    private static final int HALF = 0x3F000000;
    /** 10⁹, whose square is finite. */
    private static final int LARGE = 0x4E6E6B28;

    @Override
    boolean unary(UnaryKernel kernel, float[] x, float[] out, int n) {
        switch (kernel) {
            case TAN -> tan(x, out, n);
            case ASIN -> asin(x, out, n);
            case ACOS -> acos(x, out, n);
            case ATAN -> atan(x, out, n);
            case ASINH -> asinh(x, out, n);
            case ACOSH -> acosh(x, out, n);
            case ATANH -> atanh(x, out, n);
            case LOGIT -> logit(x, out, n);
            default -> {
                return super.unary(kernel, x, out, n);
            }
        }
        return true;
    }

    @Override
    boolean binary(BinaryKernel kernel, float[] x, float[] y, float[] out, int n) {
        if (kernel == BinaryKernel.ATAN2) {
            atan2(x, y, out, n);
            return true;
        }
        return super.binary(kernel, x, y, out, n);
    }

    private void tan(float[] x, float[] out, int n) {
        toInts(x, i, n);
        boolean special = outOfRange(i, LARGEST_ANGLE, n) < 0;
        angleParts(x, a, b, c, n);
        quotients(a, b, n);
        toInts(a, j, n);
        toInts(b, k, n);
        toInts(c, l, n);
        pickTangent(i, j, k, l, n);
        toFloats(j, a, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                a[m] = Math.abs(x[m]) <= 8192 ? a[m] : (float) Math.tan(x[m]);
            }
        }
        System.arraycopy(a, 0, out, 0, n);
    }

    /** Sine and cosine become the tangent, and that of a right angle more. */
    private static void quotients(float[] sin, float[] cos, int n) {
        for (int i = 0; i < n; i++) {
            float s = sin[i];
            float c = cos[i];
            sin[i] = s / c;
            cos[i] = -c / s;
        }
    }

    /** By the last bit of k; near 0 the sign is x's, so that −0 stays. */
    private static void pickTangent(int[] x, int[] even, int[] odd, int[] k, int n) {
        for (int i = 0; i < n; i++) {
            int turned = -(k[i] & 1);
            int middle = k[i] - MAGIC_BITS;
            int zero = ~(middle | -middle) >> 31 & Integer.MIN_VALUE;
            even[i] = even[i] & ~turned | odd[i] & turned | x[i] & zero;
        }
    }

    /** Of sizes above 1 by their reciprocals. */
    private void atan(float[] x, float[] out, int n) {
        atanParts(x, a, b, n);
        toInts(x, i, n);
        toInts(a, j, n);
        toInts(b, k, n);
        pickAbove(i, j, k, ONE, n);
        signed(j, i, n);
        toFloats(j, out, n);
    }

    /** The polynomial holds for z from 0 to 1. */
    private static float atan(float z) {
        float t = z * z;
        float p = Math.fma(t, -0.001738973194733262f, 0.010666740126907825f);
        p = Math.fma(t, p, -0.030709004029631615f);
        p = Math.fma(t, p, 0.05747894197702408f);
        p = Math.fma(t, p, -0.08374951034784317f);
        p = Math.fma(t, p, 0.10942219942808151f);
        p = Math.fma(t, p, -0.1426229029893875f);
        p = Math.fma(t, p, 0.1999835968017578f);
        p = Math.fma(t, p, -0.33333292603492737f);
        return Math.fma(z * t, p, z);
    }

    private static void atanParts(float[] x, float[] near, float[] far, int n) {
        for (int i = 0; i < n; i++) {
            float size = Math.abs(x[i]);
            float angle = atan(Math.min(size, 1 / size));
            near[i] = angle;
            far[i] = HALF_PI_HIGH - (angle - HALF_PI_LOW);
        }
    }

    /** {@code far} where the size of x is above {@code bound}, or x is NaN. */
    private static void pickAbove(int[] x, int[] near, int[] far, int bound, int n) {
        for (int i = 0; i < n; i++) {
            int above = bound - (x[i] & Integer.MAX_VALUE) >> 31;
            near[i] = far[i] & above | near[i] & ~above;
        }
    }

    /** The angle of the point (x, y): zeros and infinities, whose quotient is no number, one by one. */
    private void atan2(float[] y, float[] x, float[] out, int n) {
        atan2Parts(y, x, a, b, c, n);
        toInts(c, i, n); // above 1 where y is larger
        toInts(a, j, n);
        toInts(b, k, n);
        pickAbove(i, j, k, ONE, n);
        toFloats(j, a, n);
        toPi(a, b, n);
        toInts(x, i, n);
        toInts(b, k, n);
        pickBySign(i, j, k, n);
        toInts(y, i, n);
        signed(j, i, n);
        boolean special = outOfRange(j, INFINITY, n) < 0;
        toFloats(j, a, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                a[m] = a[m] == a[m] ? a[m] : (float) Math.atan2(y[m], x[m]);
            }
        }
        System.arraycopy(a, 0, out, 0, n);
    }

    private static void atan2Parts(float[] y, float[] x, float[] near, float[] far, float[] steep, int n) {
        for (int i = 0; i < n; i++) {
            float up = Math.abs(y[i]);
            float along = Math.abs(x[i]);
            float angle = atan(Math.min(up, along) / Math.max(up, along));
            near[i] = angle;
            far[i] = HALF_PI_HIGH - (angle - HALF_PI_LOW);
            steep[i] = up / along;
        }
    }

    private static void toPi(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = PI_HIGH - (x[i] - PI_LOW);
        }
    }

    /** {@code negative} where x has the sign. */
    private static void pickBySign(int[] x, int[] other, int[] negative, int n) {
        for (int i = 0; i < n; i++) {
            int sign = x[i] >> 31;
            other[i] = negative[i] & sign | other[i] & ~sign;
        }
    }

    /** asin t − t over t, of t² up to 1/4. */
    private static float asinTail(float z) {
        float p = Math.fma(z, 0.03752510994672775f, 0.01442625094205141f);
        p = Math.fma(z, p, 0.03181334212422371f);
        p = Math.fma(z, p, 0.04451585188508034f);
        p = Math.fma(z, p, 0.07500513643026352f);
        return z * Math.fma(z, p, 0.16666659712791443f);
    }

    /** From 1/2 on, π/2 − 2 asin √((1 − |x|)/2). */
    private void asin(float[] x, float[] out, int n) {
        asinParts(x, a, b, n);
        toInts(x, i, n);
        toInts(a, j, n);
        toInts(b, k, n);
        pickAbove(i, j, k, HALF, n);
        signed(j, i, n);
        toFloats(j, out, n);
    }

    private static void asinParts(float[] x, float[] near, float[] far, int n) {
        for (int i = 0; i < n; i++) {
            float size = Math.abs(x[i]);
            float z = (1 - size) * 0.5f;
            float root = (float) Math.sqrt(z);
            near[i] = Math.fma(size, asinTail(size * size), size);
            far[i] = HALF_PI_HIGH - (2 * Math.fma(root, asinTail(z), root) - HALF_PI_LOW);
        }
    }

    /** From 1/2 on, 2 asin √((1 − |x|)/2), taken from π below 0. */
    private void acos(float[] x, float[] out, int n) {
        acosParts(x, a, b, c, n);
        toInts(x, i, n);
        toInts(a, j, n);
        toInts(b, k, n);
        toInts(c, l, n);
        pickBySign(i, k, l, n);
        pickAbove(i, j, k, HALF, n);
        toFloats(j, out, n);
    }

    private static void acosParts(float[] x, float[] near, float[] right, float[] left, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[i];
            float z = (1 - Math.abs(v)) * 0.5f;
            float root = (float) Math.sqrt(z);
            float angle = 2 * Math.fma(root, asinTail(z), root);
            near[i] = HALF_PI_HIGH - (v - (HALF_PI_LOW - v * asinTail(v * v)));
            right[i] = angle;
            left[i] = PI_HIGH - (angle - PI_LOW);
        }
    }

    /** ln(1 + 2|x|/(1 − |x|)) / 2 with x's sign. */
    private void atanh(float[] x, float[] out, int n) {
        atanhInner(x, f, n);
        log1p(f, f, n);
        half(f, n);
        copySign(f, x, out, n);
    }

    private static void atanhInner(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float size = Math.abs(x[i]);
            out[i] = 2 * size / (1 - size);
        }
    }

    private static void half(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] *= 0.5f;
        }
    }

    /** ln(1 + |x| + x²/(1 + √(x² + 1))) with x's sign; large ones one by one. */
    private void asinh(float[] x, float[] out, int n) {
        toInts(x, i, n);
        boolean special = outOfRange(i, LARGE, n) < 0;
        asinhInner(x, f, n);
        log1p(f, f, n);
        copySign(f, x, f, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                f[m] = Math.abs(x[m]) <= 1e9f ? f[m] : (float) Functions.asinh(x[m]);
            }
        }
        System.arraycopy(f, 0, out, 0, n);
    }

    private static void asinhInner(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float size = Math.abs(x[i]);
            float square = size * size;
            out[i] = size + square / (1 + (float) Math.sqrt(square + 1));
        }
    }

    /** ln(1 + t + √(2t + t²)) with t = x − 1; what is below 1 or large one by one. */
    private void acosh(float[] x, float[] out, int n) {
        toInts(x, i, n);
        boolean special = outside(i, n) < 0;
        acoshInner(x, f, n);
        log1p(f, f, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                f[m] = x[m] >= 1 && x[m] <= 1e9f ? f[m] : (float) Functions.acosh(x[m]);
            }
        }
        System.arraycopy(f, 0, out, 0, n);
    }

    /** Below 0 if one is not from 1 to 10⁹. */
    private static int outside(int[] x, int n) {
        int outside = 0;
        for (int i = 0; i < n; i++) {
            outside |= x[i] | x[i] - ONE | LARGE - x[i];
        }
        return outside;
    }

    private static void acoshInner(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float t = x[i] - 1;
            out[i] = t + (float) Math.sqrt(Math.fma(t, t, 2 * t));
        }
    }

    private void logit(float[] x, float[] out, int n) {
        odds(x, f, n);
        log(f, out, n);
    }

    private static void odds(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] / (1 - x[i]);
        }
    }
}
