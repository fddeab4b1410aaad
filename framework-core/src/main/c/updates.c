/*
 * Optimizer updates over float32, in one pass over native memory. What each does is said in io.candela.backend.UpdateRule; FloatUpdates has the same
 * arithmetic in Java, rounded alike.
 */
#include "kernels.h"
#include "functions.h"

/* Each row: name, how many of x, y and z are state, and the update of w by g. c are the rule's own numbers, as NativeUpdates has them. */
#define RULES(ROW)                                                                        \
    ROW(SGD, 0,                                                                           \
        w += c[0] * g)                                                                    \
    ROW(HEAVY_BALL, 1,                                                                    \
        x = c[3] != 0 ? g : c[1] * x + c[2] * g;                                          \
        w += c[0] * x)                                                                    \
    ROW(NESTEROV, 1,                                                                      \
        x = c[3] != 0 ? g : c[1] * x + c[2] * g;                                          \
        w += c[0] * (g + c[1] * x))                                                       \
    ROW(MEAN, 2,                                                                          \
        x = approached(x, g, c[1]);                                                       \
        y = y * c[2] + g * g * c[3];                                                      \
        w += c[0] * x)                                                                    \
    ROW(ADAM, 2,                                                                          \
        x += (g - x) * c[1];                                                              \
        y = y * c[2] + g * g * c[3];                                                      \
        w -= c[0] * x / (sqrtf(y) * c[4] + c[5]))                                         \
    ROW(AMSGRAD, 3,                                                                       \
        x += (g - x) * c[1];                                                              \
        y = y * c[2] + g * g * c[3];                                                      \
        z = larger(z, y);                                                                 \
        w -= c[0] * x / (sqrtf(z) * c[4] + c[5]))                                         \
    ROW(NADAM, 2,                                                                         \
        x += (g - x) * c[1];                                                              \
        y = y * c[2] + g * g * c[3];                                                      \
        float root = sqrtf(y) * c[4] + c[5];                                              \
        w = w - c[6] * g / root - c[0] * x / root)                                        \
    ROW(ADAMAX, 2,                                                                        \
        x += (g - x) * c[1];                                                              \
        y = larger(y * c[2], fabsf(g) + c[3]);                                            \
        w -= c[0] * x / y)                                                                \
    ROW(ADAGRAD, 1,                                                                       \
        x += g * g;                                                                       \
        w -= c[0] * g / (sqrtf(x) + c[1]))                                                \
    ROW(RMSPROP, 1,                                                                       \
        x = x * c[1] + g * g * c[2];                                                      \
        w += c[0] * (g / (sqrtf(x) + c[3])))                                              \
    ROW(RMSPROP_MOMENTUM, 2,                                                              \
        x = x * c[1] + g * g * c[2];                                                      \
        y = c[4] * y + g / (sqrtf(x) + c[3]);                                             \
        w += c[0] * y)                                                                    \
    ROW(RMSPROP_CENTERED, 2,                                                              \
        x = x * c[1] + g * g * c[2];                                                      \
        y = approached(y, g, c[2]);                                                       \
        w += c[0] * (g / (sqrtf(x - y * y) + c[3])))                                      \
    ROW(RMSPROP_CENTERED_MOMENTUM, 3,                                                     \
        x = x * c[1] + g * g * c[2];                                                      \
        z = approached(z, g, c[2]);                                                       \
        y = c[4] * y + g / (sqrtf(x - z * z) + c[3]);                                     \
        w += c[0] * y)                                                                    \
    ROW(ADADELTA, 2,                                                                      \
        x = x * c[1] + g * g * c[2];                                                      \
        float change = sqrtf(y + c[3]) / sqrtf(x + c[3]) * g;                             \
        y = y * c[1] + change * change * c[2];                                            \
        w -= c[0] * change)                                                               \
    ROW(RPROP, 2,                                                                         \
        float product = g * x;                                                            \
        float factor = product > 0 ? c[1] : product < 0 ? c[0] : product == 0 ? 1 : product; \
        y = smaller(larger(y * factor, c[2]), c[3]);                                      \
        x = product < 0 ? 0 : g;                                                          \
        w -= (x > 0 ? 1 : x < 0 ? -1 : x) * y)                                            \
    ROW(ASGD, 1,                                                                          \
        w += c[0] * g;                                                                    \
        x = approached(x, w, c[1]))

/* x, moved towards y; all the way it is y itself, where the sum would round. */
static inline float approached(float x, float y, float rate) { return rate == 1 ? y : x + (y - x) * rate; }

/* The numbers that come before a rule's own. */
enum { SIGN, DECAY, SHRINK, OWN };
#define MOST 7 /* numbers of a rule's own */

#define DEFINE(name, states, change)                                                      \
    static void name##_loop(float *const *roles, const float *numbers, int64_t n) {       \
        float *ww = roles[0], *xx = roles[2], *yy = roles[3], *zz = roles[4];             \
        const float *gg = roles[1];                                                       \
        float sign = numbers[SIGN], decay = numbers[DECAY], shrink = numbers[SHRINK];     \
        float c[MOST]; /* of which the compiler knows that no store changes them */       \
        memcpy(c, numbers + OWN, sizeof c);                                               \
        _Pragma("GCC ivdep")                                                              \
        for (int64_t i = 0; i < n; i++) {                                                 \
            float w = ww[i], g = sign * gg[i];                                            \
            float x = states > 0 ? xx[i] : 0, y = states > 1 ? yy[i] : 0, z = states > 2 ? zz[i] : 0; \
            g = decay != 0 ? g + decay * w : g; /* without decay an infinite w stays out of g */ \
            w *= shrink;                                                                  \
            change;                                                                       \
            ww[i] = w;                                                                    \
            if (states > 0) xx[i] = x;                                                    \
            if (states > 1) yy[i] = y;                                                    \
            if (states > 2) zz[i] = z;                                                    \
            (void)z;                                                                      \
        }                                                                                 \
    }

RULES(DEFINE)

#define ENTRY(name, states, change) {#name, name##_loop},

const struct update_kernel LEVELED(updates)[] = {RULES(ENTRY) {0, 0}};
