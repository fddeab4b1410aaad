/* One number everywhere, and copies of elements of 1 to 8 bytes, which the walk gathers where they have gaps or stand in reverse. */
#include <string.h>

#include "kernels.h"

#define SIZES(ROW) ROW(1) ROW(2) ROW(4) ROW(8)

#define DEFINE_COPY(bytes)                                                                \
    static void copy_##bytes(const void *x, const void *y, const void *z, void *out, int64_t n, double a, double b) { \
        (void)y, (void)z, (void)a, (void)b;                                               \
        memcpy(out, x, (size_t)n * bytes);                                                \
    }
SIZES(DEFINE_COPY)

/* Writes a to all columns of the result. */
static double fill(MATRIX) {
    float *to = out;
    (void)x, (void)rows, (void)row, (void)step, (void)outRow;
    for (int64_t i = 0; i < columns; i++) to[i] = (float)a;
    return 0;
}

#define ENTRY(bytes) {"COPY_" #bytes, copy_##bytes, {bytes, 0, 0, bytes}, LEVELED(gather)},

const struct kernel LEVELED(copies)[] = {SIZES(ENTRY) {0, 0, {0}, 0}};

const struct matrix_kernel LEVELED(fills)[] = {{"FILL along", fill}, {0, 0}};
