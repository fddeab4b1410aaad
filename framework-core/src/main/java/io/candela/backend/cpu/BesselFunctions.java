package io.candela.backend.cpu;

/** Modified Bessel functions of the first kind, in double precision. Abramowitz and Stegun, 9.6.10 and 9.7.1. */
final class BesselFunctions {
    /** From here on the asymptotic series falls below double precision before it diverges. */
    private static final double ASYMPTOTIC = 30;

    private BesselFunctions() {}

    /** Of order {@code n}, 0 or 1. */
    static double first(int n, double x) {
        double a = Math.abs(x);
        double value = a < ASYMPTOTIC ? series(n, a) : a == Double.POSITIVE_INFINITY ? a : asymptotic(n, a);
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

    private static double asymptotic(int n, double a) {
        double term = 1;
        double sum = 1;
        for (int k = 1; k <= a && Math.abs(term) > 1e-17; k++) {
            double odd = 2 * k - 1;
            term *= (odd * odd - 4 * n) / (8 * k * a); // 4n² is 4n
            sum += term;
        }
        double root = Math.exp(a / 2); // twice: eᵃ itself overflows before the result does
        return root / Math.sqrt(2 * Math.PI * a) * sum * root;
    }
}
