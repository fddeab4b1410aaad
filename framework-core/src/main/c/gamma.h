/* Logarithms of the gamma function and their derivative, in double, since parts of them cancel; rounded once. */
#ifndef CANDELA_GAMMA_H
#define CANDELA_GAMMA_H

#include <float.h>

#include "functions.h"

#define ROOT_HALF_BITS_64 0x3FE6A09E667F3BCD
#define BIAS_64 (1023ULL << 52)
#define TWO_52 0x1p52
#define PI_64 3.141592653589793
#define LN2_64 0.6931471805599453
#define HALF_LOG_2_PI 0.9189385332046727
#define FMA64(x, y, z) fma(x, y, z)

/* Natural logarithm of a positive normal double; a number for others. ln m = 2 artanh((m - 1)/(m + 1)). */
static inline double log64(double x) {
    uint64_t v;
    memcpy(&v, &x, sizeof v);
    uint64_t t = v - ROOT_HALF_BITS_64 + BIAS_64;
    uint64_t power = t >> 52 | 0x4330000000000000;
    uint64_t mantissa = (t & ((1ULL << 52) - 1)) + ROOT_HALF_BITS_64;
    double e, m;
    memcpy(&e, &power, sizeof e);
    memcpy(&m, &mantissa, sizeof m);
    double f = m - 1;
    double s = f / (2 + f);
    double z = s * s;
    double p = FMA64(z, 2.0 / 21, 2.0 / 19);
    p = FMA64(z, p, 2.0 / 17);
    p = FMA64(z, p, 2.0 / 15);
    p = FMA64(z, p, 2.0 / 13);
    p = FMA64(z, p, 2.0 / 11);
    p = FMA64(z, p, 2.0 / 9);
    p = FMA64(z, p, 2.0 / 7);
    p = FMA64(z, p, 2.0 / 5);
    p = FMA64(z, p, 2.0 / 3);
    return FMA64(e - (TWO_52 + 1023), LN2_64, FMA64(s * z, p, 2 * s));
}

/* sin(pi r) of r from -1/2 to 1/2. */
static inline double sine_of_pi(double r) {
    double z = r * r;
    double p = FMA64(z, 2.9039894034745783e-05, -2.9613597409244167e-05);
    p = FMA64(z, p, -8.85983972519298e-06);
    p = FMA64(z, p, 0.00046334171340669936);
    p = FMA64(z, p, -0.0073700501180156905);
    p = FMA64(z, p, 0.08214585875633164);
    p = FMA64(z, p, -0.599264528188824);
    p = FMA64(z, p, 2.5501640398507277);
    p = FMA64(z, p, -5.167712780049565);
    return r * FMA64(z, p, 3.141592653589793);
}

/* cos(pi r) of r from -1/2 to 1/2. */
static inline double cosine_of_pi(double r) {
    double z = r * r;
    double p = FMA64(z, 2.491749819725727e-06, 1.557343637328579e-06);
    p = FMA64(z, p, -0.00010345628450728423);
    p = FMA64(z, p, 0.001929302694188665);
    p = FMA64(z, p, -0.02580685513048417);
    p = FMA64(z, p, 0.23533062745916575);
    p = FMA64(z, p, -1.3352627687128726);
    p = FMA64(z, p, 4.058712126412425);
    p = FMA64(z, p, -4.934802200544599);
    return FMA64(z, p, 0.9999999999999994);
}

static inline double at_least_1(double x) { return x > 1 ? x : 1; }

/* ln Gamma(y), y from 1 to 2. */
static inline double log_gamma_near(double y) {
    double t = y - 1.5;
    double p = FMA64(t, -4.181764971534063e-05, 6.695726675725932e-05);
    p = FMA64(t, p, -5.872139682151061e-05);
    p = FMA64(t, p, 9.271805594092042e-05);
    p = FMA64(t, p, -0.0001707976323189886);
    p = FMA64(t, p, 0.0002746790838178905);
    p = FMA64(t, p, -0.00043772731803274034);
    p = FMA64(t, p, 0.0007110106682089393);
    p = FMA64(t, p, -0.0011644357206447543);
    p = FMA64(t, p, 0.0019229607024810074);
    p = FMA64(t, p, -0.003212073187192498);
    p = FMA64(t, p, 0.005446455687791209);
    p = FMA64(t, p, -0.009425622465084969);
    p = FMA64(t, p, 0.01679709868337638);
    p = FMA64(t, p, -0.03130848750089396);
    p = FMA64(t, p, 0.06291140107405553);
    p = FMA64(t, p, -0.14595989591430808);
    p = FMA64(t, p, 0.4831289505409814);
    return (y - 1) * (y - 2) * p;
}

/*
 * ln |Gamma(x)|. Below 8 the argument goes down to 1 ... 2 (or up from below 1), where a polynomial holds, by a product whose factors are 1 once they were
 * below it; beyond by Stirling's series. Negative arguments are reflected.
 */
static inline float log_gamma(float x) {
    double v = x;
    double z = fabs(v);
    int below = z < 8, first = z < 1;
    double c = below ? z : 1.5;
    double product = at_least_1(c - 1) * at_least_1(c - 2) * at_least_1(c - 3) * at_least_1(c - 4) * at_least_1(c - 5) * at_least_1(c - 6);
    double argument = first ? z : below ? product : z;
    double factor = first ? -1 : below ? 1 : z - 0.5;
    double near = log_gamma_near(c - floor(c) + 1);
    double r = 1 / (below ? 8 : z);
    double s = r * r;
    double p = FMA64(s, -3617 / 122400.0, 1 / 156.0);
    p = FMA64(s, p, -691 / 360360.0);
    p = FMA64(s, p, 1 / 1188.0);
    p = FMA64(s, p, -1 / 1680.0);
    p = FMA64(s, p, 1 / 1260.0);
    p = FMA64(s, p, -1 / 360.0);
    p = FMA64(s, p, 1 / 12.0);
    double far = FMA64(r, p, HALF_LOG_2_PI) - z;
    double sum = (below ? near : far) + factor * log64(argument);
    double size = fabs(v * sine_of_pi(v - rint(v)));
    double reflected = log64(PI_64 / size) - sum;
    double result = v < 0 ? (size == 0 ? INFINITY : reflected) : v == 0 ? INFINITY : sum;
    return (float)(z <= (double)FLT_MAX ? result : z);
}

/* Derivative of ln Gamma: below 8 from eight steps up, of which each pair of sum 2x + 7 has one denominator; negative arguments are reflected. */
static inline float digamma(float x) {
    double v = x;
    int negative = v < 0;
    double fraction = v - rint(v);
    double sine = sine_of_pi(fraction);
    double reflection = negative ? -PI_64 * cosine_of_pi(fraction) / sine : 0;
    double z = negative ? 1 - v : v;
    int below = z < 8;
    double c = below ? z : 1;
    double w = c * (c + 7);
    double p = w * (w + 6);
    double q = (w + 10) * (w + 12);
    double parts = ((2 * w + 6) * q + (2 * w + 22) * p) / (p * q);
    double steps = below ? (2 * c + 7) * parts : 0;
    z = below ? z + 8 : z;
    double r = 1 / z;
    double s = r * r;
    double t = FMA64(s, -3617 / 8160.0, 1 / 12.0);
    t = FMA64(s, t, -691 / 32760.0);
    t = FMA64(s, t, 1 / 132.0);
    t = FMA64(s, t, -1 / 240.0);
    t = FMA64(s, t, 1 / 252.0);
    t = FMA64(s, t, -1 / 120.0);
    t = FMA64(s, t, 1 / 12.0);
    double result = reflection - steps + log64(z) - 0.5 * r - s * t;
    double other = v == 0 ? copysign(INFINITY, -v) : v > 0 ? v : NAN; /* infinite or NaN */
    int plain = (fabs(v) <= (double)FLT_MAX) & (v != 0) & ((v > 0) | (sine != 0));
    return (float)(plain ? result : other);
}

#endif
