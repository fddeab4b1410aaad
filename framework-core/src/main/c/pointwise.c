/* Element by element loops over float32 that wait for memory. */
#include "functions.h"
#include "loops.h"

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
    ROW(HARDSIGMOID, limited(x + 3, 0, 6) / 6)                                            \
    ROW(HARDSWISH, x * (limited(x + 3, 0, 6) / 6))

/* a is the first bound, b the second */
#define CLAMP(ROW) ROW(CLAMP, least(most(x, (float)a), (float)b))

/* Powers with a fixed number. */
#define POWERS(ROW)                                                                       \
    ROW(CUBE, x * x * x)                                                                  \
    ROW(INVERSE_SQUARE, 1 / (x * x))

#define BINARY(ROW)                                                                       \
    ROW(ADD, x + y)                                                                       \
    ROW(SUB, x - y)                                                                       \
    ROW(RSUB, y - x)                                                                      \
    ROW(MUL, x * y)                                                                       \
    ROW(DIV, x / y)                                                                       \
    ROW(RDIV, y / x)                                                                      \
    ROW(MAXIMUM, larger(x, y))                                                            \
    ROW(MINIMUM, smaller(x, y))                                                           \
    ROW(FMAX, x != x ? y : x < y ? y : x)                                                 \
    ROW(FMIN, x != x ? y : x > y ? y : x)                                                 \
    ROW(TRUNC_DIVIDE, truncf(x / y))                                                      \
    ROW(COPYSIGN, copysignf(x, y))                                                        \
    ROW(HEAVISIDE, x == 0 ? y : (float)(x > 0))                                           \
    ROW(RELU_GRAD, y <= 0 ? 0 : x)                                                        \
    ROW(SIGMOID_GRAD, x * (y * (1 - y)))                                                  \
    ROW(TANH_GRAD, x * (1 - y * y))                                                       \
    ROW(HARDSWISH_GRAD, fabsf(y) < 3 ? x * (y / 3 + 0.5f) : y <= -3 ? 0 : x)              \
    ROW(HARDSIGMOID_GRAD, fabsf(y) < 3 ? x / 6 : 0)                                       \
    ROW(LEAKY_RELU, x > 0 ? x : x * y)

#define PREDICATE(ROW)                                                                    \
    ROW(EQ, x == y)                                                                       \
    ROW(NE, x != y)                                                                       \
    ROW(LT, x < y)                                                                        \
    ROW(LE, x <= y)                                                                       \
    ROW(GT, x > y)                                                                        \
    ROW(GE, x >= y)                                                                       \
    ROW(AND, (x != 0) & (y != 0))                                                         \
    ROW(OR, (x != 0) | (y != 0))                                                          \
    ROW(XOR, (x != 0) ^ (y != 0))

/* a: the number */
#define TERNARY(ROW)                                                                      \
    ROW(ADDCMUL, x + (float)a * y * z)                                                    \
    ROW(ADDCDIV, x + (float)a * y / z)

static void WHERE_loop(OPERANDS) {
    const int8_t *condition = xx;
    const float *left = yy, *right = zz;
    float *out = to;
    UNUSED;
    EACH { out[i] = condition[i] ? left[i] : right[i]; }
}

UNARY(DEFINE_UNARY)
CLAMP(DEFINE_UNARY)
POWERS(DEFINE_UNARY)
BINARY(DEFINE_BINARY)
PREDICATE(DEFINE_PREDICATE)
TERNARY(DEFINE_TERNARY)

const struct kernel LEVELED(pointwise)[] = {
    UNARY(UNARY_ENTRY) CLAMP(UNARY_ENTRY) POWERS(UNARY_ENTRY) BINARY(BINARY_ENTRY) PREDICATE(PREDICATE_ENTRY) TERNARY(TERNARY_ENTRY)
    {"WHERE", WHERE_loop, {1, 4, 4, 4}, LEVELED(gather)},
    {0, 0, {0}, 0}
};
