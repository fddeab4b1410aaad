// Functions that CUDA's mathematical library lacks, in double: the formulas of the CPU's kernels, whose classes name their sources.

namespace special {

#define SPECIAL __device__ __noinline__ double
const double PI_ = 3.14159265358979323846;

__device__ __forceinline__ double infinity() {
    return __longlong_as_double(0x7FF0000000000000ll);
}

/** Inverse of the error function: a guess of three digits, then Newton's steps. */
SPECIAL erfinv(double y) {
    double a = fabs(y);
    if (!(a < 1)) {
        return a == 1 ? copysign(infinity(), y) : nan("");
    }
    double x;
    if (a <= 0.7) {
        double z = y * y;
        x = y * (((-0.140543331 * z + 0.914624893) * z - 1.645349621) * z + 0.886226899)
                / ((((0.012229801 * z - 0.329097515) * z + 1.442710462) * z - 2.118377725) * z + 1);
    } else {
        double z = sqrt(-log((1 - a) / 2));
        x = copysign((((1.641345311 * z + 3.429567803) * z - 1.624906493) * z - 1.970840454) / ((1.637067800 * z + 3.543889200) * z + 1), y);
    }
    for (int step = 0; step < 2; step++) {
        x -= (erf(x) - y) / (1.12837916709551257390 * exp(-x * x));
    }
    return x;
}

/** The digamma function for a positive x: upwards to where the asymptotic series holds. */
__device__ __forceinline__ double positiveDigamma(double z) {
    double sum = 0;
    while (z < 10) {
        sum -= 1 / z;
        z += 1;
    }
    double s = 1 / (z * z);
    double series = -3617 / 8160.0;
    series = series * s + 1 / 12.0;
    series = series * s - 691 / 32760.0;
    series = series * s + 1 / 132.0;
    series = series * s - 1 / 240.0;
    series = series * s + 1 / 252.0;
    series = series * s - 1 / 120.0;
    series = series * s + 1 / 12.0;
    return sum + log(z) - 0.5 / z - s * series;
}

/** Derivative of ln Γ: infinite at 0, NaN at the negative integers. */
SPECIAL digamma(double x) {
    if (x == 0) {
        return copysign(infinity(), -x);
    }
    if (x < 0) {
        double part = x - rint(x);
        return part == 0 || isinf(x) ? nan("") : positiveDigamma(1 - x) - PI_ / tan(PI_ * part);
    }
    return positiveDigamma(x);
}

/** Hurwitz' zeta function Σ (x + k)⁻ˢ, for an integer s of 2 or more. */
SPECIAL zeta(int s, double x) {
    if (x <= 0 && x == rint(x)) {
        return infinity();
    }
    if (isinf(x) && x > 0) {
        return 0;
    }
    const double correction[8] = {1 / 12.0, -1 / 720.0, 1 / 30240.0, -1 / 1209600.0, 1 / 47900160.0, -691 / 1307674368000.0, 1 / 74724249600.0,
        -3617 / 10670622842880000.0};
    double sum = 0;
    double z = fmax(x, x + floor(-x) - 1e6); // what lies further below 0 counts for less than 1e-12
    while (z < 10 + s) {
        sum += pow(z, (double) -s);
        z += 1;
    }
    double power = pow(z, (double) -s);
    sum += z * power / (s - 1) + power / 2;
    double rising = s;
    double term = power / z;
#pragma unroll
    for (int k = 0; k < 8; k++) {
        sum += correction[k] * rising * term;
        rising *= (s + 2.0 * k + 1) * (s + 2.0 * k + 2);
        term /= z * z;
    }
    return sum;
}

/** Derivative of order n of digamma. */
SPECIAL polygamma(int n, double x) {
    if (n == 0) {
        return digamma(x);
    }
    double reflected = 0;
    double sign = 1;
    if (n == 1 && x < 0 && x != rint(x)) {
        double sine = sinpi(x);
        reflected = PI_ / sine * (PI_ / sine);
        sign = -1;
        x = 1 - x;
    }
    double factorial = 1;
    for (int i = 2; i <= n; i++) {
        factorial *= i;
    }
    double value = (n % 2 == 0 ? -factorial : factorial) * zeta(n + 1, x);
    return sign < 0 ? reflected - value : value;
}

/** Modified Bessel function of the first kind, of order n, 0 or 1. */
__device__ __forceinline__ double bessel(int n, double x) {
    double a = fabs(x);
    double value;
    if (a < 30) {
        double quarter = a * a / 4;
        double term = n == 0 ? 1 : a / 2;
        value = term;
        for (int k = 1; term > value * 1e-17; k++) {
            term *= quarter / (k * (double) (k + n));
            value += term;
        }
    } else if (isinf(a)) {
        value = a;
    } else {
        double term = 1;
        double sum = 1;
        for (int k = 1; k <= a && fabs(term) > 1e-17; k++) {
            double odd = 2 * k - 1;
            term *= (odd * odd - 4 * n) / (8 * k * a);
            sum += term;
        }
        double root = exp(a / 2); // twice: the exponential itself overflows before the result does
        value = root / sqrt(2 * PI_ * a) * sum * root;
    }
    return n == 1 && x < 0 ? -value : value;
}

SPECIAL i0(double x) {
    return bessel(0, x);
}

SPECIAL i1(double x) {
    return bessel(1, x);
}

__device__ __forceinline__ double nonzero(double x) {
    return fabs(x) < 1e-300 ? 1e-300 : x;
}

/** The part of Γ(a) below x, or above it, over Γ(a). */
SPECIAL incompleteGamma(double a, double x, bool upper) {
    const int longest = 100000;
    if (a < 0 || x < 0 || (a == 0 && !(x > 0)) || (isinf(a) && isinf(x))) {
        return nan("");
    }
    if (x == 0 || isinf(a)) {
        return upper ? 1 : 0;
    }
    if (a == 0 || isinf(x)) {
        return upper ? 0 : 1;
    }
    if (a != a || x != x) {
        return nan("");
    }
    bool fraction = x > 1 && x > a;
    double part;
    if (fraction) {
        double b = x + 1 - a;
        double c = 1e300;
        double d = 1 / b;
        part = d;
        for (int k = 1; k < longest; k++) {
            double numerator = k * (a - k);
            b += 2;
            d = 1 / nonzero(numerator * d + b);
            c = nonzero(b + numerator / c);
            double ratio = c * d;
            part *= ratio;
            if (fabs(ratio - 1) < 1e-16) {
                break;
            }
        }
    } else {
        double term = 1 / a;
        part = term;
        for (int k = 1; k < longest && term > part * 1e-17; k++) {
            term *= x / (a + k);
            part += term;
        }
    }
    part *= exp(a * log(x) - x - lgamma(a));
    return fraction == upper ? part : 1 - part;
}

}
