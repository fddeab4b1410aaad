/*
 * Exponentials and logarithms of float32, to 2 units in the last place (the hyperbolic tangent to 3). Polynomials are least squares fits over Chebyshev
 * points with weights for the relative error, coefficients rounded to float one after another.
 */
#ifndef CANDELA_EXPONENTIALS_H
#define CANDELA_EXPONENTIALS_H

#include <float.h>

#include "functions.h"

#define LN2_HIGH 0x1.62e42ep-1f
#define LN2_LOW 0x1.efa39ep-25f
#define LN2 0x1.62e43p-1f
#define LOG2_E 0x1.715476p0f
#define LOG10_E 0x1.bcb7b2p-2f
#define LOG10_2_HIGH 0x1.344136p-2f
#define LOG10_2_LOW -0x1.ec10cp-27f
#define ROOT_HALF_BITS 0x3F3504F3

/* e to the power r between -ln 2 and ln 2. */
static inline float exp_near(float r) {
    float q = FMA(r, 2.5082228603423573e-05f, 0.00020115954976063222f);
    q = FMA(r, q, 0.0013887995155528188f);
    q = FMA(r, q, 0.008332483470439911f);
    q = FMA(r, q, 0.041666675359010696f);
    q = FMA(r, q, 0.16666674613952637f);
    q = FMA(r, q, 0.5f);
    return FMA(r, FMA(r, q, 1), 1);
}

/* 2 to the power of the integer in the last bits of a sum with MAGIC. */
static inline float power_of_2(float sum) { return from_bits((bits(sum) - (MAGIC_BITS - 127)) << 23); }

/* x = 2k ln 2 + r: the square of 2 to the power k reaches all floats, the least ones too. */
static inline float exponential(float x) {
    float v = limited(x, -104, 89);
    float t = FMA(v, LOG2_E / 2, MAGIC);
    float m = t - MAGIC;
    float r = FMA(m, -2 * LN2_LOW, FMA(m, -2 * LN2_HIGH, v));
    float s = power_of_2(t);
    return exp_near(r) * s * s;
}

/* (2 to the power r, less 1 + r ln 2) / r^2, for r between -1 and 1. */
static inline float exp2_second(float r) {
    float q = FMA(r, 1.4898439985699952e-05f, 0.00015653994341846555f);
    q = FMA(r, q, 0.001334205619059503f);
    q = FMA(r, q, 0.009616714902222157f);
    q = FMA(r, q, 0.05550364404916763f);
    return FMA(r, q, 0.24022673070430756f);
}

static inline float exp2_near(float r) { return FMA(r * r, exp2_second(r), FMA(r, LN2, 1)); }

static inline float exponential2(float x) {
    float v = limited(x, -151, 129);
    float t = FMA(v, 0.5f, MAGIC);
    float s = power_of_2(t);
    return exp2_near(FMA(t - MAGIC, -2, v)) * s * s;
}

/* The same for x that is not positive, with half a unit in the last place more of error. */
static inline float exponential2_of_negative(float x) {
    float v = most(x, -151);
    float t = FMA(v, 0.5f, MAGIC);
    float r = FMA(t - MAGIC, -2, v);
    float s = power_of_2(t);
    return FMA(r, FMA(r, exp2_second(r), LN2), 1) * s * s;
}

/* 2 to the power x + rest, where rest is small. */
static inline float exponential2_of_sum(float x, float rest) {
    float v = limited(x, -151, 129);
    float t = FMA(v, 0.5f, MAGIC);
    float s = power_of_2(t);
    return exp2_near(FMA(t - MAGIC, -2, v) + rest) * s * s;
}

/* e to the power x, less 1: x = (k + 1) ln 2 + r, in the half of a power of 2, which is finite where the result is. */
static inline float exponential_less_1(float x) {
    float v = limited(x, -80, 89);
    float t = FMA(v, LOG2_E, MAGIC);
    float m = t - MAGIC;
    float r = FMA(m, -LN2_LOW, FMA(m, -LN2_HIGH, v));
    float q = FMA(r, 0.00019959326891694218f, 0.0013933690497651696f);
    q = FMA(r, q, 0.008333191275596619f);
    q = FMA(r, q, 0.04166647791862488f);
    q = FMA(r, q, 0.1666666716337204f);
    q = FMA(r, q, 0.5f);
    float p = FMA(r * q, r, r);
    float s = power_of_2(t - 1);
    return x == 0 ? x : 2 * FMA(s, p, s - 0.5f); /* -0 stays */
}

static inline float sigmoid(float x) { return 1 / (1 + exponential(-x)); }

static inline float hyperbolic_tangent(float x) {
    float e = exponential_less_1(2 * limited(x, -15, 15));
    return e / (e + 2);
}

/* From t, the exponential less 1 of the size: (t + t/(t + 1)) / 2. Sizes above 88 in two factors. */
static inline float hyperbolic_sine(float x) {
    float size = fabsf(x);
    float t = exponential_less_1(least(size, 88));
    float half = exponential(0.5f * size);
    float result = 0.5f * (t + t / (t + 1));
    return copysignf(size > 88 ? 0.5f * half * half : result, x);
}

static inline float hyperbolic_cosine(float x) {
    float size = fabsf(x);
    float e = exponential(size);
    float half = exponential(0.5f * size);
    return size > 88 ? 0.5f * half * half : 0.5f * (e + 1 / e);
}

/* x = 2^power (1 + f) of a positive normal number, with 1 + f from the root of 1/2 to that of 2. */
static inline float split(float x, float *power) {
    uint32_t t = bits(x) - ROOT_HALF_BITS;
    *power = (float)((int32_t)t >> 23);
    return from_bits((t & 0x7FFFFF) + ROOT_HALF_BITS) - 1;
}

/* ln(1 + f) - f. */
static inline float log_tail(float f) {
    float q = FMA(f, 0.06684155762195587f, -0.1165514588356018f);
    q = FMA(f, q, 0.11905413120985031f);
    q = FMA(f, q, -0.12409746646881104f);
    q = FMA(f, q, 0.14217562973499298f);
    q = FMA(f, q, -0.16667726635932922f);
    q = FMA(f, q, 0.20002226531505585f);
    q = FMA(f, q, -0.25000014901161194f);
    q = FMA(f, q, 0.3333331048488617f);
    float square = f * f;
    return FMA(square * f, q, -0.5f * square);
}

/* Natural logarithm of a positive normal number; a number for all others. */
static inline float log_normal(float x) {
    float power;
    float f = split(x, &power);
    return FMA(power, LN2_HIGH, f + FMA(power, LN2_LOW, log_tail(f)));
}

/* As split, of what is below normal too. */
static inline float split_any(float x, float *power) {
    int below = x < FLT_MIN;
    float f = split(below ? x * 0x1p24f : x, power);
    *power -= below ? 24.0f : 0.0f;
    return f;
}

/* The logarithm of x, where that of a positive finite number would be `log`. */
static inline float log_of_any(float x, float log) {
    float other = x == 0 ? -INFINITY : x > 0 ? x : NAN;
    return ((x > 0) & (x <= FLT_MAX)) ? log : other;
}

static inline float logarithm(float x) {
    float power;
    float f = split_any(x, &power);
    return log_of_any(x, FMA(power, LN2_HIGH, f + FMA(power, LN2_LOW, log_tail(f))));
}

static inline float logarithm2(float x) {
    float power;
    float f = split_any(x, &power);
    return log_of_any(x, FMA(f + log_tail(f), LOG2_E, power));
}

static inline float logarithm10(float x) {
    float power;
    float f = split_any(x, &power);
    return log_of_any(x, FMA(power, LOG10_2_HIGH, FMA(f + log_tail(f), LOG10_E, power * LOG10_2_LOW)));
}

/* ln(1 + x) of x from -1 on, neither -1 nor infinite: the logarithm of the rounded sum, and what rounding lost. */
static inline float log_normal_1_plus(float x) {
    float sum = 1 + x;
    return log_normal(sum) + (x - (sum - 1)) / sum;
}

static inline float logarithm_1_plus(float x) {
    float sum = 1 + x;
    float log = x == 0 ? x : log_normal_1_plus(x);
    float other = sum == 0 ? -INFINITY : sum > 0 ? sum : NAN;
    return ((sum > 0) & (sum <= FLT_MAX)) ? log : other;
}

/* ln(1 + e^-|x|). */
static inline float log_1_plus_exp(float x) { return log_normal_1_plus(exponential(-fabsf(x))); }

/* ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|). */
static inline float softplus(float x) { return most(x, 0) + log_1_plus_exp(x); }

static inline float log_add_exp(float x, float y) {
    float difference = x == y ? 0 : x - y;
    return larger(x, y) + log_1_plus_exp(difference);
}

static inline float log_add_exp2(float x, float y) {
    float difference = x == y ? 0 : x - y;
    return FMA(log_normal_1_plus(exponential2(-fabsf(difference))), LOG2_E, larger(x, y));
}

static inline float x_log_y(float x, float y) {
    float product = x * logarithm(y);
    return ((x == 0) & (y == y)) ? 0 : product;
}

/* tanh(ln(1 + e^x)) = t / (t + 2) with t = e (e + 2); from 43 on 1, and e squared stays finite. */
static inline float mish_tanh(float e) {
    float t = e * (e + 2);
    return t / (t + 2);
}

static inline float mish(float x) { return x * mish_tanh(exponential(least(x, 43))); }

/* With that tanh t: t + x (1 - t^2) sigmoid(x). */
static inline float mish_slope(float x) {
    float e = exponential(least(x, 43));
    float t = mish_tanh(e);
    return t + x * ((1 - t * t) * (e / (1 + e)));
}

static inline float silu_slope(float x) {
    float s = sigmoid(x);
    return s * (1 + x * (1 - s));
}

#define ROOT_2_OVER_PI 0.7978845608028654f
#define GELU_CUBE 0.044715f

static inline float gelu_tanh_inner(float x) { return hyperbolic_tangent(ROOT_2_OVER_PI * (x + GELU_CUBE * x * x * x)); }

static inline float gelu_tanh_slope(float x) {
    float t = gelu_tanh_inner(x);
    float slope = ROOT_2_OVER_PI * (1 + 3 * GELU_CUBE * x * x);
    return 0.5f * (1 + t) + 0.5f * x * ((1 - t * t) * slope);
}

/* ln(1 + |x| + x^2/(1 + root(x^2 + 1))) with x's sign; ln(2|x|) of large ones. */
static inline float inverse_hyperbolic_sine(float x) {
    float size = fabsf(x);
    float square = size * size;
    int large = size > 1e9f;
    float log = logarithm_1_plus(large ? size : size + square / (1 + sqrtf(square + 1)));
    return copysignf(log + (large ? LN2 : 0), x);
}

/* ln(1 + t + root(2t + t^2)) with t = x - 1. */
static inline float inverse_hyperbolic_cosine(float x) {
    float t = x - 1;
    int large = x > 1e9f;
    float log = logarithm_1_plus(large ? t : t + sqrtf(FMA(t, t, 2 * t))) + (large ? LN2 : 0);
    return x < 1 ? NAN : log;
}

/* ln(1 + 2|x|/(1 - |x|)) / 2 with x's sign. */
static inline float inverse_hyperbolic_tangent(float x) {
    float size = fabsf(x);
    return copysignf(0.5f * logarithm_1_plus(2 * size / (1 - size)), x);
}

#endif
