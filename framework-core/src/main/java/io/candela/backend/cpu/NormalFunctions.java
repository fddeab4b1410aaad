package io.candela.backend.cpu;

/** The standard normal distribution in double precision, far into its tails. */
final class NormalFunctions {
    private static final double ROOT_HALF = Math.sqrt(0.5);
    private static final double ROOT_2 = Math.sqrt(2);
    private static final double ROOT_PI = Math.sqrt(Math.PI);

    private NormalFunctions() {}

    /** {@code exp(x²) erfc x}, which falls as 1/x. */
    static double erfcx(double x) {
        if (x < -27) {
            return Double.POSITIVE_INFINITY;
        }
        if (x < 0.84375) { // exp(x²) is exact enough there, and below 0 nothing cancels
            double z = (float) x; // whose square is exact
            return Math.exp(z * z) * Math.exp((x - z) * (x + z)) * SpecialFunctions.erfc(x);
        }
        return SpecialFunctions.scaledTail(x);
    }

    /** Logarithm of the distribution function. */
    static double logNdtr(double x) {
        return x < -1 ? Math.log(erfcx(-x * ROOT_HALF) / 2) - x * x / 2 : Math.log1p(-SpecialFunctions.erfc(x * ROOT_HALF) / 2);
    }

    /** Inverse of the distribution function: NaN outside 0 … 1. */
    static double ndtri(double p) {
        if (p > 0.9) {
            return p > 1 ? Double.NaN : -ndtri(1 - p);
        }
        if (p >= 0.1) {
            return ROOT_2 * SpecialFunctions.erfinv(2 * p - 1);
        }
        if (!(p > 0)) {
            return p == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
        // Newton's steps for ln Φ(x) = ln p: the logarithm is nearly a parabola, so a few do from anywhere in the tail
        double goal = Math.log(p);
        double x = -Math.sqrt(-2 * goal);
        for (int step = 0; step < 20; step++) {
            double slope = 2 / (ROOT_2 * ROOT_PI * erfcx(-x * ROOT_HALF));
            double change = (logNdtr(x) - goal) / slope;
            x -= change;
            if (Math.abs(change) < 1e-15 * Math.abs(x)) {
                break;
            }
        }
        return x;
    }
}
