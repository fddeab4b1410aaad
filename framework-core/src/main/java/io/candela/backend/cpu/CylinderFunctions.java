package io.candela.backend.cpu;

/** Bessel functions of orders 0 and 1, and Airy's, in double precision relative to their amplitude. Numbers of formulas are Abramowitz and Stegun's. */
final class CylinderFunctions {
    /** From here on asymptotic series reach double precision. */
    private static final double ASYMPTOTIC = 25;
    /** Ai and its derivative at 0. */
    private static final double AIRY = 0.35502805388781723926;
    private static final double AIRY_SLOPE = -0.25881940379280679840;

    private CylinderFunctions() {}

    /** The first kind, J, of order {@code n}: NaN at infinity, as PyTorch's. */
    static double first(int n, double x) {
        double a = Math.abs(x);
        if (!(a < Double.POSITIVE_INFINITY)) {
            return Double.NaN;
        }
        double value = a >= ASYMPTOTIC ? asymptotic(n, a, false) : a < 1 ? series(n, a) : neumann(n, a, false);
        return n == 1 ? Math.copySign(1, x) * value : value;
    }

    /** The second kind, Y, of order {@code n}: −∞ at 0, NaN below and at infinity, as PyTorch's. */
    static double second(int n, double x) {
        if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
            return x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
        if (x < 1e-8) { // 9.1.8 and 9.1.9: what follows vanishes
            return n == 0 ? 2 / Math.PI * (Math.log(x / 2) + BesselFunctions.EULER) : -2 / Math.PI / x;
        }
        return x >= ASYMPTOTIC ? asymptotic(n, x, true) : neumann(n, x, true);
    }

    /** 9.1.10, for small arguments, where J₁ is as small. */
    private static double series(int n, double a) {
        double quarter = a * a / 4;
        double term = n == 0 ? 1 : a / 2;
        double sum = term;
        for (int k = 1; k < 12; k++) {
            term *= -quarter / (k * (double) (k + n));
            sum += term;
        }
        return sum;
    }

    /**
     * J of all orders by Miller's recurrence from above, where it is stable, scaled so that J₀ + 2 Σ J₂ₖ = 1 (9.1.46). Sums of
     * them give Y: the Digital Library of Mathematical Functions, 10.23.16 and 10.23.17.
     */
    private static double neumann(int n, double x, boolean second) {
        double above = 0;
        double here = 1e-280;
        double total = 0;
        double sum = 0;
        double[] low = new double[2]; // J₀ and J₁
        for (int m = 2 * (int) (x / 2 + 18 + Math.sqrt(10 * x)); m >= 0; m--) { // here is Jₘ
            if (m < 2) {
                low[m] = here;
            }
            int k = m / 2;
            double sign = k % 2 == 0 ? 1 : -1;
            if (m % 2 == 0) {
                total += m == 0 ? here : 2 * here;
                sum += n == 0 && k > 0 ? sign * here / k : 0;
            } else if (n == 1 && k > 0) {
                sum += sign * here * m / (k * (k + 1.0));
            }
            double below = 2 * m / x * here - above;
            above = here;
            here = below;
            if (Math.abs(here) > 1e250) { // for small x each step multiplies by 2m/x
                double down = 1e-270;
                above *= down;
                here *= down;
                total *= down;
                sum *= down;
                low[0] *= down;
                low[1] *= down;
            }
        }
        double j = low[n] / total;
        if (!second) {
            return j;
        }
        double log = Math.log(x / 2) + BesselFunctions.EULER;
        double y = n == 0 ? log * j - 2 * sum / total : (log - 1) * j - (sum + low[0] / x) / total;
        return 2 / Math.PI * y;
    }

    /** Hankel's expansions, 9.2.5 and 9.2.6. */
    private static double asymptotic(int n, double x, boolean second) {
        double term = 1;
        double even = 1;
        double odd = 0;
        for (int k = 1; k <= 2 * x && Math.abs(term) > 1e-17; k++) {
            double square = (2 * k - 1) * (double) (2 * k - 1);
            term *= (4 * n - square) / (8 * k * x); // 4n² is 4n
            double signed = k % 4 < 2 ? term : -term;
            if (k % 2 == 0) {
                even += signed;
            } else {
                odd += signed;
            }
        }
        // sine and cosine of x − π/4 without the error of that difference; another π/2 less for order 1
        double sine = (Math.sin(x) - Math.cos(x)) / Math.sqrt(2);
        double cosine = (Math.sin(x) + Math.cos(x)) / Math.sqrt(2);
        double c = n == 0 ? cosine : sine;
        double s = n == 0 ? sine : -cosine;
        return Math.sqrt(2 / (Math.PI * x)) * (second ? even * s + odd * c : even * c - odd * s);
    }

    /** Airy's Ai: NaN at infinity, as PyTorch's. */
    static double airy(double x) {
        if (x != x || Double.isInfinite(x)) {
            return Double.NaN;
        }
        double zeta = 2 * Math.abs(x) * Math.sqrt(Math.abs(x)) / 3;
        if (x > 1) {
            return Math.sqrt(x / 3) / Math.PI * BesselFunctions.integral(1 / 3.0, zeta) * Math.exp(-zeta); // 10.4.14
        }
        return x > -9 ? stepped(x) : oscillating(-x, zeta);
    }

    /** Taylor's series of y″ = x y, from 0 in steps of one half: both solutions keep their size below 0. */
    private static double stepped(double goal) {
        double at = 0;
        double y = AIRY;
        double slope = AIRY_SLOPE;
        int steps = (int) Math.ceil(Math.abs(goal) * 2);
        double h = steps == 0 ? 0 : goal / steps;
        for (int step = 0; step < steps; step++) {
            double before = 0; // coefficients aₙ₋₁, aₙ, aₙ₊₁
            double a = y;
            double next = slope;
            double power = 1;
            double value = 0;
            double rise = 0;
            for (int n = 0; n < 30; n++) {
                value += a * power;
                rise += (n + 1) * next * power;
                double after = (at * a + before) / ((n + 1) * (n + 2.0));
                before = a;
                a = next;
                next = after;
                power *= h;
            }
            y = value;
            slope = rise;
            at = h * (step + 1);
        }
        return y;
    }

    /** 10.4.60. */
    private static double oscillating(double x, double zeta) {
        double term = 1;
        double even = 1;
        double odd = 0;
        for (int k = 1; k <= 2 * zeta && Math.abs(term) > 1e-17; k++) {
            term *= (6 * k - 5) * (6 * k - 3.0) * (6 * k - 1) / (216 * k * (2 * k - 1.0) * zeta);
            double signed = k % 4 < 2 ? term : -term;
            if (k % 2 == 0) {
                even += signed;
            } else {
                odd += signed;
            }
        }
        double sine = (Math.sin(zeta) + Math.cos(zeta)) / Math.sqrt(2); // of ζ + π/4
        double cosine = (Math.cos(zeta) - Math.sin(zeta)) / Math.sqrt(2);
        return (sine * even - cosine * odd) / (Math.sqrt(Math.PI) * Math.sqrt(Math.sqrt(x)));
    }
}
