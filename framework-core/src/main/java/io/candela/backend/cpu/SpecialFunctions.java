package io.candela.backend.cpu;

/** Error and gamma functions in double precision, to a few units in the last place but near zeros of the gamma functions. */
final class SpecialFunctions {
    private static final double HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
    /** From here on the asymptotic series below reach double precision. */
    private static final double ASYMPTOTIC = 10;

    // Rational approximations of fdlibm's s_erf.c, lowest power first: around 0, around 1, up to 1/0.35, and beyond.
    private static final double ERF_1 = 8.45062911510467529297e-01;
    private static final double[] PP = {1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02,
        -5.77027029648944159157e-03, -2.37630166566501626084e-05};
    private static final double[] QQ = {1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
        1.32494738004321644526e-04, -3.96022827877536812320e-06};
    private static final double[] PA = {-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01,
        3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03};
    private static final double[] QA = {1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
        1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02};
    private static final double[] RA = {-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01,
        -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01,
        -9.81432934416914548592e+00};
    private static final double[] SA = {1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02,
        6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00,
        -6.04244152148580987438e-02};
    private static final double[] RB = {-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01,
        -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02};
    private static final double[] SB = {1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03,
        3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01};

    // A first guess of the inverse error function, to three digits: up to 0.7, and beyond.
    private static final double[] INVERSE_P = {0.886226899, -1.645349621, 0.914624893, -0.140543331};
    private static final double[] INVERSE_Q = {1, -2.118377725, 1.442710462, -0.329097515, 0.012229801};
    private static final double[] INVERSE_R = {-1.970840454, -1.624906493, 3.429567803, 1.641345311};
    private static final double[] INVERSE_S = {1, 3.543889200, 1.637067800};

    /** B₂ₖ / (2k (2k − 1)): Stirling's series of ln Γ in 1/x² (times 1/x). */
    private static final double[] STIRLING = {1 / 12.0, -1 / 360.0, 1 / 1260.0, -1 / 1680.0, 1 / 1188.0, -691 / 360360.0, 1 / 156.0, -3617 / 122400.0};
    /** B₂ₖ / 2k: the series of the digamma function in 1/x² (times 1/x²). */
    private static final double[] DIGAMMA = {1 / 12.0, -1 / 120.0, 1 / 252.0, -1 / 240.0, 1 / 132.0, -691 / 32760.0, 1 / 12.0, -3617 / 8160.0};
    /** B₂ₖ / (2k)!: the end correction of Euler and Maclaurin. */
    private static final double[] EULER_MACLAURIN = {1 / 12.0, -1 / 720.0, 1 / 30240.0, -1 / 1209600.0, 1 / 47900160.0, -691 / 1307674368000.0,
        1 / 74724249600.0, -3617 / 10670622842880000.0};

    private SpecialFunctions() {}

    private static double polynomial(double[] coefficients, double x) {
        double sum = 0;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            sum = sum * x + coefficients[i];
        }
        return sum;
    }

    /** Error function. */
    static double erf(double x) {
        double a = Math.abs(x);
        if (a < 0.84375) {
            return x + x * (polynomial(PP, x * x) / polynomial(QQ, x * x));
        }
        return a < 6 ? Math.copySign(1 - tail(a), x) : Math.signum(x);
    }

    /** 1 − erf x. */
    static double erfc(double x) {
        double a = Math.abs(x);
        if (a < 0.84375) {
            double y = polynomial(PP, x * x) / polynomial(QQ, x * x);
            return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y);
        }
        double tail = a < 28 ? tail(a) : a != a ? a : 0;
        return x > 0 ? tail : 2 - tail;
    }

    /** 1 − erf a for a of 0.84375 or more. */
    private static double tail(double a) {
        if (a < 1.25) {
            return nearOne(a);
        }
        double z = (float) a; // its square is exact, and what it lacks of a² comes in a factor of its own
        return Math.exp(-z * z - 0.5625) * Math.exp((z - a) * (z + a) + ratio(a)) / a;
    }

    private static double nearOne(double a) {
        double s = a - 1;
        return 1 - ERF_1 - polynomial(PA, s) / polynomial(QA, s);
    }

    private static double ratio(double a) {
        double s = 1 / (a * a);
        return a < 1 / 0.35 ? polynomial(RA, s) / polynomial(SA, s) : polynomial(RB, s) / polynomial(SB, s);
    }

    /** {@code exp(a²) (1 − erf a)} for a of 0.84375 or more. */
    static double scaledTail(double a) {
        if (a < 1.25) {
            return Math.exp(a * a) * nearOne(a);
        }
        if (a < 28) {
            return Math.exp(ratio(a) - 0.5625) / a;
        }
        double s = 1 / (2 * a * a); // Abramowitz and Stegun, 7.1.23
        return (1 - s * (1 - 3 * s * (1 - 5 * s * (1 - 7 * s * (1 - 9 * s * (1 - 11 * s)))))) / (a * Math.sqrt(Math.PI));
    }

    /** Inverse of {@link #erf}: NaN outside −1 … 1. */
    static double erfinv(double y) {
        double a = Math.abs(y);
        if (!(a < 1)) {
            return a == 1 ? Math.copySign(Double.POSITIVE_INFINITY, y) : Double.NaN;
        }
        double x;
        if (a <= 0.7) {
            x = y * polynomial(INVERSE_P, y * y) / polynomial(INVERSE_Q, y * y);
        } else {
            double z = Math.sqrt(-Math.log((1 - a) / 2));
            x = Math.copySign(polynomial(INVERSE_R, z) / polynomial(INVERSE_S, z), y);
        }
        for (int step = 0; step < 2; step++) {
            x -= (erf(x) - y) / (2 / Math.sqrt(Math.PI) * Math.exp(-x * x));
        }
        return x;
    }

    /** Logarithm of |Γ(x)|; infinite at 0 and the negative integers. */
    static double lgamma(double x) {
        if (x != x || Double.isInfinite(x)) {
            return Math.abs(x);
        }
        if (x <= 0) {
            return x == Math.rint(x) ? Double.POSITIVE_INFINITY : Math.log(Math.PI / Math.abs(sinPi(x))) - Math.log(-x) - lgamma(-x);
        }
        double z = x;
        double product = 1;
        while (z < ASYMPTOTIC) {
            product *= z++;
        }
        double sum = (z - 0.5) * Math.log(z) - z + HALF_LOG_2PI + polynomial(STIRLING, 1 / (z * z)) / z;
        return z == x ? sum : sum - Math.log(product);
    }

    /** sin(πx), for an x that is not whole, without the error of π times a large x. */
    private static double sinPi(double x) {
        return Math.sin(Math.PI * (x - 2 * Math.rint(x / 2)));
    }

    /** Derivative of ln Γ: infinite at 0, NaN at the negative integers. */
    static double digamma(double x) {
        if (x == 0) {
            return Math.copySign(Double.POSITIVE_INFINITY, -x);
        }
        if (x < 0) {
            double part = x - Math.rint(x);
            return part == 0 || Double.isInfinite(x) ? Double.NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * part);
        }
        double z = x;
        double sum = 0;
        while (z < ASYMPTOTIC) {
            sum -= 1 / z++;
        }
        double s = 1 / (z * z);
        return sum + Math.log(z) - 0.5 / z - s * polynomial(DIGAMMA, s);
    }

    /** Derivative of order {@code n} of {@link #digamma}. */
    static double polygamma(int n, double x) {
        if (n == 0) {
            return digamma(x);
        }
        if (n == 1 && x < 0 && x != Math.rint(x)) {
            double sine = sinPi(x);
            return Math.PI / sine * (Math.PI / sine) - polygamma(1, 1 - x);
        }
        double factorial = 1;
        for (int i = 2; i <= n; i++) {
            factorial *= i;
        }
        return (n % 2 == 0 ? -factorial : factorial) * zeta(n + 1, x);
    }

    /** Hurwitz' zeta function Σ (x + k)⁻ˢ: infinite for s = 1, NaN below; NaN for negative x unless s is whole, as PyTorch's. */
    static double zeta(double s, double x) {
        if (s <= 1) {
            return s == 1 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (x <= 0 && x == Math.rint(x)) {
            return Double.POSITIVE_INFINITY;
        }
        if (x == Double.POSITIVE_INFINITY) {
            return 0;
        }
        if (s != s || x != x || x < 0 && s != Math.rint(s)) {
            return Double.NaN;
        }
        double sum = 0;
        double z = Math.max(x, x + Math.floor(-x) - 1e6); // what lies further below 0 counts for less than 1e-12, as s is 3 or more there
        while (z < ASYMPTOTIC + s) {
            double term = Math.pow(z, -s);
            sum += term;
            if (z > 1 && term <= 1e-17 * Math.abs(sum)) { // from 1 on each is smaller than the one before, and the rest than this
                return sum;
            }
            z++;
        }
        double power = Math.pow(z, -s);
        sum += z * power / (s - 1) + power / 2;
        double rising = s; // s (s + 1) … over the powers of z
        double term = power / z;
        for (int k = 0; k < EULER_MACLAURIN.length; k++) {
            sum += EULER_MACLAURIN[k] * rising * term;
            rising *= (s + 2.0 * k + 1) * (s + 2.0 * k + 2);
            term /= z * z;
        }
        return sum;
    }
}
