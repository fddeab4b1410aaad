/* Brings elements with gaps together. */
#include "kernels.h"

#define GATHER(type)                                                                      \
    static void gather_##type(const type *in, int64_t step, int64_t n, type *out) {       \
        if (step == 0) {                                                                  \
            type first = in[0];                                                           \
            for (int64_t i = 0; i < n; i++) out[i] = first;                               \
        } else if (step == 2) { /* two vectors and a shuffle */                           \
            for (int64_t i = 0; i < n; i++) out[i] = in[2 * i];                           \
        } else if (step == -1) {                                                          \
            for (int64_t i = 0; i < n; i++) out[i] = in[-i];                              \
        } else {                                                                          \
            for (int64_t i = 0; i < n; i++) out[i] = in[step * i];                        \
        }                                                                                 \
    }
GATHER(int8_t)
GATHER(int16_t)
GATHER(int32_t)
GATHER(int64_t)

void LEVELED(gather)(const void *from, int64_t step, int bytes, int64_t n, void *to) {
    switch (bytes) {
        case 1: gather_int8_t(from, step, n, to); break;
        case 2: gather_int16_t(from, step, n, to); break;
        case 4: gather_int32_t(from, step, n, to); break;
        default: gather_int64_t(from, step, n, to);
    }
}
