/* Softmax, its logarithm, and logarithms of sums of exponentials, of float32: along rows, and down columns. */
#include <float.h>

#include "exponentials.h"
#include "kernels.h"

#define LANES 32
#define PIECE 4096 /* elements whose exponentials are added up in float; their sums are added in double */
#define STRIP 64   /* columns that are done at once: what a strip takes stays in the second-level cache */

/* The largest number, -infinity where there is none. NaN is overlooked: the exponentials bring it back. */
static float largest(const float *x, int64_t n) {
    float lane[LANES];
    if (n < LANES) { /* one number after the other is sooner done */
        float best = -INFINITY;
        for (int64_t i = 0; i < n; i++) best = x[i] > best ? x[i] : best;
        return best;
    }
    for (int l = 0; l < LANES; l++) lane[l] = -INFINITY;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (int l = 0; l < LANES; l++) lane[l] = x[i + l] > lane[l] ? x[i + l] : lane[l];
    }
    for (int l = 0; l < n - i; l++) lane[l] = x[i + l] > lane[l] ? x[i + l] : lane[l];
    for (int w = LANES / 2; w > 0; w /= 2) {
        for (int l = 0; l < w; l++) lane[l] = lane[l + w] > lane[l] ? lane[l + w] : lane[l];
    }
    return lane[0];
}

/* The sum of exponentials of x less `shift`, which are written where `out` is not null; it may be x. */
static double exponentials(const float *x, int64_t n, float shift, float *out) {
    double sum = 0;
    if (n < LANES) {
        float few[LANES];
        for (int64_t i = 0; i < n; i++) few[i] = exponential(x[i] - shift);
        for (int64_t i = 0; i < n; i++) sum += few[i];
        for (int64_t i = 0; out && i < n; i++) out[i] = few[i];
        return sum;
    }
    for (int64_t p = 0; p < n; p += PIECE) {
        int64_t end = n - p < PIECE ? n : p + PIECE, i = p;
        float lane[LANES] = {0}, rest[LANES];
        if (out) {
            for (; i + LANES <= end; i += LANES) {
                _Pragma("GCC ivdep") for (int l = 0; l < LANES; l++) {
                    float e = exponential(x[i + l] - shift);
                    out[i + l] = e;
                    lane[l] += e;
                }
            }
        } else {
            for (; i + LANES <= end; i += LANES) {
                for (int l = 0; l < LANES; l++) lane[l] += exponential(x[i + l] - shift);
            }
        }
        if (i < end) {
            for (int l = 0; l < LANES; l++) rest[l] = -INFINITY;
            for (int l = 0; l < end - i; l++) rest[l] = x[i + l] - shift;
            for (int l = 0; l < LANES; l++) rest[l] = exponential(rest[l]), lane[l] += rest[l];
            for (int l = 0; out && l < end - i; l++) out[i + l] = rest[l];
        }
        for (int w = LANES / 2; w > 0; w /= 2) {
            for (int l = 0; l < w; l++) lane[l] += lane[l + w];
        }
        sum += lane[0];
    }
    return sum;
}

/* The row in one piece: where it is, or where its results go to. */
static const float *line(const float *x, int64_t n, int64_t step, float *out) {
    if (step == 1) {
        return x;
    }
    LEVELED(gather)(x, step, sizeof(float), n, out);
    return out;
}

/* Of the kernels along rows and down columns, outRow is the elements from row to row of the result. */
static double softmax_along(MATRIX) {
    (void)a;
    for (int64_t r = 0; r < rows; r++) {
        float *to = (float *)out + r * outRow;
        const float *in = line(x + r * row, columns, step, to);
        float factor = (float)(1 / exponentials(in, columns, largest(in, columns), to));
        for (int64_t i = 0; i < columns; i++) to[i] *= factor;
    }
    return 0;
}

static double log_softmax_along(MATRIX) {
    (void)a;
    for (int64_t r = 0; r < rows; r++) {
        float *to = (float *)out + r * outRow;
        const float *in = line(x + r * row, columns, step, to);
        float shift = largest(in, columns);
        float log_sum = (float)log(exponentials(in, columns, shift, 0));
        _Pragma("GCC ivdep") for (int64_t i = 0; i < columns; i++) to[i] = in[i] - shift - log_sum; /* in this order: a large shift would swallow the logarithm */
    }
    return 0;
}

/* Infinity less infinity would be NaN. */
static inline float clamped(float x) { return least(most(x, -FLT_MAX), FLT_MAX); }

/* One result after the other. x is dense within rows. */
static double log_sum_exp_along(MATRIX) {
    (void)a, (void)step, (void)outRow;
    for (int64_t r = 0; r < rows; r++) {
        const float *in = x + r * row;
        float shift = clamped(largest(in, columns));
        ((float *)out)[r] = (float)(shift + log(exponentials(in, columns, shift, 0)));
    }
    return 0;
}

/* Largest numbers and sums of exponentials of n columns, at most STRIP; the exponentials are written where `out` is not null. */
static void sums_down(const float *x, int64_t rows, int64_t n, int64_t row, float *out, int64_t outRow, int bounded, float *shift, double *sum) {
    for (int64_t c = 0; c < n; c++) shift[c] = -INFINITY, sum[c] = 0;
    for (int64_t r = 0; r < rows; r++) {
        const float *in = x + r * row;
        for (int64_t c = 0; c < n; c++) shift[c] = in[c] > shift[c] ? in[c] : shift[c];
    }
    for (int64_t c = 0; c < n && bounded; c++) shift[c] = clamped(shift[c]);
    for (int64_t r = 0; r < rows; r++) {
        const float *in = x + r * row;
        float e[STRIP];
        for (int64_t c = 0; c < n; c++) e[c] = exponential(in[c] - shift[c]);
        for (int64_t c = 0; c < n; c++) sum[c] += e[c];
        if (out) {
            float *to = out + r * outRow;
            for (int64_t c = 0; c < n; c++) to[c] = e[c];
        }
    }
}

#define EACH_STRIP for (int64_t first = 0, n; n = columns - first < STRIP ? columns - first : STRIP, first < columns; first += n)

static double softmax_down(MATRIX) {
    (void)a, (void)step;
    EACH_STRIP {
        float shift[STRIP], factor[STRIP];
        double sum[STRIP];
        float *to = (float *)out + first;
        sums_down(x + first, rows, n, row, to, outRow, 0, shift, sum);
        for (int64_t c = 0; c < n; c++) factor[c] = (float)(1 / sum[c]);
        for (int64_t r = 0; r < rows; r++, to += outRow) {
            for (int64_t c = 0; c < n; c++) to[c] *= factor[c];
        }
    }
    return 0;
}

static double log_softmax_down(MATRIX) {
    (void)a, (void)step;
    EACH_STRIP {
        float shift[STRIP], log_sum[STRIP];
        double sum[STRIP];
        float *to = (float *)out + first;
        const float *in = x + first;
        sums_down(in, rows, n, row, 0, 0, 0, shift, sum);
        for (int64_t c = 0; c < n; c++) log_sum[c] = (float)log(sum[c]);
        for (int64_t r = 0; r < rows; r++, to += outRow, in += row) {
            _Pragma("GCC ivdep") for (int64_t c = 0; c < n; c++) to[c] = in[c] - shift[c] - log_sum[c];
        }
    }
    return 0;
}

static double log_sum_exp_down(MATRIX) {
    (void)a, (void)step, (void)outRow;
    EACH_STRIP {
        float shift[STRIP];
        double sum[STRIP];
        sums_down(x + first, rows, n, row, 0, 0, 1, shift, sum);
        for (int64_t c = 0; c < n; c++) ((float *)out)[first + c] = (float)(shift[c] + log(sum[c]));
    }
    return 0;
}

const struct matrix_kernel LEVELED(rows)[] = {
    {"SOFTMAX along", softmax_along},
    {"SOFTMAX down", softmax_down},
    {"LOG_SOFTMAX along", log_softmax_along},
    {"LOG_SOFTMAX down", log_softmax_down},
    {"LOG_SUM_EXP along", log_sum_exp_along},
    {"LOG_SUM_EXP down", log_sum_exp_down},
    {0, 0}
};
