/* Circular functions of float32 and their inverses, to 4 units in the last place; polynomials as those of exponentials. */
#ifndef CANDELA_ANGLES_H
#define CANDELA_ANGLES_H

#include "functions.h"

#define HALF_PI_1 0x1.921fb4p+0f /* cut off, so that all parts are positive */
#define HALF_PI_2 0x1.4442dp-24f
#define HALF_PI_3 0x1.84698ap-48f
#define PI_HIGH 0x1.921fb6p+1f
#define PI_LOW -0x1.777a5cp-24f
#define HALF_PI_HIGH 0x1.921fb6p+0f
#define HALF_PI_LOW -0x1.777a5cp-25f
#define TWO_OVER_PI 0x1.45f306p-1f
/* Angles up to here keep their precision when multiples of pi/2 are taken off. */
#define LARGEST_ANGLE 8192

/* x = k pi/2 + r: the sum that has k in its last bits, sine and cosine of r. */
static inline uint32_t quarters(float x, float *sine, float *cosine) {
    float t = FMA(x, TWO_OVER_PI, MAGIC);
    float m = t - MAGIC;
    float r = FMA(m, -HALF_PI_3, FMA(m, -HALF_PI_2, FMA(m, -HALF_PI_1, x)));
    float z = r * r;
    float p = FMA(z, 2.8045305953128263e-06f, -0.00019850303942803293f);
    p = FMA(z, p, 0.008333372883498669f);
    p = FMA(z, p, -0.1666666716337204f);
    float q = FMA(z, 2.443297125864774e-05f, -0.0013887312961742282f);
    q = FMA(z, q, 0.04166664555668831f);
    *sine = FMA(r * z, p, r);
    *cosine = FMA(z * z, q, FMA(z, -0.5f, 1));
    return bits(t);
}

static inline float sine(float x) {
    float s, c;
    uint32_t k = quarters(x, &s, &c);
    float size = k & 1 ? c : s;
    float result = from_bits(bits(size) ^ (k & 2) << 30);
    return x == 0 ? x : result; /* so that -0 stays */
}

static inline float cosine(float x) {
    float s, c;
    uint32_t k = quarters(x, &s, &c) + 1;
    float size = k & 1 ? c : s;
    return from_bits(bits(size) ^ (k & 2) << 30);
}

static inline float tangent(float x) {
    float s, c;
    uint32_t k = quarters(x, &s, &c);
    float result = (k & 1 ? -c : s) / (k & 1 ? s : c);
    return x == 0 ? x : result;
}

/* For z from 0 to 1. */
static inline float inverse_tangent_near(float z) {
    float t = z * z;
    float p = FMA(t, -0.001738973194733262f, 0.010666740126907825f);
    p = FMA(t, p, -0.030709004029631615f);
    p = FMA(t, p, 0.05747894197702408f);
    p = FMA(t, p, -0.08374951034784317f);
    p = FMA(t, p, 0.10942219942808151f);
    p = FMA(t, p, -0.1426229029893875f);
    p = FMA(t, p, 0.1999835968017578f);
    p = FMA(t, p, -0.33333292603492737f);
    return FMA(z * t, p, z);
}

static inline float inverse_tangent(float x) {
    float size = fabsf(x);
    float angle = inverse_tangent_near(size > 1 ? 1 / size : size);
    return copysignf(size > 1 ? HALF_PI_HIGH - (angle - HALF_PI_LOW) : angle, x);
}

/* The angle of the point (x, y). */
static inline float angle_of_point(float y, float x) {
    float up = fabsf(y), along = fabsf(x);
    float lower = up < along ? up : along, higher = up < along ? along : up;
    float quotient = lower / higher;
    float angle = inverse_tangent_near(lower == higher ? (lower == 0 ? 0.0f : 1.0f) : quotient);
    angle = up > along ? HALF_PI_HIGH - (angle - HALF_PI_LOW) : angle;
    angle = bits(x) >> 31 ? PI_HIGH - (angle - PI_LOW) : angle;
    return ((x != x) | (y != y)) ? NAN : copysignf(angle, y);
}

/* asin t - t over t, of t^2 up to 1/4. */
static inline float inverse_sine_tail(float z) {
    float p = FMA(z, 0.03752510994672775f, 0.01442625094205141f);
    p = FMA(z, p, 0.03181334212422371f);
    p = FMA(z, p, 0.04451585188508034f);
    p = FMA(z, p, 0.07500513643026352f);
    return z * FMA(z, p, 0.16666659712791443f);
}

/* From 1/2 on, pi/2 - 2 asin of the root of (1 - |x|)/2. */
static inline float inverse_sine(float x) {
    float size = fabsf(x);
    int far = size > 0.5f;
    float half = (1 - size) * 0.5f;
    float t = far ? sqrtf(half) : size;
    float angle = FMA(t, inverse_sine_tail(far ? half : size * size), t);
    return copysignf(far ? HALF_PI_HIGH - (2 * angle - HALF_PI_LOW) : angle, x);
}

/* From 1/2 on, 2 asin of the root of (1 - |x|)/2, taken from pi below 0. */
static inline float inverse_cosine(float x) {
    float size = fabsf(x);
    int far = size > 0.5f;
    float half = (1 - size) * 0.5f;
    float root = sqrtf(half);
    float tail = inverse_sine_tail(far ? half : x * x);
    float angle = 2 * FMA(root, tail, root);
    float near = HALF_PI_HIGH - (x - (HALF_PI_LOW - x * tail));
    return far ? (x < 0 ? PI_HIGH - (angle - PI_LOW) : angle) : near;
}

#endif
