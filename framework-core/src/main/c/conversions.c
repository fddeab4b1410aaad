/*
 * Conversions between element types. Of floating point, what does not fit the integer that the processor converts to becomes its smallest number;
 * narrower integers take the lower bits of that. The two half types go by way of float32.
 */
#include <immintrin.h>

#include "functions.h"
#include "loops.h"

/* Rows: the names and types of both sides, and the result for v. */
#define TO_FLOAT32(ROW, from, type) ROW(from, type, FLOAT32, float, (float)v)
#define TO_FLOAT64(ROW, from, type) ROW(from, type, FLOAT64, double, (double)v)
#define TO_INT64(ROW, from, type) ROW(from, type, INT64, int64_t, (int64_t)v)
#define TO_INT32(ROW, from, type) ROW(from, type, INT32, int32_t, (int32_t)v)
#define TO_BOOL(ROW, from, type) ROW(from, type, BOOL, int8_t, v != 0)
/* `first` and `wide`: the integers by which v becomes narrow ones */
#define TO_NARROW(ROW, from, type, first, wide)                                           \
    ROW(from, type, INT16, int16_t, (int16_t)(first)v)                                    \
    ROW(from, type, INT8, int8_t, (int8_t)(first)v)                                       \
    ROW(from, type, UINT8, uint8_t, (uint8_t)(wide)v)

#define CONVERSIONS(ROW)                                                                  \
    TO_FLOAT64(ROW, FLOAT32, float) TO_INT64(ROW, FLOAT32, float) TO_INT32(ROW, FLOAT32, float)           \
    TO_NARROW(ROW, FLOAT32, float, int32_t, int32_t) TO_BOOL(ROW, FLOAT32, float)                         \
    TO_FLOAT32(ROW, FLOAT64, double) TO_INT64(ROW, FLOAT64, double) TO_INT32(ROW, FLOAT64, double)        \
    TO_NARROW(ROW, FLOAT64, double, int32_t, int64_t) TO_BOOL(ROW, FLOAT64, double)                       \
    TO_FLOAT32(ROW, INT64, int64_t) TO_FLOAT64(ROW, INT64, int64_t) TO_INT32(ROW, INT64, int64_t)         \
    TO_NARROW(ROW, INT64, int64_t, int64_t, int64_t) TO_BOOL(ROW, INT64, int64_t)                         \
    TO_FLOAT32(ROW, INT32, int32_t) TO_FLOAT64(ROW, INT32, int32_t) TO_INT64(ROW, INT32, int32_t)         \
    TO_NARROW(ROW, INT32, int32_t, int32_t, int32_t) TO_BOOL(ROW, INT32, int32_t)                         \
    TO_FLOAT32(ROW, INT16, int16_t) TO_FLOAT64(ROW, INT16, int16_t) TO_INT64(ROW, INT16, int16_t) TO_INT32(ROW, INT16, int16_t) \
    TO_FLOAT32(ROW, INT8, int8_t) TO_FLOAT64(ROW, INT8, int8_t) TO_INT64(ROW, INT8, int8_t) TO_INT32(ROW, INT8, int8_t) \
    TO_FLOAT32(ROW, UINT8, uint8_t) TO_FLOAT64(ROW, UINT8, uint8_t) TO_INT64(ROW, UINT8, uint8_t) TO_INT32(ROW, UINT8, uint8_t) \
    TO_FLOAT32(ROW, BOOL, int8_t) TO_FLOAT64(ROW, BOOL, int8_t) TO_INT64(ROW, BOOL, int8_t) TO_INT32(ROW, BOOL, int8_t) \
    TO_BOOL(ROW, UINT8, uint8_t)                                                          \
    ROW(FLOAT32, float, BFLOAT16, uint16_t, upper_half(v))                                \
    ROW(BFLOAT16, uint16_t, FLOAT32, float, from_bits((uint32_t)v << 16))

/* To nearest, ties to even; one NaN for all. */
static inline uint16_t upper_half(float x) {
    uint32_t v = bits(x);
    uint32_t rounded = (v + 0x7FFF + (v >> 16 & 1)) >> 16;
    return (uint16_t)(x != x ? 0x7FC0 : rounded);
}

#define DEFINE_CONVERSION(from, in_type, target, out_type, result)                        \
    static void from##_TO_##target##_loop(OPERANDS) {                                     \
        const in_type *in = xx;                                                           \
        out_type *out = to;                                                               \
        UNUSED;                                                                           \
        EACH { in_type v = in[i]; out[i] = result; }                                      \
    }

CONVERSIONS(DEFINE_CONVERSION)

/* Compilers make no vectors of float16 everywhere. */
static void FLOAT16_TO_FLOAT32_loop(OPERANDS) {
    const uint16_t *in = xx;
    float *out = to;
    UNUSED;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(in + i))));
    }
    for (; i < n; i++) {
        out[i] = _cvtsh_ss(in[i]);
    }
}

static void FLOAT32_TO_FLOAT16_loop(OPERANDS) {
    const float *in = xx;
    uint16_t *out = to;
    UNUSED;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        _mm_storeu_si128((__m128i *)(out + i), _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT));
    }
    for (; i < n; i++) {
        out[i] = _cvtss_sh(in[i], _MM_FROUND_TO_NEAREST_INT);
    }
}

#define STRETCH 512 /* elements that go through float32 at a time */

/* Rows: the names of both sides, and the types of their elements in memory. */
#define HALF(ROW, half)                                                                   \
    ROW(half, uint16_t, FLOAT64, double) ROW(FLOAT64, double, half, uint16_t)             \
    ROW(half, uint16_t, INT64, int64_t) ROW(INT64, int64_t, half, uint16_t)               \
    ROW(half, uint16_t, INT32, int32_t) ROW(INT32, int32_t, half, uint16_t)               \
    ROW(half, uint16_t, INT16, int16_t) ROW(INT16, int16_t, half, uint16_t)               \
    ROW(half, uint16_t, INT8, int8_t) ROW(INT8, int8_t, half, uint16_t)                   \
    ROW(half, uint16_t, UINT8, uint8_t) ROW(UINT8, uint8_t, half, uint16_t)               \
    ROW(half, uint16_t, BOOL, int8_t) ROW(BOOL, int8_t, half, uint16_t)

#define HALVES(ROW)                                                                       \
    HALF(ROW, FLOAT16) HALF(ROW, BFLOAT16)                                                \
    ROW(FLOAT16, uint16_t, BFLOAT16, uint16_t) ROW(BFLOAT16, uint16_t, FLOAT16, uint16_t)

#define DEFINE_BY_FLOATS(from, in_type, target, out_type)                                 \
    static void from##_TO_##target##_loop(OPERANDS) {                                     \
        float floats[STRETCH];                                                            \
        for (int64_t i = 0; i < n; i += STRETCH) {                                        \
            int64_t m = n - i < STRETCH ? n - i : STRETCH;                                \
            from##_TO_FLOAT32_loop((const in_type *)xx + i, yy, zz, floats, m, a, b);     \
            FLOAT32_TO_##target##_loop(floats, yy, zz, (out_type *)to + i, m, a, b);      \
        }                                                                                 \
    }

HALVES(DEFINE_BY_FLOATS)

#define CONVERSION_ENTRY(from, in_type, target, out_type, ...)                            \
    {#from "_TO_" #target, from##_TO_##target##_loop, {sizeof(in_type), 0, 0, sizeof(out_type)}, LEVELED(gather)},

const struct kernel LEVELED(conversions)[] = {
    CONVERSIONS(CONVERSION_ENTRY) HALVES(CONVERSION_ENTRY)
    CONVERSION_ENTRY(FLOAT16, uint16_t, FLOAT32, float) CONVERSION_ENTRY(FLOAT32, float, FLOAT16, uint16_t)
    {0, 0, {0}, 0}
};
