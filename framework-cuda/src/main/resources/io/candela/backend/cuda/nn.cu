// Softmax over rows, and the negative log likelihood of classes.
#include "types.cuh"
#include "report.cuh"

#define BLOCK 256
#define LOSS_BLOCK 1024

struct sum {
    template <class C> static __device__ __forceinline__ C of(C a, C b) { return a + b; }
};

struct larger {
    template <class C> static __device__ __forceinline__ C of(C a, C b) { return a > b ? a : b; }
};

/** One value from all threads of a row: of a warp, or of the whole block. In the same order each time. */
template <class Merge, class C>
__device__ __forceinline__ C overRow(C v, C* shared) {
#pragma unroll
    for (int d = 16; d > 0; d >>= 1) {
        v = Merge::of(v, __shfl_xor_sync(0xFFFFFFFFu, v, d));
    }
    if (blockDim.x == 32) {
        return v;
    }
    __syncthreads(); // what was there may still be read
    if (threadIdx.x % 32 == 0) {
        shared[threadIdx.x / 32] = v;
    }
    __syncthreads();
    v = shared[0];
    for (int i = 1; i < (int) blockDim.x / 32; i++) {
        v = Merge::of(v, shared[i]);
    }
    return v;
}

/** A row for each threadIdx.y; x and out may be the same. */
template <class T>
__device__ __forceinline__ void softmaxRow(const T* x, T* out, unsigned rows, unsigned n, int logarithm) {
    typedef typename Computed<T>::type C;
    __shared__ C shared[32];
    unsigned row = blockIdx.x * blockDim.y + threadIdx.y;
    if (row >= rows) {
        return; // a whole warp; blocks of one row have none
    }
    x += (int64) row * n;
    out += (int64) row * n;
    C most = Get<C>::of(x[threadIdx.x < n ? threadIdx.x : 0]);
    for (unsigned i = threadIdx.x + blockDim.x; i < n; i += blockDim.x) {
        most = larger::of(Get<C>::of(x[i]), most);
    }
    most = overRow<larger>(most, shared);
    C total = 0;
    for (unsigned i = threadIdx.x; i < n; i += blockDim.x) {
        total += exp(Get<C>::of(x[i]) - most);
    }
    total = overRow<sum>(total, shared);
    if (logarithm) {
        C log_ = log(total);
        for (unsigned i = threadIdx.x; i < n; i += blockDim.x) {
            out[i] = Put<T>::of(Get<C>::of(x[i]) - most - log_); // in this order: a large maximum would swallow the logarithm
        }
    } else {
        for (unsigned i = threadIdx.x; i < n; i += blockDim.x) {
            out[i] = Put<T>::of(exp(Get<C>::of(x[i]) - most) / total);
        }
    }
}

template <class T>
__device__ __forceinline__ void softmaxGradRow(const T* g, const T* y, T* out, unsigned rows, unsigned n, int logarithm) {
    typedef typename Computed<T>::type C;
    __shared__ C shared[32];
    unsigned row = blockIdx.x * blockDim.y + threadIdx.y;
    if (row >= rows) {
        return;
    }
    g += (int64) row * n;
    y += (int64) row * n;
    out += (int64) row * n;
    C total = 0;
    for (unsigned i = threadIdx.x; i < n; i += blockDim.x) {
        C v = Get<C>::of(g[i]);
        total += logarithm ? v : v * Get<C>::of(y[i]);
    }
    total = overRow<sum>(total, shared);
    for (unsigned i = threadIdx.x; i < n; i += blockDim.x) {
        C v = Get<C>::of(g[i]);
        C w = Get<C>::of(y[i]);
        out[i] = Put<T>::of(logarithm ? v - exp(w) * total : w * (v - total));
    }
}

/** One block: the rows are few beside what made them, and so the sums are the same each time. They are carried in double. */
template <class T>
__device__ __forceinline__ void nllLoss(const T* logp, int rowStep, int classStep, const int64* target, const T* weight, int64 ignore, unsigned rows,
        int classes, T* losses, T* total, int mean, T* totalWeight, unsigned long long* errors, unsigned long long launch) {
    __shared__ double shared[32];
    double loss = 0;
    double weights = 0;
    for (unsigned i = threadIdx.x; i < rows; i += blockDim.x) {
        int64 label = target[i];
        double each = 0;
        if (label != ignore) {
            if (label < 0 || label >= classes) {
                report(errors, launch, label, i);
            } else {
                double w = weight == nullptr ? 1 : Get<double>::of(weight[label]);
                each = -w * Get<double>::of(logp[(int64) i * rowStep + label * classStep]);
                weights += w;
                loss += each;
            }
        }
        if (losses != nullptr) {
            losses[i] = Put<T>::of(each);
        }
    }
    loss = overRow<sum>(loss, shared);
    weights = overRow<sum>(weights, shared);
    if (threadIdx.x == 0) {
        if (total != nullptr) {
            *total = Put<T>::of(mean ? loss / weights : loss);
        }
        *totalWeight = Put<T>::of(weights);
    }
}

/** out holds zeros. */
template <class T>
__device__ __forceinline__ void nllLossGrad(const T* g, int gStep, const int64* target, const T* weight, int64 ignore, const T* divisor, unsigned rows,
        int classes, T* out) {
    double scale = divisor == nullptr ? 1 : 1 / Get<double>::of(*divisor);
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < rows; i += gridDim.x * blockDim.x) {
        int64 label = target[i];
        if (label != ignore && label >= 0 && label < classes) {
            double w = weight == nullptr ? 1 : Get<double>::of(weight[label]);
            out[(int64) i * classes + label] = Put<T>::of(-Get<double>::of(g[(int64) i * gStep]) * scale * w);
        }
    }
}

#define KERNELS(tag, T) \
    extern "C" __global__ void __launch_bounds__(BLOCK) softmax_##tag(const T* x, T* out, unsigned rows, unsigned n, int logarithm) { \
        softmaxRow(x, out, rows, n, logarithm); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) softmax_grad_##tag(const T* g, const T* y, T* out, unsigned rows, unsigned n, int logarithm) { \
        softmaxGradRow(g, y, out, rows, n, logarithm); \
    } \
    extern "C" __global__ void __launch_bounds__(LOSS_BLOCK) nll_loss_##tag(const T* logp, int rowStep, int classStep, const int64* target, \
            const T* weight, int64 ignore, unsigned rows, int classes, T* losses, T* total, int mean, T* totalWeight, unsigned long long* errors, \
            unsigned long long launch) { \
        nllLoss(logp, rowStep, classStep, target, weight, ignore, rows, classes, losses, total, mean, totalWeight, errors, launch); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) nll_loss_grad_##tag(const T* g, int gStep, const int64* target, const T* weight, int64 ignore, \
            const T* divisor, unsigned rows, int classes, T* out) { \
        nllLossGrad(g, gStep, target, weight, ignore, divisor, rows, classes, out); \
    }
KERNELS(float32, float)
KERNELS(float64, double)
KERNELS(float16, float16)
KERNELS(bfloat16, bfloat16)
