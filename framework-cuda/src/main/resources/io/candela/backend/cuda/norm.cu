// Normalization: moments, results and gradients. Sums are carried in double: memory is slower than that.
//
// An input is (samples, channels, positions), or with the channels innermost. A statistic is of a channel, or of a group of channels in a sample.
#include "types.cuh"
#include "divisor.cuh"

#define BLOCK 256
#define COLUMNS 32 // threads along the channels where these are innermost
#define ROWS 8

/** How an input lies in memory. Written by NormShape.java in this order. */
struct Shape {
    int last; // whether channels are innermost
    int grouped; // whether statistics are of samples' groups
    unsigned groups; // per sample
    Divisor channels;
    Divisor positions;
    Divisor each; // channels of a statistic
};

/** What an element belongs to. */
struct Place {
    unsigned channel;
    unsigned statistic;
};

__device__ __forceinline__ Place placeOf(const Shape& s, unsigned i) {
    unsigned outer = s.last ? s.channels.of(i) : s.positions.of(i); // a position of a sample, or a channel of one
    unsigned sample = s.last ? s.positions.of(outer) : s.channels.of(outer);
    unsigned channel = s.last ? i - outer * s.channels.size : outer - sample * s.channels.size;
    return Place{channel, s.grouped ? sample * s.groups + s.each.of(channel) : channel};
}

/** What a type keeps of a number. */
template <class T>
__device__ __forceinline__ typename Computed<T>::type rounded(typename Computed<T>::type v) {
    return Get<typename Computed<T>::type>::of(Put<T>::of(v));
}

template <class T>
struct Affine {
    typedef typename Computed<T>::type C;
    const double* mean;
    const double* inverse;
    const C* weight; // null for 1
    const C* bias; // null for 0

    __device__ __forceinline__ double factor(unsigned channel) const { return weight == nullptr ? 1.0 : (double) weight[channel]; }

    /** The differences are those of numbers of the element's type, close to the mean: nothing large cancels. */
    __device__ __forceinline__ C of(T x, Place p) const {
        double m = mean[p.statistic];
        C center = (C) m;
        double scale = inverse[p.statistic] * factor(p.channel);
        double shift = (bias == nullptr ? 0.0 : (double) bias[p.channel]) - (m - (double) center) * scale;
        return fma((C) (Get<C>::of(x) - center), (C) scale, (C) shift); // fma: wherever this is computed, all bits are the same
    }
};

// --- sums ---
/** Count, mean and squared distances from it. */
struct Moments {
    double count;
    double mean;
    double squares;

    static __device__ __forceinline__ Moments merge(Moments a, Moments b) {
        double count = a.count + b.count;
        if (count == 0) {
            return a;
        }
        double share = b.count / count;
        double d = b.mean - a.mean;
        return Moments{count, (a.mean * a.count + b.mean * b.count) / count, a.squares + b.squares + d * d * a.count * share};
    }
};

/** Sums of g and of g by the normalized input. */
struct Sums {
    double plain;
    double product;

    static __device__ __forceinline__ Sums merge(Sums a, Sums b) { return Sums{a.plain + b.plain, a.product + b.product}; }
};

/** Takes in elements of an input around the first of them. */
template <class T>
struct MomentsOf {
    typedef Moments State;
    const T* x;
    double count = 0;
    double shift = 0;
    double sum = 0;
    double squares = 0;

    __device__ __forceinline__ void add(unsigned i) {
        double v = Get<double>::of(x[i]);
        if (count == 0) {
            shift = v - v == 0 ? v : 0; // of infinities the mean is infinite, not NaN
        }
        double d = v - shift;
        count += 1;
        sum += d;
        squares += d * d;
    }
    __device__ __forceinline__ Moments state() const {
        double d = count == 0 ? 0 : sum / count;
        return Moments{count, shift + d, squares - sum * d};
    }
};

/** What the gradients of a normalization are computed from. */
template <class T>
struct Gradient {
    typedef typename Computed<T>::type C;
    const T* g;
    const T* x;
    const T* y;
    int rectified; // whether g counts only where the result is not 0 or below: y, or that computed again
    Affine<T> affine;

    __device__ __forceinline__ C of(unsigned i, Place p) const {
        C own = Get<C>::of(g[i]);
        if (!rectified) {
            return own;
        }
        C result = y == nullptr ? rounded<T>(affine.of(x[i], p)) : Get<C>::of(y[i]);
        return result <= 0 ? (C) 0 : own;
    }
    __device__ __forceinline__ double normalized(unsigned i, Place p) const {
        return (Get<double>::of(x[i]) - affine.mean[p.statistic]) * affine.inverse[p.statistic];
    }
};

template <class T>
struct SumsOf {
    typedef Sums State;
    Gradient<T> gradient;
    Shape shape;
    int weighted;
    double plain = 0;
    double product = 0;

    __device__ __forceinline__ void add(unsigned i) {
        Place p = placeOf(shape, i);
        double v = (double) gradient.of(i, p) * (weighted ? gradient.affine.factor(p.channel) : 1.0);
        plain += v;
        product += v * gradient.normalized(i, p);
    }
    __device__ __forceinline__ Sums state() const { return Sums{plain, product}; }
};

/** All states of a block, or of a column of its threads, in one, for threadIdx.y 0 and, unless columns, threadIdx.x 0. */
template <class S>
__device__ __forceinline__ S ofBlock(S own, bool columns) {
    __shared__ S states[BLOCK];
    unsigned at = threadIdx.y * blockDim.x + threadIdx.x;
    states[at] = own;
    for (unsigned d = blockDim.x * blockDim.y / 2; d >= (columns ? blockDim.x : 1); d /= 2) {
        __syncthreads();
        if (at < d) {
            states[at] = S::merge(states[at], states[at + d]);
        }
    }
    return states[at];
}

/**
 * Sums over units of elements: unit u has `length`, element k at u / along · far + u % along · near + k / inner · outer + k % inner. Part blockIdx.y
 * of each goes to states[part · units + u].
 */
template <class R>
__device__ __forceinline__ void overRuns(R reducer, unsigned along, unsigned far, unsigned near, unsigned length, Divisor inner, unsigned outer,
        typename R::State* states) {
    unsigned u = blockIdx.x;
    unsigned base = u / along * far + u % along * near;
    for (unsigned k = blockIdx.y * blockDim.x + threadIdx.x; k < length; k += gridDim.y * blockDim.x) {
        unsigned row = inner.of(k);
        reducer.add(base + row * outer + (k - row * inner.size));
    }
    typename R::State s = ofBlock(reducer.state(), false);
    if (threadIdx.x == 0) {
        states[blockIdx.y * gridDim.x + u] = s;
    }
}

/** Sums over the columns of a matrix. */
template <class R>
__device__ __forceinline__ void overColumns(R reducer, unsigned rows, unsigned columns, typename R::State* states) {
    unsigned column = blockIdx.x * COLUMNS + threadIdx.x;
    if (column < columns) {
        for (unsigned row = blockIdx.y * ROWS + threadIdx.y; row < rows; row += gridDim.y * ROWS) {
            reducer.add(row * columns + column);
        }
    }
    typename R::State s = ofBlock(reducer.state(), true);
    if (threadIdx.y == 0 && column < columns) {
        states[blockIdx.y * columns + column] = s;
    }
}

template <class S>
__device__ __forceinline__ S ofParts(const S* states, unsigned unit, unsigned units, int parts) {
    S s = states[unit];
    for (int p = 1; p < parts; p++) {
        s = S::merge(s, states[p * units + unit]);
    }
    return s;
}

extern "C" __global__ void __launch_bounds__(BLOCK) finish_moments(const Moments* states, unsigned units, int parts, double* mean, double* variance) {
    unsigned u = blockIdx.x * blockDim.x + threadIdx.x;
    if (u < units) {
        Moments m = ofParts(states, u, units, parts);
        mean[u] = m.mean;
        variance[u] = m.squares < 0 ? 0 : m.squares / m.count;
    }
}

/** Puts the parts' sums together in the first part, and writes those that are gradients. */
template <class T>
__device__ __forceinline__ void finishSums(Sums* states, unsigned units, int parts, T* gradWeight, T* gradBias) {
    unsigned u = blockIdx.x * blockDim.x + threadIdx.x;
    if (u < units) {
        Sums s = ofParts(states, u, units, parts);
        states[u] = s;
        if (gradWeight != nullptr) {
            gradWeight[u] = (T) s.product;
        }
        if (gradBias != nullptr) {
            gradBias[u] = (T) s.plain;
        }
    }
}

template <class T>
__device__ __forceinline__ void normalize(const T* x, Shape shape, Affine<T> affine, int rectify, const T* residual, T* out, unsigned n) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        typedef typename Computed<T>::type C;
        C v = affine.of(x[i], placeOf(shape, i));
        if (rectify) {
            v = residual == nullptr ? v : rounded<T>(v) + Get<C>::of(residual[i]);
            v = v < 0 ? (C) 0 : v; // NaN stays
        }
        out[i] = Put<T>::of(v);
    }
}

/** @param sums of each statistic, weighted if they are of groups; null for constant statistics */
template <class T>
__device__ __forceinline__ void gradInput(Gradient<T> gradient, Shape shape, const Sums* sums, double perStatistic, T* gradX, T* gradResidual,
        unsigned n) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        Place p = placeOf(shape, i);
        typename Computed<T>::type g = gradient.of(i, p);
        if (gradResidual != nullptr) {
            gradResidual[i] = Put<T>::of(g);
        }
        if (gradX != nullptr) {
            double w = gradient.affine.factor(p.channel);
            double v = (double) g * w;
            if (sums != nullptr) {
                Sums s = sums[p.statistic];
                v -= (shape.grouped ? 1.0 : w) * (s.plain + gradient.normalized(i, p) * s.product) / perStatistic;
            }
            gradX[i] = Put<T>::of(v * gradient.affine.inverse[p.statistic]);
        }
    }
}

#define AFFINE(T) const double *mean, const double *inverse, const Computed<T>::type *weight, const Computed<T>::type *bias
#define GRADIENT(T) const T *g, const T *x, const T *y, int rectified, AFFINE(T)
#define RUNS unsigned along, unsigned far, unsigned near, unsigned length, Divisor inner, unsigned outer
#define KERNELS(tag, T) \
    extern "C" __global__ void __launch_bounds__(BLOCK) moments_runs_##tag(const T* x, RUNS, Moments* states) { \
        overRuns(MomentsOf<T>{x}, along, far, near, length, inner, outer, states); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) moments_columns_##tag(const T* x, unsigned rows, unsigned columns, Moments* states) { \
        overColumns(MomentsOf<T>{x}, rows, columns, states); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) sums_runs_##tag(GRADIENT(T), Shape shape, int weighted, RUNS, Sums* states) { \
        overRuns(SumsOf<T>{{g, x, y, rectified, {mean, inverse, weight, bias}}, shape, weighted}, along, far, near, length, inner, outer, states); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) sums_columns_##tag(GRADIENT(T), Shape shape, int weighted, unsigned rows, unsigned columns, \
            Sums* states) { \
        overColumns(SumsOf<T>{{g, x, y, rectified, {mean, inverse, weight, bias}}, shape, weighted}, rows, columns, states); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) finish_sums_##tag(Sums* states, unsigned units, int parts, Computed<T>::type* gradWeight, \
            Computed<T>::type* gradBias) { \
        finishSums(states, units, parts, gradWeight, gradBias); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) normalize_##tag(const T* x, Shape shape, AFFINE(T), int rectify, const T* residual, T* out, \
            unsigned n) { \
        normalize(x, shape, Affine<T>{mean, inverse, weight, bias}, rectify, residual, out, n); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) grad_input_##tag(GRADIENT(T), Shape shape, const Sums* sums, double perStatistic, T* gradX, \
            T* gradResidual, unsigned n) { \
        gradInput(Gradient<T>{g, x, y, rectified, {mean, inverse, weight, bias}}, shape, sums, perStatistic, gradX, gradResidual, n); \
    }
KERNELS(float32, float)
KERNELS(float64, double)
KERNELS(float16, float16)
KERNELS(bfloat16, bfloat16)
