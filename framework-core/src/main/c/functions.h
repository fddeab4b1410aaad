/* Functions of one element, without branches, so that compilers make vectors of the loops that call them. */
#ifndef CANDELA_FUNCTIONS_H
#define CANDELA_FUNCTIONS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Added to a small float, leaves the nearest integer in the last bits. */
#define MAGIC 0x1.8p23f
#define MAGIC_BITS 0x4B400000

/* x y + z rounded once, by the processor. */
#define FMA(x, y, z) fmaf(x, y, z)

static inline uint32_t bits(float x) {
    uint32_t v;
    memcpy(&v, &x, sizeof v);
    return v;
}

static inline float from_bits(uint32_t v) {
    float x;
    memcpy(&x, &v, sizeof x);
    return x;
}

/* The larger of x and a bound; NaN where x is. */
static inline float most(float x, float bound) { return x < bound ? bound : x; }

/* The smaller of x and a bound; NaN where x is. */
static inline float least(float x, float bound) { return x > bound ? bound : x; }

/* x between two bounds; NaN where x is. Both comparisons are with x, or else compilers make a chain of them. */
static inline float limited(float x, float low, float high) {
    float lowered = x > high ? high : x;
    return x < low ? low : lowered;
}

/* NaN where one is. */
static inline float larger(float x, float y) { return x != x ? x : x > y ? x : y; }

static inline float smaller(float x, float y) { return x != x ? x : x < y ? x : y; }

#endif
