// Pooling and resampling. Tensors are (blocks, depth, height, width, inner): with channels innermost a block is a sample, else a channel of one.
// Gradients are gathered: each element of the input's gradient sums up what its windows have for it, in their order.
#include "types.cuh"
#include "divisor.cuh"

#define BLOCK 256

/** The dimensions of a tensor. */
struct Box {
    Divisor inner;
    Divisor width;
    Divisor height;
    Divisor depth;
};

/** An element's place in a box. */
struct Point {
    unsigned inner;
    unsigned block;
    unsigned at[3]; // depth, height, width
};

__device__ __forceinline__ Point pointOf(const Box& box, unsigned i) {
    Point p;
    unsigned rest = box.inner.of(i);
    p.inner = i - rest * box.inner.size;
    unsigned next = box.width.of(rest);
    p.at[2] = rest - next * box.width.size;
    rest = box.height.of(next);
    p.at[1] = next - rest * box.height.size;
    p.block = box.depth.of(rest);
    p.at[0] = rest - p.block * box.depth.size;
    return p;
}

/** Where windows lie. Written by CudaPool.java in this order. */
struct Regions {
    int in[3];
    int out[3];
    int step[3];
    int inner;
    int blocks; // of a sample
    // where in the table parts start, per dimension: first position, one behind the last, positions counted, by window;
    // the first window, one behind the last, by position
    int start[3];
    int end[3];
    int counted[3];
    int first[3];
    int behind[3];

    __device__ __forceinline__ int inputBlock() const { return in[0] * in[1] * in[2] * inner; }
    __device__ __forceinline__ int outputBlock() const { return out[0] * out[1] * out[2] * inner; }
};

template <class T>
__device__ __forceinline__ void maximum(const T* x, const int* table, const Regions& r, const Box& box, T* out, int* places, unsigned n) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        Point p = pointOf(box, i);
        const T* from = x + (int64) p.block * r.inputBlock() + p.inner;
        int end[3];
#pragma unroll
        for (int d = 0; d < 3; d++) {
            end[d] = table[r.end[d] + p.at[d]];
        }
        typedef typename Computed<T>::type C;
        C best = 0;
        int place = -1;
        for (int z = table[r.start[0] + p.at[0]]; z < end[0]; z += r.step[0]) {
            for (int y = table[r.start[1] + p.at[1]]; y < end[1]; y += r.step[1]) {
                for (int w = table[r.start[2] + p.at[2]]; w < end[2]; w += r.step[2]) {
                    int at = ((z * r.in[1] + y) * r.in[2] + w) * r.inner;
                    C v = Get<C>::of(from[at]);
                    if (place < 0 || v > best || v != v) {
                        best = v;
                        place = at;
                    }
                }
            }
        }
        out[i] = Put<T>::of(best);
        if (places != nullptr) {
            places[i] = (int) (p.block % r.blocks) * r.inputBlock() + (int) p.inner + place;
        }
    }
}

/** What each window that covers an element of the input has for it, summed up. */
template <class T, class Part>
__device__ __forceinline__ void overWindows(const int* table, const Regions& r, const Box& box, T* out, unsigned n, Part part) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        Point p = pointOf(box, i);
        int behind[3];
#pragma unroll
        for (int d = 0; d < 3; d++) {
            behind[d] = table[r.behind[d] + p.at[d]];
        }
        typename Computed<T>::type sum = 0;
        for (int z = table[r.first[0] + p.at[0]]; z < behind[0]; z++) {
            for (int y = table[r.first[1] + p.at[1]]; y < behind[1]; y++) {
                for (int w = table[r.first[2] + p.at[2]]; w < behind[2]; w++) {
                    int64 window = (int64) p.block * r.outputBlock() + ((z * r.out[1] + y) * r.out[2] + w) * r.inner + p.inner;
                    sum += part.of(i, p, window, z, y, w);
                }
            }
        }
        out[i] = Put<T>::of(sum);
    }
}

/** The gradient of those windows whose largest element it is. */
template <class T>
struct OfPlace {
    typedef typename Computed<T>::type C;
    const T* g;
    const int* places;
    int sample; // elements of one

    __device__ __forceinline__ C of(unsigned i, const Point&, int64 window, int, int, int) const {
        return places[window] == (int) (i % sample) ? Get<C>::of(g[window]) : (C) 0;
    }
};

__device__ __forceinline__ int countOf(const int* table, const Regions& r, int divisor, int z, int y, int w) {
    return divisor != 0 ? divisor : table[r.counted[0] + z] * table[r.counted[1] + y] * table[r.counted[2] + w];
}

template <class T>
struct OfAverage {
    typedef typename Computed<T>::type C;
    const T* g;
    const int* table;
    Regions r;
    int divisor;

    __device__ __forceinline__ bool covers(int d, int window, unsigned at) const {
        return (int) at >= table[r.start[d] + window] && (int) at < table[r.end[d] + window];
    }
    __device__ __forceinline__ C of(unsigned, const Point& p, int64 window, int z, int y, int w) const {
        bool inside = covers(0, z, p.at[0]) && covers(1, y, p.at[1]) && covers(2, w, p.at[2]);
        return inside ? Get<C>::of(g[window]) / (C) countOf(table, r, divisor, z, y, w) : (C) 0;
    }
};

template <class T>
__device__ __forceinline__ void average(const T* x, const int* table, const Regions& r, const Box& box, int divisor, T* out, unsigned n) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        Point p = pointOf(box, i);
        const T* from = x + (int64) p.block * r.inputBlock() + p.inner;
        int end[3];
#pragma unroll
        for (int d = 0; d < 3; d++) {
            end[d] = table[r.end[d] + p.at[d]];
        }
        typedef typename Computed<T>::type C;
        C sum = 0;
        for (int z = table[r.start[0] + p.at[0]]; z < end[0]; z++) {
            for (int y = table[r.start[1] + p.at[1]]; y < end[1]; y++) {
                for (int w = table[r.start[2] + p.at[2]]; w < end[2]; w++) {
                    sum += Get<C>::of(from[((z * r.in[1] + y) * r.in[2] + w) * r.inner]);
                }
            }
        }
        out[i] = Put<T>::of(sum / (C) countOf(table, r, divisor, (int) p.at[0], (int) p.at[1], (int) p.at[2]));
    }
}

template <class T>
__device__ __forceinline__ void pick(const T* x, const int* places, unsigned sample, Divisor outSample, T* out, unsigned n) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        out[i] = x[outSample.of(i) * sample + places[i]];
    }
}

/** @param table where the taps of each element start, then the positions that they read */
template <class T>
__device__ __forceinline__ void resample(const T* x, const int* table, const double* weights, unsigned in, Divisor inner, Divisor size, T* out, unsigned n) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        unsigned row = inner.of(i);
        unsigned outer = size.of(row);
        unsigned o = row - outer * size.size;
        const T* from = x + (int64) outer * in * inner.size + (i - row * inner.size);
        const int* index = table + size.size + 1;
        double sum = 0;
        for (int k = table[o]; k < table[o + 1]; k++) {
            sum += Get<double>::of(from[(int64) index[k] * inner.size]) * weights[k];
        }
        out[i] = Put<T>::of(sum);
    }
}

// Gradients are given 64 registers: left alone, the compiler takes fewer and spills.
#define KERNELS(tag, T) \
    extern "C" __global__ void __launch_bounds__(BLOCK) maximum_##tag(const T* x, const int* table, Regions r, Box box, T* out, int* places, unsigned n) { \
        maximum(x, table, r, box, out, places, n); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK, 4) spread_##tag(const T* g, const int* places, const int* table, Regions r, Box box, T* out, \
            unsigned n) { \
        overWindows(table, r, box, out, n, OfPlace<T>{g, places, r.inputBlock() * r.blocks}); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) average_##tag(const T* x, const int* table, Regions r, Box box, int divisor, T* out, unsigned n) { \
        average(x, table, r, box, divisor, out, n); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK, 4) average_grad_##tag(const T* g, const int* table, Regions r, Box box, int divisor, T* out, \
            unsigned n) { \
        overWindows(table, r, box, out, n, OfAverage<T>{g, table, r, divisor}); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) pick_##tag(const T* x, const int* places, unsigned sample, Divisor outSample, T* out, unsigned n) { \
        pick(x, places, sample, outSample, out, n); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) resample_##tag(const T* x, const int* table, const double* weights, unsigned in, Divisor inner, \
            Divisor size, T* out, unsigned n) { \
        resample(x, table, weights, in, inner, size, out, n); \
    }
KERNELS(float32, float)
KERNELS(float64, double)
KERNELS(float16, float16)
KERNELS(bfloat16, bfloat16)
