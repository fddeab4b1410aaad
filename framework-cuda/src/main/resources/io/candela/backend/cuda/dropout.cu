// Dropout: which elements stay, the others' zeros, and the scale, in one pass. Which number decides about which element is as in PyTorch 2.13
// (ATen/native/cuda/Dropout.cu); numbers are of single precision whatever the elements are.
#include "types.cuh"
#include "philox.cuh"

#define BLOCK 256

typedef unsigned long long uint64;

template <class T, class C>
__device__ __forceinline__ void drop(unsigned bits, T x, C keep, C scale, T& out, boolean& kept) {
    bool stays = (C) unit(bits) < keep;
    out = Put<T>::of(Get<C>::of(x) * (C) stays * scale); // NaN stays NaN
    kept.byte = stays;
}

__device__ __forceinline__ unsigned word(uint4 bits, int k) {
    return k == 0 ? bits.x : k == 1 ? bits.y : k == 2 ? bits.z : bits.w;
}

/** N neighbours per thread at a time, of n, which N divides. */
template <int N, class T, class C>
__device__ __forceinline__ void dropPacks(const T* x, T* out, boolean* kept, unsigned n, C keep, C scale, const Draws& draws) {
    uint64 thread = (uint64) blockIdx.x * blockDim.x + threadIdx.x;
    uint64 step = (uint64) gridDim.x * blockDim.x * N;
    Stream stream(draws, thread);
    for (uint64 at = thread * N; at < n; at += step) {
        Pack<T, N> in = *(const Pack<T, N>*) (x + at);
        Pack<T, N> result;
        Pack<boolean, N> stays;
        uint4 bits;
#pragma unroll
        for (int k = 0; k < N; k++) {
            if (k % 4 == 0) {
                bits = stream.next();
            }
            drop(word(bits, k % 4), in.of[k], keep, scale, result.of[k], stays.of[k]);
        }
        *(Pack<T, N>*) (out + at) = result;
        *(Pack<boolean, N>*) (kept + at) = stays;
    }
}

/** Four elements per thread at a time, a grid apart. */
template <class T, class C>
__device__ __forceinline__ void dropOnes(const T* x, T* out, boolean* kept, unsigned n, C keep, C scale, const Draws& draws) {
    uint64 thread = (uint64) blockIdx.x * blockDim.x + threadIdx.x;
    uint64 threads = (uint64) gridDim.x * blockDim.x;
    Stream stream(draws, thread);
    for (uint64 at = thread; at < n; at += threads * 4) {
        uint4 bits = stream.next();
#pragma unroll
        for (int k = 0; k < 4; k++) {
            uint64 i = at + k * threads;
            if (i < n) {
                drop(word(bits, k), x[i], keep, scale, out[i], kept[i]);
            }
        }
    }
}

/** The way back: the same elements, the same scale. */
template <int N, class T, class C>
__device__ __forceinline__ void dropAgain(const T* g, const boolean* kept, T* out, unsigned n, C scale) {
    uint64 step = (uint64) gridDim.x * blockDim.x * N;
    for (uint64 at = ((uint64) blockIdx.x * blockDim.x + threadIdx.x) * N; at < n; at += step) {
        Pack<T, N> in = *(const Pack<T, N>*) (g + at);
        Pack<boolean, N> stays = *(const Pack<boolean, N>*) (kept + at);
#pragma unroll
        for (int k = 0; k < N; k++) {
            in.of[k] = Put<T>::of((C) stays.of[k].byte * Get<C>::of(in.of[k]) * scale);
        }
        *(Pack<T, N>*) (out + at) = in;
    }
}

#define OF_PACKS(tag, T, N) \
    extern "C" __global__ void __launch_bounds__(BLOCK) dropout_##N##_##tag(const T* x, T* out, boolean* kept, unsigned n, Computed<T>::type keep, \
            Computed<T>::type scale, Draws draws) { \
        dropPacks<N>(x, out, kept, n, keep, scale, draws); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) dropout_grad_##N##_##tag(const T* g, const boolean* kept, T* out, unsigned n, \
            Computed<T>::type scale) { \
        dropAgain<N>(g, kept, out, n, scale); \
    }
#define OF_ONES(op, tag, T) \
    extern "C" __global__ void __launch_bounds__(BLOCK) dropout_1_##tag(const T* x, T* out, boolean* kept, unsigned n, Computed<T>::type keep, \
            Computed<T>::type scale, Draws draws) { \
        dropOnes(x, out, kept, n, keep, scale, draws); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) dropout_grad_1_##tag(const T* g, const boolean* kept, T* out, unsigned n, \
            Computed<T>::type scale) { \
        dropAgain<1>(g, kept, out, n, scale); \
    } \
    OF_PACKS(tag, T, 2)
FLOATS(OF_ONES, )
OF_PACKS(float32, float, 4)
OF_PACKS(float16, float16, 4)
OF_PACKS(float16, float16, 8)
OF_PACKS(bfloat16, bfloat16, 4)
OF_PACKS(bfloat16, bfloat16, 8)
