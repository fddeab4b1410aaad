package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * The inverse error function, to 4 units in the last place, and what is computed in double, since parts of it cancel: logarithms of gamma functions
 * and their derivatives, rounded once. Also lengths of pairs, to 2 units.
 *
 * <p>Polynomials as in {@link FloatExp}, in double for gamma functions.
 */
class FloatSpecial extends FloatPowers {
    private static final long ROOT_HALF_BITS = 0x3FE6A09E667F3BCDL;
    private static final long MANTISSA = (1L << 52) - 1;
    private static final long BIAS = 1023L << 52;
    private static final double TWO_52 = 0x1p52;
    private static final long TWO_52_BITS = 0x4330000000000000L;
    private static final double LN2 = Math.log(2);
    private static final double HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
    /** Times any difference of floats, much more than 1. */
    private static final double HUGE = 0x1p900;
    /** From here on the asymptotic series are taken as they are: 8, but a little less, so that no float is equal to it. */
    private static final double ASYMPTOTIC = 0x1.ffffffp2;
    /** 10⁻³⁰ and 10³⁸: between them lie squares that lost nothing. */
    private static final int LEAST_SQUARE = 0x0DA24260;
    private static final int LARGEST_SQUARE = 0x7E967699;

    private double[][] wide; // null until the first gamma function
    private long[] powers;
    private long[] mantissas;
    private HostBlock wideBits;

    @Override
    boolean unary(UnaryKernel kernel, float[] x, float[] out, int n) {
        switch (kernel) {
            case ERFINV -> erfinv(x, out, n);
            case LGAMMA -> lgamma(x, out, n);
            case DIGAMMA -> digamma(x, out, n);
            default -> {
                return super.unary(kernel, x, out, n);
            }
        }
        return true;
    }

    @Override
    boolean binary(BinaryKernel kernel, float[] x, float[] y, float[] out, int n) {
        if (kernel == BinaryKernel.HYPOT) {
            hypot(x, y, out, n);
            return true;
        }
        return super.binary(kernel, x, y, out, n);
    }

    /** √(x² + y²); where squares overflow or lose digits one by one. */
    private void hypot(float[] x, float[] y, float[] out, int n) {
        squares(x, y, a, n);
        toInts(a, i, n);
        boolean special = outsideSquares(i, n) < 0;
        roots(a, b, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                b[m] = a[m] > 1e-30f && a[m] < 1e38f ? b[m] : FloatLoops.hypot(x[m], y[m]);
            }
        }
        System.arraycopy(b, 0, out, 0, n);
    }

    private static void squares(float[] x, float[] y, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.fma(x[i], x[i], y[i] * y[i]);
        }
    }

    private static void roots(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.sqrt(x[i]);
        }
    }

    private static int outsideSquares(int[] x, int n) {
        int outside = 0;
        for (int i = 0; i < n; i++) {
            outside |= x[i] - LEAST_SQUARE - 1 | LARGEST_SQUARE - 1 - x[i];
        }
        return outside;
    }

    /** x times a polynomial of w = −ln(1 − x²) up to 5, beyond of its root, as M. Giles found (GPU Computing Gems, 2011). */
    private void erfinv(float[] x, float[] out, int n) {
        oneMinusSquare(x, f, n);
        log(f, f, n);
        absolute(f, f, n); // never −0
        inverseNear(x, f, a, n);
        inverseFar(x, f, b, n);
        toInts(f, i, n);
        toInts(a, j, n);
        toInts(b, k, n);
        pickFrom(i, j, k, 0x40A00000, n); // 5
        toInts(x, i, n);
        boolean special = outOfRange(i, ONE - 1, n) < 0;
        toFloats(j, a, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                a[m] = Math.abs(x[m]) < 1 ? a[m] : (float) SpecialFunctions.erfinv(x[m]);
            }
        }
        System.arraycopy(a, 0, out, 0, n);
    }

    private static void oneMinusSquare(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.fma(-x[i], x[i], 1);
        }
    }

    private static void inverseNear(float[] x, float[] w, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float t = w[i] - 2.5f;
            float p = Math.fma(t, 3.6570441119820885e-10f, -8.748171076433664e-09f);
            p = Math.fma(t, p, 1.757296352877802e-08f);
            p = Math.fma(t, p, 4.655460656977084e-07f);
            p = Math.fma(t, p, -3.432122639424051e-06f);
            p = Math.fma(t, p, -4.960293608746724e-06f);
            p = Math.fma(t, p, 0.00021827722957823426f);
            p = Math.fma(t, p, -0.0012527474900707603f);
            p = Math.fma(t, p, -0.004177335184067488f);
            p = Math.fma(t, p, 0.24664029479026794f);
            out[i] = x[i] * Math.fma(t, p, 1.5014094114303589f);
        }
    }

    private static void inverseFar(float[] x, float[] w, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float s = (float) Math.sqrt(w[i]) - 3.1180339f;
            float q = Math.fma(s, 0.00013097029295749962f, -0.0001820414763642475f);
            q = Math.fma(s, q, -0.00031637668143957853f);
            q = Math.fma(s, q, 0.001326519064605236f);
            q = Math.fma(s, q, -0.0025742249563336372f);
            q = Math.fma(s, q, 0.0038702446036040783f);
            q = Math.fma(s, q, -0.0054080490954220295f);
            q = Math.fma(s, q, 0.007160967215895653f);
            q = Math.fma(s, q, 1.0036197900772095f);
            out[i] = x[i] * Math.fma(s, q, 2.9513285160064697f);
        }
    }

    /** {@code far} where x, which is not negative, is {@code bound} or more. */
    private static void pickFrom(int[] x, int[] near, int[] far, int bound, int n) {
        for (int i = 0; i < n; i++) {
            int below = x[i] - bound >> 31;
            near[i] = near[i] & below | far[i] & ~below;
        }
    }

    // ---- gamma functions ----

    /** Block {@code slot} of nine; the last two are the logarithm's. */
    private double[] wide(int slot) {
        if (wide == null) {
            wideBits = new HostBlock(8 * HostThread.BLOCK);
            powers = new long[HostThread.BLOCK];
            mantissas = new long[HostThread.BLOCK];
            wide = new double[9][HostThread.BLOCK];
        }
        return wide[slot];
    }

    private static void widen(float[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i];
        }
    }

    /** Rounded; what did not come out finite, and where x is 0 or infinite, one by one. */
    private void round(double[] y, float[] x, float[] out, int n, DoubleUnaryOperator exact) {
        for (int m = 0; m < n; m++) {
            a[m] = (float) y[m];
        }
        toInts(x, i, n);
        toInts(a, j, n);
        if (zeros(i, n) < 0 || outOfRange(i, INFINITY - 1, n) < 0 || outOfRange(j, INFINITY - 1, n) < 0) {
            for (int m = 0; m < n; m++) {
                boolean plain = x[m] != 0 && Math.abs(x[m]) <= Float.MAX_VALUE && Math.abs(a[m]) <= Float.MAX_VALUE;
                a[m] = plain ? a[m] : (float) exact.applyAsDouble(x[m]);
            }
        }
        System.arraycopy(a, 0, out, 0, n);
    }

    private static int zeros(int[] x, int n) {
        int found = 0;
        for (int i = 0; i < n; i++) {
            found |= (x[i] & Integer.MAX_VALUE) - 1;
        }
        return found;
    }

    private boolean hasNegative(float[] x, int n) {
        toInts(x, i, n);
        int sign = 0;
        for (int m = 0; m < n; m++) {
            sign |= i[m];
        }
        return sign < 0;
    }

    /** Natural logarithms of positive normal doubles; what else there is comes out finite and wrong. */
    private void log(double[] x, double[] out, int n) {
        wideBits.doubles.put(0, x, 0, n);
        wideBits.longs.get(0, mantissas, 0, n);
        split(mantissas, powers, n);
        wideBits.longs.put(0, mantissas, 0, n);
        double[] m = wide(7);
        wideBits.doubles.get(0, m, 0, n);
        wideBits.longs.put(0, powers, 0, n);
        double[] e = wide(8);
        wideBits.doubles.get(0, e, 0, n);
        logSum(m, e, out, n);
    }

    /** x = 2ᵉ m: m from √½ to √2 in x's place, and e + 2⁵² + 1023 as a double. */
    private static void split(long[] x, long[] e, int n) {
        for (int i = 0; i < n; i++) {
            long t = x[i] - ROOT_HALF_BITS + BIAS;
            e[i] = t >>> 52 | TWO_52_BITS;
            x[i] = (t & MANTISSA) + ROOT_HALF_BITS;
        }
    }

    /** ln m = 2 artanh((m − 1)/(m + 1)). */
    private static void logSum(double[] m, double[] e, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            double f = m[i] - 1;
            double s = f / (2 + f);
            double z = s * s;
            double p = Math.fma(z, 2.0 / 21, 2.0 / 19);
            p = Math.fma(z, p, 2.0 / 17);
            p = Math.fma(z, p, 2.0 / 15);
            p = Math.fma(z, p, 2.0 / 13);
            p = Math.fma(z, p, 2.0 / 11);
            p = Math.fma(z, p, 2.0 / 9);
            p = Math.fma(z, p, 2.0 / 7);
            p = Math.fma(z, p, 2.0 / 5);
            p = Math.fma(z, p, 2.0 / 3);
            out[i] = Math.fma(e[i] - (TWO_52 + 1023), LN2, Math.fma(s * z, p, 2 * s));
        }
    }

    /**
     * ln |Γ(x)|. Below 8 the argument goes down to 1 … 2 (or up from below 1), where a polynomial holds, by a product whose factors are 1 once
     * they were below it; beyond by Stirling's series. Negative arguments are reflected.
     */
    private void lgamma(float[] x, float[] out, int n) {
        double[] v = wide(0);
        double[] log = wide(1);
        double[] factor = wide(2);
        double[] sum = wide(3);
        double[] below = wide(4);
        double[] start = wide(5);
        widen(x, v, n);
        stretches(v, below, start, n);
        Arrays.fill(log, 0, n, 1);
        products(start, 1, log, log, n);
        products(start, 4, log, log, n);
        gammaArguments(v, below, log, factor, n);
        log(log, log, n);
        gammaPolynomial(start, start, n);
        stirling(v, sum, n);
        gammaSum(log, factor, below, start, sum, n);
        if (hasNegative(x, n)) {
            reflectionSize(v, log, start, n);
            log(log, log, n);
            reflect(v, log, start, sum, n);
        }
        round(sum, x, out, n, SpecialFunctions::lgamma);
    }

    // Conditions are quotients that are 0 or 1: HotSpot makes no vectors of Math.min and Math.max where their outcome seems foreseeable.

    /** Whether |x| is below 8, as 1 or 0 (at least next to it), and |x| there, but 1.5 elsewhere. */
    private static void stretches(double[] x, double[] below, double[] start, int n) {
        for (int i = 0; i < n; i++) {
            double z = Math.abs(x[i]);
            double d = z - ASYMPTOTIC;
            double b = 1 / Math.fma(d + Math.abs(d), HUGE, 1);
            below[i] = b;
            start[i] = b * z + (1 - b) * 1.5;
        }
    }

    /** The larger of x and 1, twice. */
    private static double twiceAtLeast1(double x) {
        return x + 1 + Math.abs(x - 1);
    }

    /** Of c − {@code first} and the two numbers below that, as far as they are above 1, times {@code factor}. */
    private static void products(double[] c, double first, double[] factor, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            double v = c[i] - first;
            out[i] = twiceAtLeast1(v) * twiceAtLeast1(v - 1) * twiceAtLeast1(v - 2) * factor[i] * 0.125;
        }
    }

    /** What the logarithm is taken of, in place of the product, and what it is multiplied by. */
    private static void gammaArguments(double[] x, double[] below, double[] product, double[] factor, int n) {
        for (int i = 0; i < n; i++) {
            double z = Math.abs(x[i]);
            double d = z - 0x1.ffffffp-1; // next to 1, but no float
            double least = 1 / Math.fma(d + Math.abs(d), HUGE, 1);
            double middle = below[i] - least;
            product[i] = middle * product[i] + (1 - middle) * z;
            factor[i] = middle - least + (1 - below[i]) * (z - 0.5);
        }
    }

    /** ln Γ(y) for the y from 1 to 2 that differs from c by a whole number. */
    private static void gammaPolynomial(double[] c, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            double y = c[i] - Math.floor(c[i]);
            double t = y - 0.5;
            double p = Math.fma(t, -4.181764971534063e-05, 6.695726675725932e-05);
            p = Math.fma(t, p, -5.872139682151061e-05);
            p = Math.fma(t, p, 9.271805594092042e-05);
            p = Math.fma(t, p, -0.0001707976323189886);
            p = Math.fma(t, p, 0.0002746790838178905);
            p = Math.fma(t, p, -0.00043772731803274034);
            p = Math.fma(t, p, 0.0007110106682089393);
            p = Math.fma(t, p, -0.0011644357206447543);
            p = Math.fma(t, p, 0.0019229607024810074);
            p = Math.fma(t, p, -0.003212073187192498);
            p = Math.fma(t, p, 0.005446455687791209);
            p = Math.fma(t, p, -0.009425622465084969);
            p = Math.fma(t, p, 0.01679709868337638);
            p = Math.fma(t, p, -0.03130848750089396);
            p = Math.fma(t, p, 0.06291140107405553);
            p = Math.fma(t, p, -0.14595989591430808);
            p = Math.fma(t, p, 0.4831289505409814);
            out[i] = y * (y - 1) * p;
        }
    }

    /** What Stirling's series has beside the logarithm; of 8 where |x| is below. */
    private static void stirling(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            double z = Math.abs(x[i]);
            double r = 2 / (z + 8 + Math.abs(z - 8));
            double s = r * r;
            double p = Math.fma(s, -3617 / 122400.0, 1 / 156.0);
            p = Math.fma(s, p, -691 / 360360.0);
            p = Math.fma(s, p, 1 / 1188.0);
            p = Math.fma(s, p, -1 / 1680.0);
            p = Math.fma(s, p, 1 / 1260.0);
            p = Math.fma(s, p, -1 / 360.0);
            p = Math.fma(s, p, 1 / 12.0);
            out[i] = Math.fma(r, p, HALF_LOG_2PI) - z;
        }
    }

    private static void gammaSum(double[] log, double[] factor, double[] below, double[] near, double[] sum, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] = below[i] * near[i] + (1 - below[i]) * sum[i] + factor[i] * log[i];
        }
    }

    /** sin(πr) of r from −1/2 to 1/2. */
    private static double sinPi(double r) {
        double z = r * r;
        double p = Math.fma(z, 2.9039894034745783e-05, -2.9613597409244167e-05);
        p = Math.fma(z, p, -8.85983972519298e-06);
        p = Math.fma(z, p, 0.00046334171340669936);
        p = Math.fma(z, p, -0.0073700501180156905);
        p = Math.fma(z, p, 0.08214585875633164);
        p = Math.fma(z, p, -0.599264528188824);
        p = Math.fma(z, p, 2.5501640398507277);
        p = Math.fma(z, p, -5.167712780049565);
        return r * Math.fma(z, p, 3.141592653589793);
    }

    /** cos(πr) of r from −1/2 to 1/2. */
    private static double cosPi(double r) {
        double z = r * r;
        double p = Math.fma(z, 2.491749819725727e-06, 1.557343637328579e-06);
        p = Math.fma(z, p, -0.00010345628450728423);
        p = Math.fma(z, p, 0.001929302694188665);
        p = Math.fma(z, p, -0.02580685513048417);
        p = Math.fma(z, p, 0.23533062745916575);
        p = Math.fma(z, p, -1.3352627687128726);
        p = Math.fma(z, p, 4.058712126412425);
        p = Math.fma(z, p, -4.934802200544599);
        return Math.fma(z, p, 0.9999999999999994);
    }

    /** π/|x sin(πx)| of negative x, and 0 times that, which is NaN where x is whole. */
    private static void reflectionSize(double[] x, double[] out, double[] valid, int n) {
        for (int i = 0; i < n; i++) {
            double v = x[i];
            double size = 2 * Math.PI / (2 * Math.abs(v * sinPi(v - Math.rint(v))) + (v + Math.abs(v))); // finite of positive x
            out[i] = size;
            valid[i] = 0 * size;
        }
    }

    private static void reflect(double[] x, double[] log, double[] valid, double[] sum, int n) {
        for (int i = 0; i < n; i++) {
            double negative = 1 / Math.fma(x[i] + Math.abs(x[i]), HUGE, 1);
            sum[i] = negative * (log[i] + valid[i]) + (1 - 2 * negative) * sum[i];
        }
    }

    /** Derivative of ln Γ: below 8 from eight steps up, of which each pair of sum 2x + 7 has one denominator; negative arguments are reflected. */
    private void digamma(float[] x, float[] out, int n) {
        double[] z = wide(1);
        double[] before = wide(2);
        double[] sum = wide(3);
        widen(x, z, n);
        Arrays.fill(before, 0, n, 0);
        if (hasNegative(x, n)) {
            cotangents(z, before, n);
            reflectPoints(z, before, z, n);
        }
        steps(z, before, sum, n);
        log(z, before, n);
        digammaSum(z, before, sum, n);
        round(sum, x, out, n, SpecialFunctions::digamma);
    }

    /** −π/tan(πx), which is not finite where a negative x is whole. */
    private static void cotangents(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            double r = x[i] - Math.rint(x[i]);
            double positive = 1 - 1 / Math.fma(x[i] + Math.abs(x[i]), HUGE, 1);
            out[i] = -Math.PI * cosPi(r) / (sinPi(r) + 2 * positive);
        }
    }

    /** 1 − x for negative x, where the cotangents stay. */
    private static void reflectPoints(double[] x, double[] rest, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            double v = x[i];
            double negative = 1 / Math.fma(v + Math.abs(v), HUGE, 1);
            out[i] = negative * (1 - v) + (1 - negative) * v;
            rest[i] = negative * rest[i];
        }
    }

    /** The steps go to {@code sum}, with what was there before them, and z becomes what they lead to. */
    private static void steps(double[] z, double[] before, double[] sum, int n) {
        for (int i = 0; i < n; i++) {
            double v = z[i];
            double d = v - ASYMPTOTIC;
            double below = 1 / Math.fma(d + Math.abs(d), HUGE, 1);
            double c = below * v + (1 - below);
            double w = c * (c + 7);
            double p = w * (w + 6);
            double q = (w + 10) * (w + 12);
            double parts = ((2 * w + 6) * q + (2 * w + 22) * p) / (p * q);
            sum[i] = before[i] - below * (2 * c + 7) * parts;
            z[i] = v + below * 8;
        }
    }

    private static void digammaSum(double[] z, double[] log, double[] sum, int n) {
        for (int i = 0; i < n; i++) {
            double r = 1 / z[i];
            double s = r * r;
            double p = Math.fma(s, -3617 / 8160.0, 1 / 12.0);
            p = Math.fma(s, p, -691 / 32760.0);
            p = Math.fma(s, p, 1 / 132.0);
            p = Math.fma(s, p, -1 / 240.0);
            p = Math.fma(s, p, 1 / 252.0);
            p = Math.fma(s, p, -1 / 120.0);
            p = Math.fma(s, p, 1 / 12.0);
            sum[i] += log[i] - 0.5 * r - s * p;
        }
    }
}
