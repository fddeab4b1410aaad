// Scans along rows of elements that follow each other. Long rows are cut into segments: what each comes to is found first, then what comes before
// each, so that all can be scanned at once, always in the same order.
#include "reducers.cuh"

#define THREADS 256
#define ITEMS 4 // neighbours that a thread has

template <class C>
struct logsumexp {
    typedef double State;
    static __device__ __forceinline__ double empty() { return lowest(0.0); }
    static __device__ __forceinline__ double from(C v, unsigned) { return (double) v; }
    static __device__ __forceinline__ double merge(double a, double b) {
        if (a == b && isinf(a)) {
            return a;
        }
        double larger = a != a ? a : b != b ? b : a > b ? a : b;
        return larger + log1p(exp(-fabs(a - b)));
    }
    static __device__ __forceinline__ double result(double s) { return s; }
};

template <class C>
struct running : sum<C> {
    typedef typename sum<C>::State State;
    static __device__ __forceinline__ State from(C v, unsigned) { return (State) v; }
    static __device__ __forceinline__ auto result(State s) -> decltype(sum<C>::finish(s, 0)) { return sum<C>::finish(s, 0); }
};

template <class C>
struct product : prod<C> {
    typedef typename prod<C>::State State;
    static __device__ __forceinline__ State from(C v, unsigned) { return (State) v; }
    static __device__ __forceinline__ auto result(State s) -> decltype(prod<C>::finish(s, 0)) { return prod<C>::finish(s, 0); }
};

/** The last of equal elements; NaN stays, and a later NaN takes its place. */
template <class C, bool LARGEST>
struct Latest {
    struct State {
        C value;
        unsigned at;
    };
    static __device__ __forceinline__ State empty() { return State{0, 0xFFFFFFFFu}; }
    static __device__ __forceinline__ State from(C v, unsigned at) { return State{v, at}; }
    static __device__ __forceinline__ State merge(State a, State b) {
        if (a.at == 0xFFFFFFFFu || b.at == 0xFFFFFFFFu) {
            return a.at == 0xFFFFFFFFu ? b : a;
        }
        return b.value != b.value || (LARGEST ? b.value >= a.value : b.value <= a.value) ? b : a;
    }
    static __device__ __forceinline__ int64 result(State s) { return s.at; }
};

template <class C> struct latestMax : Latest<C, true> {};
template <class C> struct latestMin : Latest<C, false> {};

template <class S>
__device__ __forceinline__ S shuffledUp(S s, int delta) {
    union {
        S state;
        unsigned words[sizeof(S) / 4];
    } u;
    u.state = s;
#pragma unroll
    for (int i = 0; i < (int) (sizeof(S) / 4); i++) {
        u.words[i] = __shfl_up_sync(0xFFFFFFFFu, u.words[i], delta);
    }
    return u.state;
}

/** What all threads before this one come to; total gets what all do. */
template <class R, class S>
__device__ __forceinline__ S before(S own, S& total) {
    __shared__ __align__(16) unsigned char memory[(THREADS / 32) * sizeof(S)];
    S* warps = (S*) memory;
    int lane = threadIdx.x % 32;
    S s = own;
    for (int delta = 1; delta < 32; delta *= 2) {
        S other = shuffledUp(s, delta);
        if (lane >= delta) {
            s = R::merge(other, s);
        }
    }
    __syncthreads(); // the last use of warps is over
    if (lane == 31) {
        warps[threadIdx.x / 32] = s;
    }
    __syncthreads();
    S earlier = R::empty();
    total = R::empty();
    for (int w = 0; w < THREADS / 32; w++) {
        if (w == (int) threadIdx.x / 32) {
            earlier = total;
        }
        total = R::merge(total, warps[w]);
    }
    S previous = shuffledUp(s, 1);
    return lane == 0 ? earlier : R::merge(earlier, previous);
}

/**
 * Block (x, y) does segment x of rows y, y + gridDim.y, …. With sums only what the segments come to is written, to there; otherwise prefix, if
 * there is one, has what comes before each segment.
 */
template <class R, class T, class C, class S>
__device__ __forceinline__ void scanSegments(const T* x, int type, void* out, int outType, S* sums, const S* prefix, unsigned rows, unsigned n,
        unsigned segment) {
    for (unsigned row = blockIdx.y; row < rows; row += gridDim.y) {
        int64 start = (int64) row * n;
        unsigned first = blockIdx.x * segment;
        unsigned end = first + segment < n ? first + segment : n;
        S carry = prefix == nullptr ? R::empty() : prefix[row * gridDim.x + blockIdx.x];
        for (unsigned tile = first; tile < end; tile += THREADS * ITEMS) {
            unsigned own = tile + threadIdx.x * ITEMS;
            S local[ITEMS];
            S s = R::empty();
#pragma unroll
            for (int k = 0; k < ITEMS; k++) {
                if (own + k < end) {
                    int at = (int) (start + own + k);
                    s = R::merge(s, R::from(type == TypeOf<T>::value ? Get<C>::of(x[at]) : load<C>(x, type, at), own + k));
                }
                local[k] = s;
            }
            S total;
            S earlier = R::merge(carry, before<R>(s, total));
            if (sums == nullptr) {
#pragma unroll
                for (int k = 0; k < ITEMS; k++) {
                    if (own + k < end) {
                        store(out, outType, (int) (start + own + k), R::result(R::merge(earlier, local[k])));
                    }
                }
            }
            carry = R::merge(carry, total);
        }
        if (sums != nullptr && threadIdx.x == 0) {
            sums[row * gridDim.x + blockIdx.x] = carry;
        }
    }
}

/** Replaces what segments come to by what comes before them; a thread per row. */
template <class R, class S>
__device__ __forceinline__ void addUpSegments(S* sums, unsigned rows, unsigned segments) {
    for (unsigned row = blockIdx.x * blockDim.x + threadIdx.x; row < rows; row += gridDim.x * blockDim.x) {
        S s = R::empty();
        for (unsigned i = 0; i < segments; i++) {
            S own = sums[row * segments + i];
            sums[row * segments + i] = s;
            s = R::merge(s, own);
        }
    }
}

#define KERNELS(op, tag, T) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag(const T* x, int type, void* out, int outType, op<Computed<T>::type>::State* sums, \
            const op<Computed<T>::type>::State* prefix, unsigned rows, unsigned n, unsigned segment) { \
        scanSegments<op<Computed<T>::type>, T, Computed<T>::type>(x, type, out, outType, sums, prefix, rows, n, segment); \
    }
#define ADD_UP(op, tag, C) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag##_segments(op<C>::State* sums, unsigned rows, unsigned segments) { \
        addUpSegments<op<C>>(sums, rows, segments); \
    }

#ifndef OPS_OF_FLOATS
#define OPS_OF_INTEGERS(X) X(running) X(product) X(latestMax) X(latestMin)
#define OPS_OF_FLOATS(X) OPS_OF_INTEGERS(X) X(logsumexp)
#endif
#define OF_FLOAT(op) FLOATS(KERNELS, op) COMPUTED(ADD_UP, op)
#define OF_INTEGER(op) KERNELS(op, int64, int64) ADD_UP(op, int64, int64)

OPS_OF_FLOATS(OF_FLOAT)
OPS_OF_INTEGERS(OF_INTEGER)
