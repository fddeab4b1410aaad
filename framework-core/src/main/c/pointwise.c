/* Element by element loops over float32. Each row of the lists is a kernel: its name, as the Java enum has it, and the result for x, y, z, a and b. */
#include "kernels.h"
#include "functions.h"

#define UNARY(ROW)                                                                        \
    ROW(NEG, -x)                                                                          \
    ROW(ABS, fabsf(x))                                                                    \
    ROW(SIGN, (float)((x > 0) - (x < 0)))                                                 \
    ROW(SQUARE, x * x)                                                                    \
    ROW(RELU, x < 0 ? 0 : x)                                                              \
    ROW(FLOOR, floorf(x))                                                                 \
    ROW(CEIL, ceilf(x))                                                                   \
    ROW(ROUND, rintf(x))                                                                  \
    ROW(TRUNC, truncf(x))                                                                 \
    ROW(SQRT, sqrtf(x))                                                                   \
    ROW(RSQRT, 1 / sqrtf(x))                                                              \
    ROW(RECIPROCAL, 1 / x)                                                                \
    ROW(HARDSIGMOID, least(most(x + 3, 0), 6) / 6)                                        \
    ROW(HARDSWISH, x * least(most(x + 3, 0), 6) / 6)

/* a is the first bound, b the second */
#define CLAMP(ROW) ROW(CLAMP, least(most(x, (float)a), (float)b))

#define BINARY(ROW)                                                                       \
    ROW(ADD, x + y)                                                                       \
    ROW(SUB, x - y)                                                                       \
    ROW(RSUB, y - x)                                                                      \
    ROW(MUL, x * y)                                                                       \
    ROW(DIV, x / y)                                                                       \
    ROW(RDIV, y / x)                                                                      \
    ROW(MAXIMUM, larger(x, y))                                                            \
    ROW(MINIMUM, smaller(x, y))                                                           \
    ROW(RELU_GRAD, y <= 0 ? 0 : x)                                                        \
    ROW(LEAKY_RELU, x > 0 ? x : x * y)

#define PREDICATE(ROW)                                                                    \
    ROW(EQ, x == y)                                                                       \
    ROW(NE, x != y)                                                                       \
    ROW(LT, x < y)                                                                        \
    ROW(LE, x <= y)                                                                       \
    ROW(GT, x > y)                                                                        \
    ROW(GE, x >= y)

/* a: the number */
#define TERNARY(ROW)                                                                      \
    ROW(ADDCMUL, x + (float)a * y * z)                                                    \
    ROW(ADDCDIV, x + (float)a * y / z)

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

UNARY(DEFINE_UNARY)
CLAMP(DEFINE_UNARY)
BINARY(DEFINE_BINARY)
PREDICATE(DEFINE_PREDICATE)
TERNARY(DEFINE_TERNARY)

#define UNARY_ENTRY(name, result) {#name, name##_loop, {4, 0, 0, 4}, LEVELED(gather)},
#define BINARY_ENTRY(name, result) {#name, name##_loop, {4, 4, 0, 4}, LEVELED(gather)},
#define PREDICATE_ENTRY(name, result) {#name, name##_loop, {4, 4, 0, 1}, LEVELED(gather)},
#define TERNARY_ENTRY(name, result) {#name, name##_loop, {4, 4, 4, 4}, LEVELED(gather)},

const struct kernel LEVELED(pointwise)[] = {
    UNARY(UNARY_ENTRY) CLAMP(UNARY_ENTRY) BINARY(BINARY_ENTRY) PREDICATE(PREDICATE_ENTRY) TERNARY(TERNARY_ENTRY)
    {0, 0, {0}, 0}
};
