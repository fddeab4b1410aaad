package io.candela.backend.cpu;

/** Incomplete gamma functions in double precision. Abramowitz and Stegun, 6.5.29 and 6.5.31. */
final class GammaFunctions {
    private static final int LONGEST = 100_000; // terms; their number grows as the root of a

    private GammaFunctions() {}

    /** The part of Γ(a) below {@code x}, or above it, over Γ(a). NaN for negative arguments, PyTorch's values at 0 and infinity. */
    static double incomplete(double a, double x, boolean upper) {
        if (a < 0 || x < 0 || a == 0 && !(x > 0) || Double.isInfinite(a) && Double.isInfinite(x)) {
            return Double.NaN;
        }
        if (x == 0 || Double.isInfinite(a)) { // even where the other is NaN
            return upper ? 1 : 0;
        }
        if (a == 0 || Double.isInfinite(x)) {
            return upper ? 0 : 1;
        }
        if (a != a || x != x) {
            return Double.NaN;
        }
        boolean fraction = x > 1 && x > a;
        double part = fraction ? fraction(a, x) : series(a, x);
        return fraction == upper ? part : 1 - part;
    }

    /** {@code xᵃ e⁻ˣ / Γ(a)}. */
    private static double scale(double a, double x) {
        return Math.exp(a * Math.log(x) - x - SpecialFunctions.lgamma(a));
    }

    private static double series(double a, double x) {
        double term = 1 / a;
        double sum = term;
        for (int k = 1; k < LONGEST && term > sum * 1e-17; k++) {
            term *= x / (a + k);
            sum += term;
        }
        return sum * scale(a, x);
    }

    /** The upper part's continued fraction, from the front: each step multiplies by a ratio that tends to 1. */
    private static double fraction(double a, double x) {
        double b = x + 1 - a;
        double c = 1e300;
        double d = 1 / b;
        double value = d;
        for (int k = 1; k < LONGEST; k++) {
            double numerator = k * (a - k);
            b += 2;
            d = 1 / nonzero(numerator * d + b);
            c = nonzero(b + numerator / c);
            double ratio = c * d;
            value *= ratio;
            if (Math.abs(ratio - 1) < 1e-16) {
                break;
            }
        }
        return value * scale(a, x);
    }

    private static double nonzero(double x) {
        return Math.abs(x) < 1e-300 ? 1e-300 : x;
    }
}
