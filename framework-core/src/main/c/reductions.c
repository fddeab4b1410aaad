/* Reductions of float32 along rows, and down the columns of rows. No result depends on the level: lanes are the same in both. */
#include <math.h>

#include "kernels.h"

#define LANES 64   /* running results, so that no addition waits for the one before it */
#define PIECE 4096 /* elements of a row that are added up in float; their sums are added in double */
#define STRIP 512  /* columns that are done at once */

/*
 * Each row of the list: a name; the running results' type in float's range, and their start; the next one from the one so far and x; one of two, so
 * and y. What is not finite then is done again in double, where sums overflow later.
 */
#define REDUCTIONS(ROW)                                                                   \
    ROW(SUM, float, 0, so + x, so + y)                                                    \
    ROW(PROD, double, 1, so * x, so * y)                                                  \
    ROW(SQUARES, float, 0, so + x * x, so + y)                                            \
    ROW(MAGNITUDES, float, 0, so + (x < 0 ? -x : x), so + y)                              \
    ROW(NONZERO, int32_t, 0, so + (x != 0), so + y)

/* A name, the start, and the comparison that is true for what is better. */
#define EXTREMES(ROW)                                                                     \
    ROW(MAX, -INFINITY, >)                                                                \
    ROW(MIN, INFINITY, <)

/* One number from a piece without gaps, in lanes that are joined in halves. */
#define DEFINE_PIECE(name, input, type, start, next, join)                                \
    static double name(const float *in, int64_t n) {                                      \
        type lane[LANES];                                                                 \
        for (int l = 0; l < LANES; l++) lane[l] = start;                                  \
        int64_t i = 0;                                                                    \
        for (; i + LANES <= n; i += LANES) {                                              \
            for (int l = 0; l < LANES; l++) { input x = in[i + l]; type so = lane[l]; lane[l] = next; } \
        }                                                                                 \
        for (int l = 0; l < n - i; l++) { input x = in[i + l]; type so = lane[l]; lane[l] = next; } \
        for (int w = LANES / 2; w > 0; w /= 2) {                                          \
            for (int l = 0; l < w; l++) { type so = lane[l], y = lane[l + w]; lane[l] = join; } \
        }                                                                                 \
        return lane[0];                                                                   \
    }

#define DEFINE_PIECES(name, type, start, next, join)                                      \
    DEFINE_PIECE(name##_fast, float, type, start, next, join)                             \
    DEFINE_PIECE(name##_wide, double, double, start, next, join)                          \
    static double name##_piece(const float *in, int64_t n) {                              \
        double result = name##_fast(in, n);                                               \
        return isfinite(result) ? result : name##_wide(in, n);                            \
    }
REDUCTIONS(DEFINE_PIECES)

/* An extreme of numbers; what is added up meanwhile tells whether one may be NaN, which a second pass keeps. */
#define DEFINE_EXTREME_PIECES(name, start, better)                                        \
    DEFINE_PIECE(name##_careful, float, float, start, x better so || x != x ? x : so, y better so || y != y ? y : so) \
    static double name##_piece(const float *in, int64_t n) {                              \
        float lane[LANES], sum[LANES];                                                    \
        for (int l = 0; l < LANES; l++) lane[l] = start, sum[l] = 0;                      \
        int64_t i = 0;                                                                    \
        for (; i + LANES <= n; i += LANES) {                                              \
            for (int l = 0; l < LANES; l++) { float x = in[i + l]; lane[l] = x better lane[l] ? x : lane[l]; sum[l] += x; } \
        }                                                                                 \
        for (int l = 0; l < n - i; l++) { float x = in[i + l]; lane[l] = x better lane[l] ? x : lane[l]; sum[l] += x; } \
        for (int w = LANES / 2; w > 0; w /= 2) {                                          \
            for (int l = 0; l < w; l++) { float x = lane[l + w]; lane[l] = x better lane[l] ? x : lane[l]; sum[l] += sum[l + w]; } \
        }                                                                                 \
        return sum[0] == sum[0] ? lane[0] : name##_careful(in, n);                        \
    }
EXTREMES(DEFINE_EXTREME_PIECES)

/* Writes result number i where results take 4 or 8 bytes; not at all where they take none. */
static inline void put(void *out, int64_t i, int64_t bytes, double result) {
    if (bytes == sizeof(float)) {
        ((float *)out)[i] = (float)result;
    } else if (bytes) {
        ((double *)out)[i] = result;
    }
}

/* n elements of a row from number `first`: in place, or gathered into `pack`. */
static inline const float *elements(const float *x, int64_t step, int64_t first, int64_t n, float *pack) {
    const float *from = x + first * step;
    if (step == 1) {
        return from;
    }
    LEVELED(gather)(from, step, sizeof(float), n, pack);
    return pack;
}

/* Each row's result, divided by a. Returns the last one. */
#define DEFINE_ALONG(name, type, start, next, join)                                       \
    static double name##_along(MATRIX) {                                                  \
        float pack[PIECE];                                                                \
        double so = start;                                                                \
        for (int64_t r = 0; r < rows; r++, x += row) {                                    \
            so = start;                                                                   \
            for (int64_t p = 0; p < columns; p += PIECE) {                                \
                int64_t n = columns - p < PIECE ? columns - p : PIECE;                    \
                double y = name##_piece(elements(x, step, p, n, pack), n);                \
                so = join;                                                                \
            }                                                                             \
            so /= a;                                                                      \
            put(out, r, outRow, so);                                                      \
        }                                                                                 \
        return so;                                                                        \
    }
#define DEFINE_EXTREME_ALONG(name, start, better) DEFINE_ALONG(name, , start, , y better so || y != y ? y : so)
REDUCTIONS(DEFINE_ALONG)
EXTREMES(DEFINE_EXTREME_ALONG)

/* Eight rows at a time: so few are added up in float before they go to the sum in double. */
#define ROWS_OF(in) const float *r0 = in, *r1 = r0 + row, *r2 = r1 + row, *r3 = r2 + row, *r4 = r3 + row, *r5 = r4 + row, *r6 = r5 + row, *r7 = r6 + row
#define EACH_ROW(DO) DO(r0) DO(r1) DO(r2) DO(r3) DO(r4) DO(r5) DO(r6) DO(r7)

/* One column in double, one element after the other. */
#define DEFINE_DOWN(name, type, start, next, join)                                        \
    static double name##_column(const float *in, int64_t rows, int64_t row) {             \
        double so = start;                                                                \
        for (int64_t r = 0; r < rows; r++) { double x = in[r * row]; so = next; }         \
        return so;                                                                        \
    }                                                                                     \
    static void name##_eight(const float *in, int64_t row, int64_t n, double *sum) {      \
        ROWS_OF(in);                                                                      \
        for (int64_t c = 0; c < n; c++) {                                                 \
            type y = start;                                                               \
            { type so = y; float x; EACH_ROW(NEXT_##name) y = so; }                       \
            double so = sum[c];                                                           \
            sum[c] = join;                                                                \
        }                                                                                 \
    }                                                                                     \
    static double name##_down(MATRIX) {                                                   \
        double sum[STRIP];                                                                \
        (void)step;                                                                       \
        for (int64_t first = 0; first < columns; first += STRIP) {                        \
            const float *in = x + first;                                                  \
            int64_t n = columns - first < STRIP ? columns - first : STRIP, r = 0;         \
            for (int64_t c = 0; c < n; c++) sum[c] = start;                               \
            for (; r + 8 <= rows; r += 8) name##_eight(in + r * row, row, n, sum);        \
            for (; r < rows; r++) {                                                       \
                for (int64_t c = 0; c < n; c++) { float x = in[r * row + c]; double so = sum[c]; sum[c] = next; } \
            }                                                                             \
            for (int64_t c = 0; c < n; c++) {                                             \
                double so = isfinite(sum[c]) ? sum[c] : name##_column(in + c, rows, row); \
                put(out, first + c, outRow, so / a);                                      \
            }                                                                             \
        }                                                                                 \
        return 0;                                                                         \
    }
#define NEXT_SUM(r) x = r[c]; so = so + x;
#define NEXT_PROD(r) x = r[c]; so = so * x;
#define NEXT_SQUARES(r) x = r[c]; so = so + x * x;
#define NEXT_MAGNITUDES(r) x = r[c]; so = so + (x < 0 ? -x : x);
#define NEXT_NONZERO(r) x = r[c]; so = so + (x != 0);
REDUCTIONS(DEFINE_DOWN)

#define DEFINE_EXTREME_DOWN(name, start, better)                                          \
    static float name##_column(const float *in, int64_t rows, int64_t row) {              \
        float so = start;                                                                 \
        for (int64_t r = 0; r < rows; r++) { float x = in[r * row]; so = x better so || x != x ? x : so; } \
        return so;                                                                        \
    }                                                                                     \
    static void name##_eight(const float *in, int64_t row, int64_t n, float *best, float *sum) { \
        ROWS_OF(in);                                                                      \
        for (int64_t c = 0; c < n; c++) {                                                 \
            float so = best[c], all = sum[c], x;                                          \
            EACH_ROW(NEXT_##name)                                                         \
            best[c] = so;                                                                 \
            sum[c] = all;                                                                 \
        }                                                                                 \
    }                                                                                     \
    static double name##_down(MATRIX) {                                                   \
        float best[STRIP], sum[STRIP];                                                    \
        (void)step, (void)a;                                                              \
        for (int64_t first = 0; first < columns; first += STRIP) {                        \
            const float *in = x + first;                                                  \
            int64_t n = columns - first < STRIP ? columns - first : STRIP, r = 0;         \
            for (int64_t c = 0; c < n; c++) best[c] = start, sum[c] = 0;                  \
            for (; r + 8 <= rows; r += 8) name##_eight(in + r * row, row, n, best, sum);  \
            for (; r < rows; r++) {                                                       \
                for (int64_t c = 0; c < n; c++) { float x = in[r * row + c]; best[c] = x better best[c] ? x : best[c]; sum[c] += x; } \
            }                                                                             \
            for (int64_t c = 0; c < n; c++) {                                             \
                put(out, first + c, outRow, sum[c] == sum[c] ? best[c] : name##_column(in + c, rows, row)); \
            }                                                                             \
        }                                                                                 \
        return 0;                                                                         \
    }
#define NEXT_MAX(r) x = r[c]; so = x > so ? x : so; all += x;
#define NEXT_MIN(r) x = r[c]; so = x < so ? x : so; all += x;
EXTREMES(DEFINE_EXTREME_DOWN)

/* Where an element that is there comes first: the first NaN if it is NaN. */
static int64_t position(const float *in, int64_t n, float wanted) {
    int64_t i = 0;
    int nan = wanted != wanted;
    for (; i + LANES <= n; i += LANES) {
        int here = 0;
        for (int l = 0; l < LANES; l++) here |= (in[i + l] == wanted) | (nan & (in[i + l] != in[i + l]));
        if (here) break;
    }
    while (i < n - 1 && !(nan ? in[i] != in[i] : in[i] == wanted)) i++;
    return i;
}

/* Positions in int64 of each row's first extreme element, or first NaN. Returns the last one. */
#define DEFINE_POSITIONS(name, start, better)                                             \
    static double ARG##name##_along(MATRIX) {                                             \
        float pack[PIECE];                                                                \
        int64_t at = 0;                                                                   \
        (void)a;                                                                          \
        for (int64_t r = 0; r < rows; r++, x += row) {                                    \
            float best = 0;                                                               \
            for (int64_t p = 0; p < columns; p += PIECE) {                                \
                int64_t n = columns - p < PIECE ? columns - p : PIECE;                    \
                const float *in = elements(x, step, p, n, pack);                          \
                if (n < LANES) {                                                          \
                    for (int64_t i = 0; i < n; i++) {                                     \
                        if (p + i == 0 || in[i] better best || (in[i] != in[i] && best == best)) { \
                            at = p + i;                                                   \
                            best = in[i];                                                 \
                        }                                                                 \
                    }                                                                     \
                    continue;                                                             \
                }                                                                         \
                float y = (float)name##_piece(in, n);                                     \
                if (p == 0 || y better best || (y != y && best == best)) {                \
                    at = p + position(in, n, y);                                          \
                    best = y;                                                             \
                }                                                                         \
            }                                                                             \
            if (outRow) ((int64_t *)out)[r] = at;                                         \
        }                                                                                 \
        return (double)at;                                                                \
    }                                                                                     \
    static double ARG##name##_down(MATRIX) {                                              \
        float best[STRIP];                                                                \
        int32_t at[STRIP];                                                                \
        (void)step, (void)outRow, (void)a;                                                \
        for (int64_t first = 0; first < columns; first += STRIP) {                        \
            const float *in = x + first;                                                  \
            int64_t n = columns - first < STRIP ? columns - first : STRIP;                \
            for (int64_t c = 0; c < n; c++) best[c] = in[c], at[c] = 0;                   \
            for (int64_t r = 1; r < rows; r++) {                                          \
                in += row;                                                                \
                for (int64_t c = 0; c < n; c++) {                                         \
                    float x = in[c], so = best[c];                                        \
                    int wins = (x better so) | ((x != x) & (so == so));                   \
                    best[c] = wins ? x : so;                                              \
                    at[c] = wins ? (int32_t)r : at[c];                                    \
                }                                                                         \
            }                                                                             \
            for (int64_t c = 0; c < n; c++) ((int64_t *)out)[first + c] = at[c];          \
        }                                                                                 \
        return 0;                                                                         \
    }
EXTREMES(DEFINE_POSITIONS)

#define ENTRIES(name, ...) {#name " along", name##_along}, {#name " down", name##_down},
#define EXTREME_ENTRIES(name, start, better) ENTRIES(name) {"ARG" #name " along", ARG##name##_along}, {"ARG" #name " down", ARG##name##_down},

const struct matrix_kernel LEVELED(reductions)[] = {REDUCTIONS(ENTRIES) EXTREMES(EXTREME_ENTRIES) {0, 0}};
