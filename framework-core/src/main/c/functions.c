/* Element by element loops over float32 that take longer than memory does. */
#include "angles.h"
#include "exponentials.h"
#include "gamma.h"
#include "loops.h"
#include "normal.h"
#include "powers.h"

#define UNARY(ROW)                                                                        \
    ROW(EXP, exponential(x))                                                              \
    ROW(EXP2, exponential2(x))                                                         \
    ROW(EXPM1, exponential_less_1(x))                                                     \
    ROW(LOG, logarithm(x))                                                                \
    ROW(LOG2, logarithm2(x))                                                              \
    ROW(LOG10, logarithm10(x))                                                            \
    ROW(LOG1P, logarithm_1_plus(x))                                                       \
    ROW(LOGIT, logarithm(x / (1 - x)))                                                    \
    ROW(SIGMOID, sigmoid(x))                                                              \
    ROW(TANH, hyperbolic_tangent(x))                                                      \
    ROW(SINH, hyperbolic_sine(x))                                                         \
    ROW(COSH, hyperbolic_cosine(x))                                                       \
    ROW(ASINH, inverse_hyperbolic_sine(x))                                                \
    ROW(ACOSH, inverse_hyperbolic_cosine(x))                                              \
    ROW(ATANH, inverse_hyperbolic_tangent(x))                                             \
    ROW(ASIN, inverse_sine(x))                                                            \
    ROW(ACOS, inverse_cosine(x))                                                          \
    ROW(ATAN, inverse_tangent(x))                                                         \
    ROW(ERF, error_function(x))                                                           \
    ROW(ERFC, complementary_error_function(x))                                            \
    ROW(ERFINV, inverse_error_function(x))                                                \
    ROW(GELU, gelu(x))                                                                    \
    ROW(GELU_TANH, x * (0.5f * (1 + gelu_tanh_inner(x))))                                 \
    ROW(SILU, x / (1 + exponential(-x)))                                                  \
    ROW(MISH, mish(x))                                                                    \
    ROW(SOFTPLUS, softplus(x))                                                            \
    ROW(LOG_SIGMOID, least(x, 0) - log_1_plus_exp(x))                                     \
    ROW(LGAMMA, log_gamma(x))                                                             \
    ROW(DIGAMMA, digamma(x))

/* Of gradients, x is that of the result and y the operand. */
#define BINARY(ROW)                                                                       \
    ROW(ATAN2, angle_of_point(x, y))                                                      \
    ROW(LOGADDEXP, log_add_exp(x, y))                                                     \
    ROW(LOGADDEXP2, log_add_exp2(x, y))                                                   \
    ROW(XLOGY, x_log_y(x, y))                                                             \
    ROW(ELU, x > 0 ? x : exponential_less_1(x) * y)                                       \
    ROW(GELU_GRAD, x * gelu_slope(y))                                                     \
    ROW(GELU_TANH_GRAD, x * gelu_tanh_slope(y))                                           \
    ROW(SOFTPLUS_GRAD, x * sigmoid(y))                                                    \
    ROW(SILU_GRAD, x * silu_slope(y))                                                     \
    ROW(MISH_GRAD, x * mish_slope(y))                                                     \
    ROW(LOG_SIGMOID_GRAD, x * sigmoid(-y))

/* Those that some operands must be taken from one by one: whether one is plain, its result, and that of others. */
#define GUARDED_UNARY(ROW)                                                                \
    ROW(SIN, fabsf(x) <= LARGEST_ANGLE, sine(x), (float)sin((double)x))                   \
    ROW(COS, fabsf(x) <= LARGEST_ANGLE, cosine(x), (float)cos((double)x))                 \
    ROW(TAN, fabsf(x) <= LARGEST_ANGLE, tangent(x), (float)tan((double)x))

static inline int is_plain_square(float square) { return (square > 1e-30f) & (square < 1e38f); }

#define GUARDED_BINARY(ROW)                                                               \
    ROW(POW, is_plain_power(x, y), plain_power(x, y), powf(x, y))                         \
    ROW(RPOW, is_plain_power(y, x), plain_power(y, x), powf(y, x))                        \
    ROW(FMOD, is_plain_remainder(x, y), plain_remainder(x, y, x), fmodf(x, y))            \
    ROW(REMAINDER, is_plain_remainder(x, y), plain_remainder(x, y, y), any_remainder(x, y)) \
    ROW(HYPOT, is_plain_square(FMA(x, x, y * y)), sqrtf(FMA(x, x, y * y)), hypotf(x, y))

#define STRETCH 128 /* elements of which one decides about the way */

#define DEFINE_GUARDED_UNARY(name, plain, result, other)                                  \
    static void name##_loop(OPERANDS) {                                                   \
        UNUSED;                                                                           \
        for (int64_t p = 0; p < n; p += STRETCH) {                                        \
            int m = n - p < STRETCH ? (int)(n - p) : STRETCH;                             \
            const float *in = (const float *)xx + p;                                      \
            float *out = (float *)to + p;                                                 \
            int others = 0;                                                               \
            for (int i = 0; i < m; i++) { float x = in[i]; others |= !(plain); }          \
            if (!others) {                                                                \
                _Pragma("GCC ivdep") for (int i = 0; i < m; i++) { float x = in[i]; out[i] = result; } \
            } else {                                                                      \
                for (int i = 0; i < m; i++) { float x = in[i]; out[i] = (plain) ? result : other; } \
            }                                                                             \
        }                                                                                 \
    }

#define DEFINE_GUARDED_BINARY(name, plain, result, other)                                 \
    static void name##_loop(OPERANDS) {                                                   \
        UNUSED;                                                                           \
        for (int64_t p = 0; p < n; p += STRETCH) {                                        \
            int m = n - p < STRETCH ? (int)(n - p) : STRETCH;                             \
            const float *left = (const float *)xx + p, *right = (const float *)yy + p;    \
            float *out = (float *)to + p;                                                 \
            int others = 0;                                                               \
            for (int i = 0; i < m; i++) { float x = left[i], y = right[i]; others |= !(plain); } \
            if (!others) {                                                                \
                _Pragma("GCC ivdep") for (int i = 0; i < m; i++) { float x = left[i], y = right[i]; out[i] = result; } \
            } else {                                                                      \
                for (int i = 0; i < m; i++) { float x = left[i], y = right[i]; out[i] = (plain) ? result : other; } \
            }                                                                             \
        }                                                                                 \
    }

UNARY(DEFINE_UNARY)
BINARY(DEFINE_BINARY)
GUARDED_UNARY(DEFINE_GUARDED_UNARY)
GUARDED_BINARY(DEFINE_GUARDED_BINARY)

#define GUARDED_UNARY_ENTRY(name, plain, result, other) UNARY_ENTRY(name, result)
#define GUARDED_BINARY_ENTRY(name, plain, result, other) BINARY_ENTRY(name, result)

const struct kernel LEVELED(functions)[] = {
    UNARY(UNARY_ENTRY) BINARY(BINARY_ENTRY) GUARDED_UNARY(GUARDED_UNARY_ENTRY) GUARDED_BINARY(GUARDED_BINARY_ENTRY)
    {0, 0, {0}, 0}
};
