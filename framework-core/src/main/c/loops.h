/* What makes loops of lists of kernels: each row of a list is a name, as the Java enum has it, and the result for x, y, z, a and b. */
#ifndef CANDELA_LOOPS_H
#define CANDELA_LOOPS_H

#include "kernels.h"

#define UNUSED (void)yy, (void)zz, (void)a, (void)b
#define OPERANDS const void *xx, const void *yy, const void *zz, void *to, int64_t n, double a, double b
/* An operand may be the result: element i alone is read for element i, whatever the compiler fears. */
#define EACH _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)

#define DEFINE_UNARY(name, result)                                                        \
    static void name##_loop(OPERANDS) {                                                   \
        const float *in = xx;                                                             \
        float *out = to;                                                                  \
        UNUSED;                                                                           \
        EACH { float x = in[i]; out[i] = result; }                                        \
    }
#define DEFINE_BINARY(name, result)                                                       \
    static void name##_loop(OPERANDS) {                                                   \
        const float *left = xx, *right = yy;                                              \
        float *out = to;                                                                  \
        UNUSED;                                                                           \
        EACH { float x = left[i], y = right[i]; out[i] = result; }                        \
    }
#define DEFINE_PREDICATE(name, result)                                                    \
    static void name##_loop(OPERANDS) {                                                   \
        const float *left = xx, *right = yy;                                              \
        int8_t *out = to;                                                                 \
        UNUSED;                                                                           \
        EACH { float x = left[i], y = right[i]; out[i] = result; }                        \
    }
#define DEFINE_TERNARY(name, result)                                                      \
    static void name##_loop(OPERANDS) {                                                   \
        const float *first = xx, *second = yy, *third = zz;                               \
        float *out = to;                                                                  \
        UNUSED;                                                                           \
        EACH { float x = first[i], y = second[i], z = third[i]; out[i] = result; }        \
    }

#define UNARY_ENTRY(name, result) {#name, name##_loop, {4, 0, 0, 4}, LEVELED(gather)},
#define BINARY_ENTRY(name, result) {#name, name##_loop, {4, 4, 0, 4}, LEVELED(gather)},
#define PREDICATE_ENTRY(name, result) {#name, name##_loop, {4, 4, 0, 1}, LEVELED(gather)},
#define TERNARY_ENTRY(name, result) {#name, name##_loop, {4, 4, 4, 4}, LEVELED(gather)},

#endif
