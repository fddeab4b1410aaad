/*
 * Normalization of float32 rows: the elements of each statistic follow each other, and within them runs, one per channel. Sums are added up in float
 * over a piece at most, in lanes, then in double. No result depends on the level: lanes are the same in both.
 */
#include <math.h>

#include "kernels.h"
#include "functions.h"

#define LANES 8   /* a run has as many elements at least */
#define SHORT 512 /* elements up to which a row is short */
#define PIECE 4096

/* One number per lane: of loops over arrays of lanes gcc 12 makes shuffles. */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));
typedef int32_t mask __attribute__((vector_size(LANES * sizeof(int32_t))));

#ifdef __clang__
#define SHUFFLED(v, ...) __builtin_shufflevector(v, v, __VA_ARGS__)
#else /* gcc has that from 12 on */
#define SHUFFLED(v, ...) __builtin_shuffle(v, (mask){__VA_ARGS__})
#endif

static inline float total(lanes v) {
    v += SHUFFLED(v, 4, 5, 6, 7, 0, 1, 2, 3);
    v += SHUFFLED(v, 2, 3, 0, 1, 6, 7, 4, 5);
    v += SHUFFLED(v, 1, 0, 3, 2, 5, 4, 7, 6);
    return v[0];
}

/* What a job reads and writes, as NativeNorm lays it out. Rows are counted over all samples. */
struct rows {
    const float *x;
    const float *g;      /* gradient of the result */
    float *out;          /* the result, or the gradient of x; null if that is not needed */
    const float *weight; /* by channel; null for 1 */
    const float *bias;   /* by channel; null for 0 */
    double *mean;        /* by row, as the next */
    double *variance;
    double *inverse;     /* of the deviation */
    double *sums;        /* of g, by run; null if not needed */
    double *products;    /* of g and the normalized x, by run; null if not needed */
    int64_t length;
    int64_t run;         /* elements of a channel in a row */
    int64_t channels;    /* of a sample */
    double eps;
};

/*
 * Two sums over a piece: FIRST and SECOND of each element. So many vectors at a time that no addition waits for the one before it. The elements at the
 * end are read with some before them, which are not counted again.
 */
#define DEFINE_SUMS(name, vectors, FIRST, SECOND)                                         \
    static inline void name(const float *x, const float *g, float around, int64_t n, double *sum) { \
        lanes a[vectors] = {{0}}, b[vectors] = {{0}};                                     \
        int64_t i = 0;                                                                    \
        (void)g;                                                                          \
        for (; i + vectors * LANES <= n; i += vectors * LANES) {                          \
            for (int v = 0; v < vectors; v++) a[v] += FIRST(i + v * LANES), b[v] += SECOND(i + v * LANES); \
        }                                                                                 \
        for (int v = 1; v < vectors; v++) a[0] += a[v], b[0] += b[v];                     \
        for (; i + LANES <= n; i += LANES) a[0] += FIRST(i), b[0] += SECOND(i);           \
        if (i < n) {                                                                      \
            mask lane = {0, 1, 2, 3, 4, 5, 6, 7}, rest = lane >= (int32_t)(i + LANES - n); \
            a[0] += (lanes)((mask)FIRST(n - LANES) & rest);                               \
            b[0] += (lanes)((mask)SECOND(n - LANES) & rest);                              \
        }                                                                                 \
        sum[0] += total(a[0]);                                                            \
        sum[1] += total(b[0]);                                                            \
    }
#define DEFINE_BOTH(name, FIRST, SECOND)                                                  \
    DEFINE_SUMS(name##_long, 8, FIRST, SECOND)                                            \
    DEFINE_SUMS(name##_short, 2, FIRST, SECOND)                                           \
    static inline void name(const float *x, const float *g, float around, int64_t n, double *sum) { \
        sum[0] = sum[1] = 0;                                                              \
        for (int64_t i = 0; i < n; i += PIECE) {                                          \
            int64_t count = n - i < PIECE ? n - i : PIECE;                                \
            if (count <= SHORT) {                                                         \
                name##_short(x + i, g + i, around, count, sum);                           \
            } else {                                                                      \
                name##_long(x + i, g + i, around, count, sum);                            \
            }                                                                             \
        }                                                                                 \
    }
#define AT(of, i) (*(const lanes *)(of + i))
#define DISTANCE(i) (AT(x, i) - around)
#define SQUARE(i) (DISTANCE(i) * DISTANCE(i))
#define GRADIENT(i) AT(g, i)
#define PRODUCT(i) (AT(g, i) * DISTANCE(i))
DEFINE_BOTH(moments, DISTANCE, SQUARE)
DEFINE_BOTH(gradients, GRADIENT, PRODUCT)

/* The squares around another number than the mean may be so many times as large: so little cancels out. */
#define FAR 4

/* Writes mean, variance and inverse of rows. */
static void statistics(const void *arguments, int64_t from, int64_t to) {
    const struct rows *r = arguments;
    double n = r->length;
    for (int64_t row = from; row < to; row++) {
        const float *x = r->x + row * r->length;
        float around = isfinite(x[0]) ? x[0] : 0;
        double sum[2];
        moments(x, x, around, r->length, sum);
        double mean = around + sum[0] / n, square = sum[1] - sum[0] * (sum[0] / n);
        if (sum[0] * (sum[0] / n) > FAR * square) { /* the first element is far from the others: once more, around their mean */
            around = (float)mean;
            moments(x, x, around, r->length, sum);
            mean = around + sum[0] / n;
            square = sum[1] - sum[0] * (sum[0] / n);
        }
        r->mean[row] = mean;
        r->variance[row] = (square < 0 ? 0 : square) / n;
        r->inverse[row] = 1 / sqrt(r->variance[row] + r->eps);
    }
}

/* Writes (x - mean) * inverse * weight + bias. */
static void normalized(const void *arguments, int64_t from, int64_t to) {
    const struct rows *r = arguments;
    int64_t channel = from * (r->length / r->run) % r->channels;
    for (int64_t row = from; row < to; row++) {
        float center = (float)r->mean[row];
        for (int64_t first = row * r->length; first < (row + 1) * r->length; first += r->run) {
            const float *x = r->x + first;
            float *out = r->out + first;
            double factor = r->weight ? r->inverse[row] * r->weight[channel] : r->inverse[row];
            double term = (r->bias ? r->bias[channel] : 0) - (r->mean[row] - center) * factor;
            float scale = (float)factor, shift = (float)term;
            _Pragma("GCC ivdep")
            for (int64_t i = 0; i < r->run; i++) out[i] = (x[i] - center) * scale + shift;
            channel = channel + 1 == r->channels ? 0 : channel + 1;
        }
    }
}

/* Writes the gradient of x, and the sums by run from which those of weight and bias are made. */
static void backward(const void *arguments, int64_t from, int64_t to) {
    const struct rows *r = arguments;
    int64_t runs = r->length / r->run, start = from * runs % r->channels;
    for (int64_t row = from; row < to; row++) {
        double mean = r->mean[row], inverse = r->inverse[row], sums = 0, products = 0;
        float center = (float)mean;
        int64_t channel = start;
        for (int64_t k = row * runs; k < (row + 1) * runs; k++) {
            double sum[2];
            gradients(r->x + k * r->run, r->g + k * r->run, center, r->run, sum);
            double product = (sum[1] - (mean - center) * sum[0]) * inverse, factor = r->weight ? r->weight[channel] : 1;
            if (r->sums) r->sums[k] = sum[0];
            if (r->products) r->products[k] = product;
            sums += factor * sum[0];
            products += factor * product;
            channel = channel + 1 == r->channels ? 0 : channel + 1;
        }
        if (r->out) {
            double steepness = -inverse * inverse * products / r->length;
            float slope = (float)steepness, offset = (float)(-inverse * sums / r->length - (mean - center) * steepness);
            channel = start;
            for (int64_t k = row * runs; k < (row + 1) * runs; k++) {
                const float *x = r->x + k * r->run, *g = r->g + k * r->run;
                float *out = r->out + k * r->run;
                float scale = (float)(r->weight ? inverse * r->weight[channel] : inverse);
                _Pragma("GCC ivdep")
                for (int64_t i = 0; i < r->run; i++) out[i] = g[i] * scale + ((x[i] - center) * slope + offset);
                channel = channel + 1 == r->channels ? 0 : channel + 1;
            }
        }
        start = channel;
    }
}

const struct job_kernel LEVELED(normalization)[] = {
    {"NORM_STATISTICS", statistics},
    {"NORM_ROWS", normalized},
    {"NORM_ROWS_GRAD", backward},
    {0, 0}
};
