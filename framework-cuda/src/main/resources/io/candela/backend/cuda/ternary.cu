// TernaryKernel.
#include "pointwise.cuh"

struct op_where {
    template <class C> static __device__ __forceinline__ C of(C a, C b, C c, C) { return a != 0 ? b : c; }
};

struct op_addcmul {
    template <class C> static __device__ __forceinline__ C of(C a, C b, C c, C v) { return a + v * b * c; }
};

struct op_addcdiv {
    template <class C> static __device__ __forceinline__ C of(C a, C b, C c, C v) { return a + v * b / c; }
    static __device__ __forceinline__ int64 of(int64 a, int64 b, int64 c, int64 v) { return c == 0 ? -1 : c == -1 ? a - v * b : a + v * b / c; }
};

#define KERNELS(op, tag, A, T) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag(const A* a, const T* b, const T* c, Computed<T>::type v, T* out, unsigned n, \
            int packed) { \
        ternaryFlat<op_##op>(a, b, c, v, out, n, packed); \
    } \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag##_strided(const A* a, const T* b, const T* c, Computed<T>::type v, T* out, \
            unsigned n, Layout<4> layout) { \
        ternaryStrided<op_##op>(a, b, c, v, out, n, layout); \
    }
#define CONDITION(op, tag, T) KERNELS(op, tag, boolean, T)
#define SAME(op, tag, T) KERNELS(op, tag, T, T)
#define ANY(op, tag, C) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag##_any(const void* a, int aType, const void* b, int bType, const void* c, int cType, \
            C v, void* out, int outType, unsigned n, Layout<4> layout) { \
        ternaryAny<op_##op>(a, aType, b, bType, c, cType, v, out, outType, n, layout); \
    }
#define OF_CONDITION(op) FLOATS(CONDITION, op) INTEGERS(CONDITION, op) SMALL_INTEGERS(CONDITION, op) COMPUTED(ANY, op) ANY(op, int64, int64)
#define OF_NUMBERS(op) FLOATS(SAME, op) COMPUTED(ANY, op) ANY(op, int64, int64)

#ifndef CONDITIONS
#define CONDITIONS(X) X(where)
#define OPS_OF_FLOATS(X) X(addcmul) X(addcdiv)
#endif
CONDITIONS(OF_CONDITION)
OPS_OF_FLOATS(OF_NUMBERS)
