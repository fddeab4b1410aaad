/*
 * What the loops' files and the library share. Each file of loops is compiled once per level of instructions, and ends in a table that the library
 * searches by name.
 */
#ifndef CANDELA_KERNELS_H
#define CANDELA_KERNELS_H

#include <stdint.h>

/* n elements of up to three operands, each without gaps; a and b are numbers that some loops take. out may be one of the operands. */
typedef void loop(const void *x, const void *y, const void *z, void *out, int64_t n, double a, double b);

/* Copies n elements of 1, 2, 4 or 8 bytes, `step` elements apart, to a place without gaps. */
typedef void gathering(const void *from, int64_t step, int bytes, int64_t n, void *to);

struct kernel {
    const char *name;
    loop *run;
    int8_t bytes[4]; /* per element of x, y, z and out; 0 where there is none */
    gathering *gather; /* of the same level */
};

/*
 * Rows of `columns` float32 each: elements of a row are `step` elements apart, rows are `row` elements apart. What is written to `out`, and what `outRow`
 * and `a` mean, is the kernel's; so is the number that it returns.
 */
#define MATRIX const float *x, int64_t rows, int64_t columns, int64_t row, int64_t step, void *out, int64_t outRow, double a
typedef double matrix(MATRIX);

struct matrix_kernel {
    const char *name;
    matrix *run;
};

/* Updates n elements of an optimizer's parameter, roles[0], by its gradient, roles[1], and of up to three arrays of state. */
typedef void update(float *const *roles, const float *numbers, int64_t n);

struct update_kernel {
    const char *name;
    update *run;
};

/* Does numbers `from` to `to` of what a job consists of. Its arguments stand in memory: addresses, sizes and doubles, of eight bytes each. */
typedef void job(const void *arguments, int64_t from, int64_t to);

struct job_kernel {
    const char *name;
    job *run;
};

/* name_level: the same function or table for several levels in one library. */
#define JOIN(name, level) name##_##level
#define JOINED(name, level) JOIN(name, level)
#define LEVELED(name) JOINED(name, LEVEL)

#ifdef LEVEL
gathering LEVELED(gather);
#endif

#endif
