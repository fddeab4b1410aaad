/* The library's entrances: finds kernels by name, and walks them over operands with any strides. */
#include <jni.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"

#define PACK 1024 /* elements of operands with gaps that are gathered at a time: three packs stay in the first-level cache */

/* Kernels of one file, `size` bytes each, of which the first is the name. */
struct table {
    const void *kernels;
    size_t size;
};

#define WALKED(name, level) {JOIN(name, level), sizeof(struct kernel)}
#define MATRICES(name, level) {JOIN(name, level), sizeof(struct matrix_kernel)}
#define UPDATES(name, level) {JOIN(name, level), sizeof(struct update_kernel)}
#define JOBS(name, level) {JOIN(name, level), sizeof(struct job_kernel)}
#define TABLES(level) \
    extern const struct job_kernel JOIN(normalization, level)[]; \
    extern const struct update_kernel JOIN(updates, level)[]; \
    extern const struct kernel JOIN(pointwise, level)[], JOIN(conversions, level)[], JOIN(functions, level)[], JOIN(copies, level)[]; \
    extern const struct matrix_kernel JOIN(reductions, level)[], JOIN(rows, level)[], JOIN(scans, level)[], JOIN(fills, level)[]; \
    static const struct table JOIN(tables, level)[] = { \
        WALKED(pointwise, level), WALKED(conversions, level), WALKED(functions, level), MATRICES(reductions, level), \
        MATRICES(rows, level), MATRICES(scans, level), WALKED(copies, level), MATRICES(fills, level), UPDATES(updates, level), \
        JOBS(normalization, level), {0, 0}};

TABLES(avx2)
TABLES(avx512)

/* Of this processor's level; null below the lowest. */
static const struct table *tables(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return tables_avx512;
    }
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2") ? tables_avx2 : 0;
}

JNIEXPORT jlong JNICALL Java_io_candela_backend_cpu_NativeKernels_address(JNIEnv *env, jclass type, jstring name) {
    (void)type;
    const char *wanted = (*env)->GetStringUTFChars(env, name, 0);
    if (!wanted) {
        return 0; /* OutOfMemoryError is pending */
    }
    const char *found = 0;
    for (const struct table *table = tables(); table && table->kernels && !found; table++) {
        for (const char *k = table->kernels; *(const char *const *)k && !found; k += table->size) {
            if (!strcmp(*(const char *const *)k, wanted)) {
                found = k;
            }
        }
    }
    (*env)->ReleaseStringUTFChars(env, name, wanted);
    return (jlong)(intptr_t)found;
}

/* Operand of a walk: where it starts, bytes from row to row, and elements from one to the next. */
struct operand {
    const char *start;
    int64_t row;
    int64_t step;
    int64_t bytes;
};

/* The operand's elements from number `first` of a row: in place, or gathered into `pack`, where one that is repeated stays for as long as it can. */
static const void *elements(const struct kernel *k, const struct operand *o, int64_t row, int64_t first, int64_t n, void *pack) {
    const char *from = o->start + row * o->row + first * o->step * o->bytes;
    if (o->step == 1 || o->bytes == 0) {
        return from;
    }
    if (o->step != 0 || (first == 0 && (row == 0 || o->row != 0))) {
        k->gather(from, o->step, o->bytes, n, pack);
    }
    return pack;
}

JNIEXPORT void JNICALL Java_io_candela_backend_cpu_NativeKernels_walk(JNIEnv *env, jclass type, jlong kernel, jlong rows, jlong columns, jlong out,
        jlong outRow, jlong x, jlong xRow, jlong xStep, jlong y, jlong yRow, jlong yStep, jlong z, jlong zRow, jlong zStep, jdouble a, jdouble b) {
    (void)env;
    (void)type;
    const struct kernel *k = (const struct kernel *)(intptr_t)kernel;
    struct operand operands[3] = {
        {(const char *)(intptr_t)x, xRow, xStep, k->bytes[0]},
        {(const char *)(intptr_t)y, yRow, yStep, k->bytes[1]},
        {(const char *)(intptr_t)z, zRow, zStep, k->bytes[2]},
    };
    float number = (float)a;
    if (k->bytes[1] && !y) {
        operands[1].start = (const char *)&number;
    }
    int dense = 1;
    for (int i = 0; i < 3; i++) {
        dense &= operands[i].bytes == 0 || operands[i].step == 1;
    }
    int64_t together = dense ? columns : PACK;
    int64_t packs[3][PACK];
    for (int64_t row = 0; row < rows; row++) {
        char *to = (char *)(intptr_t)out + row * outRow;
        for (int64_t first = 0; first < columns; first += together) {
            int64_t n = columns - first < together ? columns - first : together;
            const void *in[3];
            for (int i = 0; i < 3; i++) {
                in[i] = elements(k, &operands[i], row, first, n, packs[i]);
            }
            k->run(in[0], in[1], in[2], to + first * k->bytes[3], n, a, b);
        }
    }
}

JNIEXPORT jdouble JNICALL Java_io_candela_backend_cpu_NativeKernels_matrix(JNIEnv *env, jclass type, jlong kernel, jlong x, jlong rows, jlong columns,
        jlong row, jlong step, jlong out, jlong outRow, jdouble a) {
    (void)env;
    (void)type;
    const struct matrix_kernel *k = (const struct matrix_kernel *)(intptr_t)kernel;
    return k->run((const float *)(intptr_t)x, rows, columns, row, step, (void *)(intptr_t)out, outRow, a);
}

JNIEXPORT void JNICALL Java_io_candela_backend_cpu_NativeKernels_update(JNIEnv *env, jclass type, jlong kernel, jlong n, jlong parameter, jlong gradient,
        jlong x, jlong y, jlong z, jlong numbers) {
    (void)env;
    (void)type;
    float *const roles[] = {(float *)(intptr_t)parameter, (float *)(intptr_t)gradient, (float *)(intptr_t)x, (float *)(intptr_t)y, (float *)(intptr_t)z};
    ((const struct update_kernel *)(intptr_t)kernel)->run(roles, (const float *)(intptr_t)numbers, n);
}

JNIEXPORT void JNICALL Java_io_candela_backend_cpu_NativeKernels_part(JNIEnv *env, jclass type, jlong kernel, jlong arguments, jlong from, jlong to) {
    (void)env;
    (void)type;
    ((const struct job_kernel *)(intptr_t)kernel)->run((const void *)(intptr_t)arguments, from, to);
}
