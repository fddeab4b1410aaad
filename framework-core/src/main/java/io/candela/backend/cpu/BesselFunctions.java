package io.candela.backend.cpu;

/** Modified Bessel functions of orders 0 and 1, in double precision. Numbers of formulas are Abramowitz and Stegun's. */
final class BesselFunctions {
    /** From here on the asymptotic series falls below double precision before it diverges. */
    private static final double ASYMPTOTIC = 30;
    static final double EULER = 0.57721566490153286061;

    private BesselFunctions() {}

    /** The first kind, I, of order {@code n}. 9.6.10 and 9.7.1. */
    static double first(int n, double x) {
        double a = Math.abs(x);
        double value;
        if (a < ASYMPTOTIC) {
            value = series(n, a);
        } else if (a == Double.POSITIVE_INFINITY) {
            value = a;
        } else {
            double root = Math.exp(a / 2); // twice: eᵃ itself overflows before the result does
            value = root * asymptotic(n, a) * root;
        }
        return n == 1 && x < 0 ? -value : value;
    }

    /** {@code exp(−|x|)} times the first kind. */
    static double firstScaled(int n, double x) {
        double a = Math.abs(x);
        double value = a < ASYMPTOTIC ? series(n, a) * Math.exp(-a) : a == Double.POSITIVE_INFINITY ? 0 : asymptotic(n, a);
        return n == 1 && x < 0 ? -value : value;
    }

    private static double series(int n, double a) {
        double quarter = a * a / 4;
        double term = n == 0 ? 1 : a / 2;
        double sum = term;
        for (int k = 1; term > sum * 1e-17; k++) { // all terms are positive: nothing cancels
            term *= quarter / (k * (double) (k + n));
            sum += term;
        }
        return sum;
    }

    /** Without the factor eᵃ. */
    private static double asymptotic(int n, double a) {
        double term = 1;
        double sum = 1;
        for (int k = 1; k <= a && Math.abs(term) > 1e-17; k++) {
            double odd = 2 * k - 1;
            term *= (odd * odd - 4 * n) / (8 * k * a); // 4n² is 4n
            sum += term;
        }
        return sum / Math.sqrt(2 * Math.PI * a);
    }

    /** The second kind, K, of order {@code n}, or with {@code scaled} times eˣ: infinite at 0, NaN below. */
    static double second(int n, double x, boolean scaled) {
        if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
            return x == 0 ? Double.POSITIVE_INFINITY : x > 0 ? 0 : Double.NaN;
        }
        double factor = scaled ? Math.exp(Math.min(x, 1)) : 1;
        return x < 1 ? secondSeries(n, x) * factor : integral(n, x) * (scaled ? 1 : Math.exp(-x));
    }

    /** 9.6.11, up to 1: all terms but the first have one sign for order 0, and hardly any size for order 1. */
    private static double secondSeries(int n, double x) {
        double log = Math.log(x / 2) + EULER;
        double quarter = x * x / 4;
        double term = n == 0 ? 1 : x / 2;
        double harmonic = n == 0 ? 0 : 0.5; // the mean of those of k and k + n
        double sum = n == 0 ? -log : 1 / x + term * (log - harmonic);
        for (int k = 1; k < 20; k++) {
            term *= quarter / (k * (double) (k + n));
            harmonic += (1.0 / k + 1.0 / (k + n)) / 2;
            sum += n == 0 ? term * (harmonic - log) : term * (log - harmonic);
        }
        return sum;
    }

    /**
     * eˣ K of any order: ∫ exp(−x (cosh t − 1)) cosh(order · t) dt over t from 0, 9.6.24, by the rule of trapezoids. For so smooth a function it
     * converges faster than any power of the step.
     */
    static double integral(double order, double x) {
        double step = Math.min(0.125, 0.5 / Math.sqrt(x));
        double sum = 0.5;
        for (int k = 1;; k++) {
            double t = k * step;
            double half = Math.sinh(t / 2);
            double exponent = 2 * x * half * half;
            if (exponent > 45 + order * t) {
                return sum * step;
            }
            sum += Math.exp(-exponent) * Math.cosh(order * t);
        }
    }
}
