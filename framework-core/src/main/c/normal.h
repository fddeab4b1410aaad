/* Tails of the normal distribution and the error function of float32, and its inverse; polynomials as those of exponentials. */
#ifndef CANDELA_NORMAL_H
#define CANDELA_NORMAL_H

#include "exponentials.h"

#define ROOT_2 0x1.6a09e6p+0f
#define ONE_OVER_ROOT_2_PI 0x1.988454p-2f

/* Below 1 a polynomial of x^2; beyond, the logarithm of 1 - erf as one of |x|. */
static inline float error_function(float x) {
    float v = limited(x, -4, 4);
    float z = v * v;
    float p = FMA(z, -8.577988410252146e-06f, 0.00010858781752176583f);
    p = FMA(z, p, -0.0008423232357017696f);
    p = FMA(z, p, 0.005216406192630529f);
    p = FMA(z, p, -0.026863550767302513f);
    p = FMA(z, p, 0.11283743381500244f);
    p = FMA(z, p, -0.37612634897232056f);
    p = FMA(z, p, 0.12837916612625122f);
    float near = FMA(v, p, v);
    float y = fabsf(v);
    float q = FMA(y, 2.1791782273794524e-05f, -0.0004426157975103706f);
    q = FMA(y, q, 0.004211114253848791f);
    q = FMA(y, q, -0.025226537138223648f);
    q = FMA(y, q, 0.10844859480857849f);
    q = FMA(y, q, 0.6331908702850342f);
    q = FMA(y, q, 1.1295937299728394f);
    float far = 1 - exponential(-FMA(y, q, -0.0001914383319672197f));
    return y < 1 ? near : copysignf(far, x);
}

/* The part of the normal distribution below -|x|, from e to the power -x^2/2: that times a quotient of polynomials without any sign, to 3e-8. */
static inline float tail(float x, float e) {
    float v = least(fabsf(x), 20); /* from where on e is 0 */
    float p = FMA(v, 0.003985530696809292f, 0.03976410627365112f);
    p = FMA(v, p, 0.18067529797554016f);
    p = FMA(v, p, 0.43486857414245605f);
    p = FMA(v, p, 0.5f);
    float q = FMA(v, 0.00999009795486927f, 0.09968136996030807f);
    q = FMA(v, q, 0.4627074897289276f);
    q = FMA(v, q, 1.1919169425964355f);
    q = FMA(v, q, 1.6676219701766968f);
    q = FMA(v, q, 1);
    return e * (p / q);
}

/* max(x, 0) - |x| times the tail: what is taken off does not cancel. */
static inline float gelu(float x) {
    float t = tail(x, exponential2_of_negative(-0.5f * LOG2_E * x * x));
    float result = FMA(-fabsf(x), t, most(x, 0));
    return x == INFINITY ? x : result;
}

static inline float gelu_slope(float x) {
    float e = exponential2_of_negative(-0.5f * LOG2_E * x * x);
    float t = tail(x, e);
    return (bits(x) >> 31 ? t : 1 - t) + x * (e * ONE_OVER_ROOT_2_PI);
}

/* Twice the tail of root(2) |x|, or what that leaves of 2 for negative x; the exponential with what the square's rounding lost. */
static inline float complementary_error_function(float x) {
    float v = limited(x, -12, 12); /* beyond, both are as here */
    float square = v * v;
    float e = exponential(-square);
    float t = 2 * tail(v * ROOT_2, FMA(e, -FMA(v, v, -square), e));
    return x < 0 ? 2 - t : t;
}

/* x times a polynomial of w = -ln(1 - x^2) up to 5, beyond of its root, as M. Giles found (GPU Computing Gems, 2011). */
static inline float inverse_error_function(float x) {
    float w = fabsf(log_normal(FMA(-x, x, 1)));
    float t = w - 2.5f;
    float p = FMA(t, 3.6570441119820885e-10f, -8.748171076433664e-09f);
    p = FMA(t, p, 1.757296352877802e-08f);
    p = FMA(t, p, 4.655460656977084e-07f);
    p = FMA(t, p, -3.432122639424051e-06f);
    p = FMA(t, p, -4.960293608746724e-06f);
    p = FMA(t, p, 0.00021827722957823426f);
    p = FMA(t, p, -0.0012527474900707603f);
    p = FMA(t, p, -0.004177335184067488f);
    p = FMA(t, p, 0.24664029479026794f);
    p = FMA(t, p, 1.5014094114303589f);
    float s = sqrtf(w) - 3.1180339f;
    float q = FMA(s, 0.00013097029295749962f, -0.0001820414763642475f);
    q = FMA(s, q, -0.00031637668143957853f);
    q = FMA(s, q, 0.001326519064605236f);
    q = FMA(s, q, -0.0025742249563336372f);
    q = FMA(s, q, 0.0038702446036040783f);
    q = FMA(s, q, -0.0054080490954220295f);
    q = FMA(s, q, 0.007160967215895653f);
    q = FMA(s, q, 1.0036197900772095f);
    q = FMA(s, q, 2.9513285160064697f);
    float size = fabsf(x);
    float other = size == 1 ? x * INFINITY : NAN;
    return size < 1 ? x * (w < 5 ? p : q) : other;
}

#endif
