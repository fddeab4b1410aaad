// Reductions. Every result has a group of threads: along x where the elements of one result are neighbours in memory, along y where those of
// neighbouring results are, so that a warp reads whole lines in both cases. Long reductions of few results are shared by several blocks, whose
// states another kernel merges. No order depends on chance: results are the same every time.
#include "reducers.cuh"
#include "layout.cuh"

#define THREADS 256

/** The state of a thread's part of the items first, first + step, … below end. */
template <class R, class T, class C>
__device__ __forceinline__ typename R::State collect(const T* x, int type, unsigned first, unsigned end, unsigned step, int wide,
        const Layout<1>& inner) {
    typename R::State s = R::empty();
    const int N = Width<T>::value;
    if (wide) {
#pragma unroll 4
        for (unsigned i = first; i < end; i += step) {
            Pack<T, N> v = ((const Pack<T, N>*) x)[i];
#pragma unroll
            for (int k = 0; k < N; k++) {
                R::add(s, Get<C>::of(v.of[k]), i * N + k);
            }
        }
    } else if (inner.rank <= 1 && type == TypeOf<T>::value) {
        int stride = inner.rank == 0 ? 0 : inner.stride[0][0];
#pragma unroll 4
        for (unsigned i = first; i < end; i += step) {
            R::add(s, Get<C>::of(x[(int64) i * stride]), i);
        }
    } else {
        for (unsigned i = first; i < end; i += step) {
            int at[1];
            offsets(inner, i, at);
            R::add(s, type == TypeOf<T>::value ? Get<C>::of(x[at[0]]) : load<C>(x, type, at[0]), i);
        }
    }
    return s;
}

/** Merges the states of a group; its first thread has the result. */
template <class R>
__device__ __forceinline__ typename R::State merged(typename R::State s, int alongX) {
    typedef typename R::State State;
    __shared__ __align__(16) unsigned char memory[THREADS * sizeof(State)];
    State* shared = (State*) memory;
    int thread = threadIdx.y * blockDim.x + threadIdx.x;
    if (!alongX) {
        for (unsigned half = blockDim.y / 2; half > 0; half /= 2) {
            shared[thread] = s;
            __syncthreads();
            if (threadIdx.y < half) {
                s = R::merge(s, shared[thread + half * blockDim.x]);
            }
            __syncthreads();
        }
        return s;
    }
    int width = blockDim.x < 32 ? blockDim.x : 32;
    for (int delta = width / 2; delta > 0; delta /= 2) {
        s = R::merge(s, shuffledDown(s, delta, width));
    }
    if (blockDim.x > 32) {
        int warps = blockDim.x / 32;
        if (threadIdx.x % 32 == 0) {
            shared[thread / 32] = s;
        }
        __syncthreads();
        if (threadIdx.x == 0) {
            for (int w = 1; w < warps; w++) {
                s = R::merge(s, shared[thread / 32 + w]);
            }
        }
    }
    return s;
}

template <class R, class T, class C>
__device__ __forceinline__ void reduceAll(const T* x, int type, void* out, int outType, typename R::State* parts, unsigned outer, unsigned items,
        unsigned count, int alongX, int wide, const Layout<2>& results, const Layout<1>& inner) {
    unsigned group = alongX ? blockIdx.x * blockDim.y + threadIdx.y : blockIdx.x * blockDim.x + threadIdx.x;
    unsigned lane = alongX ? threadIdx.x : threadIdx.y;
    unsigned lanes = alongX ? blockDim.x : blockDim.y;
    typename R::State s = R::empty();
    if (group < outer) {
        int at[2];
        offsets(results, group, at);
        const T* row = type == TypeOf<T>::value ? x + at[1] : (const T*) ((const char*) x + (int64) at[1] * sizeOf(type));
        unsigned share = (items + gridDim.y - 1) / gridDim.y; // of each block
        unsigned first = blockIdx.y * share;
        unsigned end = first + share < items ? first + share : items;
        s = collect<R, T, C>(row, type, first + lane, end, lanes, wide, inner);
    }
    s = merged<R>(s, alongX);
    if (group < outer && lane == 0) {
        if (parts != nullptr) {
            parts[(int64) group * gridDim.y + blockIdx.y] = s;
        } else {
            store(out, outType, (int) group, R::finish(s, count));
        }
    }
}

/** Merges what several blocks found for each result. */
template <class R>
__device__ __forceinline__ void mergeParts(const typename R::State* parts, void* out, int outType, unsigned outer, unsigned splits, unsigned count) {
    unsigned group = blockIdx.x * blockDim.y + threadIdx.y;
    typename R::State s = R::empty();
    if (group < outer) {
        for (unsigned i = threadIdx.x; i < splits; i += blockDim.x) {
            s = R::merge(s, parts[(int64) group * splits + i]);
        }
    }
    s = merged<R>(s, 1);
    if (group < outer && threadIdx.x == 0) {
        store(out, outType, (int) group, R::finish(s, count));
    }
}

#define KERNELS(op, tag, T) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag(const T* x, int type, void* out, int outType, \
            op<Computed<T>::type>::State* parts, unsigned outer, unsigned items, unsigned count, int alongX, int wide, Layout<2> results, Layout<1> inner) { \
        reduceAll<op<Computed<T>::type>, T, Computed<T>::type>(x, type, out, outType, parts, outer, items, count, alongX, wide, results, inner); \
    }
#define MERGE(op, tag, C) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag##_merge(const op<C>::State* parts, void* out, int outType, unsigned outer, \
            unsigned splits, unsigned count) { \
        mergeParts<op<C>>(parts, out, outType, outer, splits, count); \
    }

#ifndef OPS_OF_FLOATS
#define OPS_OF_ALL(X) X(sum) X(prod) X(max_) X(min_) X(any_) X(all_) X(argmax) X(argmin)
#define OPS_OF_FLOATS(X) OPS_OF_ALL(X) X(mean) X(squaredDeviation)
#define OPS_OF_INTEGERS(X) OPS_OF_ALL(X)
#endif
#define OF_FLOAT(op) FLOATS(KERNELS, op) COMPUTED(MERGE, op)
#define OF_INTEGER(op) INTEGERS(KERNELS, op) MERGE(op, int64, int64)

OPS_OF_FLOATS(OF_FLOAT)
OPS_OF_INTEGERS(OF_INTEGER)
