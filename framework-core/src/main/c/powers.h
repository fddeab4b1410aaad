/* Powers of float32, to 2 units in the last place, and remainders, which are exact. */
#ifndef CANDELA_POWERS_H
#define CANDELA_POWERS_H

#include "exponentials.h"

#define LOG2_E_LOW 0x1.4ae0cp-26f

/* (ln(1 + f) - f + f^2/2) / f^3, closer than the logarithm alone would need. */
static inline float log_third(float f) {
    float q = FMA(f, 0.05435594916343689f, -0.09963523596525192f);
    q = FMA(f, q, 0.10024482011795044f);
    q = FMA(f, q, -0.09905107319355011f);
    q = FMA(f, q, 0.11004440486431122f);
    q = FMA(f, q, -0.1249946728348732f);
    q = FMA(f, q, 0.1429111212491989f);
    q = FMA(f, q, -0.1666683405637741f);
    q = FMA(f, q, 0.19999876618385315f);
    q = FMA(f, q, -0.2499999701976776f);
    return FMA(f, q, 0.3333333432674408f);
}

/* 2 to the power y log2 x, with the logarithm in two floats, of a positive normal x. */
static inline float power_of_normal(float x, float y) {
    float power;
    float f = split(x, &power);
    float square = f * f;
    float half = 0.5f * square;
    float head = f - half;
    float tail = FMA(square * f, log_third(f), FMA(FMA(f, f, -square), -0.5f, f - head - half));
    float high = tail + head;
    float low = tail - (high - head);
    float product = high * LOG2_E;
    float lost = FMA(high, LOG2_E, -product) + FMA(high, LOG2_E_LOW, low * LOG2_E);
    float log = power + product;
    float rest = power - log + product + lost;
    float t = y * log;
    return exponential2_of_sum(t, FMA(y, log, -t) + y * rest);
}

/* Whether the function below has the power: of other exponents its products lose too much. */
static inline int is_plain_power(float x, float y) { return (fabsf(x) >= FLT_MIN) & (fabsf(x) <= FLT_MAX) & (fabsf(y) <= 8192); }

static inline float plain_power(float x, float y) {
    float size = power_of_normal(fabsf(x), y);
    int32_t whole = (int32_t)y;
    float signed_size = whole & 1 ? -size : size;
    float of_negative = (float)whole == y ? signed_size : NAN;
    return x < 0 ? of_negative : size;
}

/* Quotients up to 2^22 have their nearest integer by MAGIC. */
static inline int is_plain_remainder(float x, float y) { return (fabsf(x / y) <= 0x1p22f) & (fabsf(y) <= FLT_MAX); }

/* What the nearest quotient leaves, and the divisor once more where its sign is not that of `sign`; zeros have x's. */
static inline float plain_remainder(float x, float y, float sign) {
    float whole = x / y + MAGIC - MAGIC;
    float rest = FMA(-whole, y, x);
    float divisor = copysignf(y, sign);
    float other = (rest < 0) != (divisor < 0) ? rest + divisor : rest;
    return rest == 0 ? copysignf(0, x) : other == 0 ? copysignf(0, x) : other;
}

/* One by one, with C's fmod. */
static inline float any_remainder(float x, float y) {
    float r = fmodf(x, y);
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

#endif
