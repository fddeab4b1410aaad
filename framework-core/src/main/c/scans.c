/* Running sums and products of float32, carried in double: along rows, and down columns. */
#include "kernels.h"

#define STRIP 512 /* columns that are done at once */
#define PIECE 1024

/* A name, the operation, and what it starts from. */
#define SCANS(ROW)                                                                        \
    ROW(CUMSUM, +, 0)                                                                     \
    ROW(CUMPROD, *, 1)

/*
 * outRow is the elements from row to row of the result. Four elements are joined before what was carried is: a step waits for the one before it once in
 * four elements, and products of four floats are not too large for double.
 */
#define DEFINE_SCAN(name, op, start)                                                      \
    static double name##_piece(const float *in, int64_t n, float *to, double carry) {     \
        int64_t i = 0;                                                                    \
        for (; i + 4 <= n; i += 4) {                                                      \
            double v0 = in[i];                                                            \
            double v1 = v0 op in[i + 1];                                                  \
            double v2 = v1 op in[i + 2];                                                  \
            double v3 = v2 op in[i + 3];                                                  \
            to[i] = (float)(carry op v0);                                                 \
            to[i + 1] = (float)(carry op v1);                                             \
            to[i + 2] = (float)(carry op v2);                                             \
            carry = carry op v3;                                                          \
            to[i + 3] = (float)carry;                                                     \
        }                                                                                 \
        for (; i < n; i++) {                                                              \
            carry = carry op in[i];                                                       \
            to[i] = (float)carry;                                                         \
        }                                                                                 \
        return carry;                                                                     \
    }                                                                                     \
    static double name##_along(MATRIX) {                                                  \
        float pack[PIECE];                                                                \
        (void)a;                                                                          \
        for (int64_t r = 0; r < rows; r++) {                                              \
            double carry = start;                                                         \
            for (int64_t p = 0; p < columns; p += PIECE) {                                \
                int64_t n = columns - p < PIECE ? columns - p : PIECE;                    \
                const float *in = x + r * row + p * step;                                 \
                if (step != 1) LEVELED(gather)(in, step, sizeof(float), n, pack), in = pack; \
                carry = name##_piece(in, n, (float *)out + r * outRow + p, carry);        \
            }                                                                             \
        }                                                                                 \
        return 0;                                                                         \
    }                                                                                     \
    static double name##_down(MATRIX) {                                                   \
        double carry[STRIP];                                                              \
        (void)step, (void)a;                                                              \
        for (int64_t first = 0; first < columns; first += STRIP) {                        \
            int64_t n = columns - first < STRIP ? columns - first : STRIP;                \
            for (int64_t c = 0; c < n; c++) carry[c] = start;                             \
            for (int64_t r = 0; r < rows; r++) {                                          \
                const float *in = x + r * row + first;                                    \
                float *to = (float *)out + r * outRow + first;                            \
                _Pragma("GCC ivdep") for (int64_t c = 0; c < n; c++) {                    \
                    carry[c] = carry[c] op in[c];                                         \
                    to[c] = (float)carry[c];                                              \
                }                                                                         \
            }                                                                             \
        }                                                                                 \
        return 0;                                                                         \
    }
SCANS(DEFINE_SCAN)

#define ENTRIES(name, op, start) {#name " along", name##_along}, {#name " down", name##_down},

const struct matrix_kernel LEVELED(scans)[] = {SCANS(ENTRIES) {0, 0}};
