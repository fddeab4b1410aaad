// Random numbers. Which of them goes where, and what is made of it, is as in PyTorch 2.13 (ATen/native/cuda/DistributionTemplates.h,
// ATen/core/TransformationHelper.h), whose uniform and normal numbers are those of NVIDIA's cuRAND: for the same seed, offset and number of
// multiprocessors the numbers are the same, up to the last bits of sine, cosine and logarithm.
#include "types.cuh"
#include "philox.cuh"

#define BLOCK 256

typedef unsigned long long uint64;

/** What one step of a stream gives. */
template <class C> struct Numbers;
template <> struct Numbers<float> {
    static const int count = 4;
    float of[count];
};
template <> struct Numbers<double> {
    static const int count = 2;
    double of[count];
};
template <> struct Numbers<unsigned> {
    static const int count = 4;
    unsigned of[count];
};
template <> struct Numbers<uint64> {
    static const int count = 2;
    uint64 of[count];
};

// --- uniform in (0, 1] ---
__device__ __forceinline__ double unit(unsigned low, unsigned high) {
    return fma((double) (low ^ (uint64) high << 21), 0x1p-53, 0x1p-54);
}

__device__ __forceinline__ void uniform(uint4 bits, Numbers<float>& out) {
    out = {{unit(bits.x), unit(bits.y), unit(bits.z), unit(bits.w)}};
}

__device__ __forceinline__ void uniform(uint4 bits, Numbers<double>& out) {
    out = {{unit(bits.x, bits.y), unit(bits.z, bits.w)}};
}

// --- normal: G. Box, M. Muller: A note on the generation of random normal deviates, 1958 ---
__device__ __forceinline__ void pair(unsigned first, unsigned second, float* out) {
    float radius = sqrtf(-2 * logf(unit(first)));
    float angle = fmaf((float) second, 6.2831855f * 0x1p-32f, 6.2831855f * 0x1p-33f);
#ifdef __CUDA_ARCH__
    float sine, cosine;
    __sincosf(angle, &sine, &cosine); // cuRAND's choice, too: the angle is small enough
#else
    float sine = sinf(angle), cosine = cosf(angle);
#endif
    out[0] = sine * radius;
    out[1] = cosine * radius;
}

__device__ __forceinline__ void normal(uint4 bits, Numbers<float>& out) {
    pair(bits.x, bits.y, out.of);
    pair(bits.z, bits.w, out.of + 2);
}

__device__ __forceinline__ void normal(uint4 bits, Numbers<double>& out) {
    double radius = sqrt(-2 * log(unit(bits.x, bits.y)));
    double angle = fma((double) (bits.z ^ (uint64) bits.w << 21), 0x1p-52, 0x1p-53); // in halves of a turn
    out = {{sinpi(angle) * radius, cospi(angle) * radius}};
}

__device__ __forceinline__ void whole(uint4 bits, Numbers<unsigned>& out) {
    out = {{bits.x, bits.y, bits.z, bits.w}};
}

__device__ __forceinline__ void whole(uint4 bits, Numbers<uint64>& out) {
    out = {{(uint64) bits.x << 32 | bits.y, (uint64) bits.z << 32 | bits.w}};
}

// --- what is made of them ---
__device__ __forceinline__ float fastLog(float x) { return __logf(x); }
__device__ __forceinline__ double fastLog(double x) { return log(x); }
__device__ __forceinline__ float halfUlp(float) { return 0x1p-24f; }
__device__ __forceinline__ double halfUlp(double) { return 0x1p-53; }

/** From first to second, which are of the result's type, without second: it is taken for first. */
template <class C>
struct uniformOp {
    static __device__ __forceinline__ void draw(uint4 bits, Numbers<C>& out) { uniform(bits, out); }
    static __device__ __forceinline__ C of(C x, C first, C second, int type) {
        C v = rounded(type, (C) fma(x, rounded(type, second - first), first));
        return v == second ? first : v;
    }
};

template <class C>
struct normalOp {
    static __device__ __forceinline__ void draw(uint4 bits, Numbers<C>& out) { normal(bits, out); }
    static __device__ __forceinline__ C of(C x, C mean, C std, int) { return fma(x, std, mean); }
};

template <class C>
struct logNormalOp {
    static __device__ __forceinline__ void draw(uint4 bits, Numbers<C>& out) { normal(bits, out); }
    static __device__ __forceinline__ C of(C x, C mean, C std, int) { return exp(fma(x, std, mean)); }
};

template <class C>
struct exponentialOp {
    static __device__ __forceinline__ void draw(uint4 bits, Numbers<C>& out) { uniform(bits, out); }
    static __device__ __forceinline__ C of(C x, C lambda, C, int) {
        C log_ = x >= 1 - halfUlp(x) ? -halfUlp(x) : fastLog(x); // never 0
        return -1 / lambda * log_;
    }
};

template <class C>
struct bernoulliOp {
    static __device__ __forceinline__ void draw(uint4 bits, Numbers<C>& out) { uniform(bits, out); }
    static __device__ __forceinline__ C of(C x, C p, C, int) { return x < p; }
};

/** Calls back with each element's place and number. */
template <class C, class Draw, class Store>
__device__ __forceinline__ void each(unsigned n, const Draws& draws, Draw draw, Store store) {
    uint64 step = (uint64) gridDim.x * blockDim.x;
    uint64 at = (uint64) blockIdx.x * blockDim.x + threadIdx.x;
    Stream stream(draws, at);
    for (; at < n; at += step * Numbers<C>::count) {
        Numbers<C> drawn;
        draw(stream.next(), drawn);
#pragma unroll
        for (int k = 0; k < Numbers<C>::count; k++) {
            uint64 i = at + k * step;
            if (i < n) {
                store((int) i, drawn.of[k]);
            }
        }
    }
}

template <class Op, class C>
__device__ __forceinline__ void fill(void* out, int type, unsigned n, C first, C second, const Draws& draws) {
    each<C>(n, draws, [](uint4 bits, Numbers<C>& drawn) { Op::draw(bits, drawn); },
            [=](int i, C x) { store<C>(out, type, i, Op::of(x, first, second, type)); });
}

/** Remainders of numbers of 32 or 64 bits. */
template <class U>
__device__ __forceinline__ void integers(void* out, int type, unsigned n, uint64 range, int64 low, const Draws& draws) {
    each<U>(n, draws, [](uint4 bits, Numbers<U>& drawn) { whole(bits, drawn); },
            [=](int i, U x) { store<int64>(out, type, i, (int64) (x % (U) range) + low); });
}

#define KERNELS(tag, C) \
    FILL(uniform, tag, C) FILL(normal, tag, C) FILL(logNormal, tag, C) FILL(exponential, tag, C) FILL(bernoulli, tag, C)
#define FILL(name, tag, C) \
    extern "C" __global__ void __launch_bounds__(BLOCK) name##_##tag(void* out, int type, unsigned n, C first, C second, Draws draws) { \
        fill<name##Op<C>, C>(out, type, n, first, second, draws); \
    }
KERNELS(float32, float)
KERNELS(float64, double)

extern "C" __global__ void __launch_bounds__(BLOCK) integers_32(void* out, int type, unsigned n, uint64 range, int64 low, Draws draws) {
    integers<unsigned>(out, type, n, range, low, draws);
}

extern "C" __global__ void __launch_bounds__(BLOCK) integers_64(void* out, int type, unsigned n, uint64 range, int64 low, Draws draws) {
    integers<uint64>(out, type, n, range, low, draws);
}

/** Uniform numbers one after the other; each takes two of a stream's words. */
struct Uniforms {
    Stream stream;
    uint4 bits;
    bool half; // whether bits has two words left

    __device__ __forceinline__ Uniforms(const Draws& draws, uint64 sequence) : stream(draws, sequence), bits(), half(false) {}

    __device__ __forceinline__ double next() {
        half = !half;
        if (half) {
            bits = stream.next();
            return unit(bits.x, bits.y);
        }
        return unit(bits.z, bits.w);
    }
};

/** Knuth's method: a product of uniform numbers falls below the probability of no event. */
__device__ __forceinline__ double fewEvents(double rate, Uniforms& u) {
    double none = exp(-rate);
    double count = 0;
    for (double product = u.next(); product > none; product *= u.next()) {
        count++;
    }
    return count;
}

/** W. Hoermann, The transformed rejection method for generating Poisson random variables, 1993: PTRS. */
__device__ __forceinline__ double manyEvents(double rate, Uniforms& u) {
    double b = 0.931 + 2.53 * sqrt(rate);
    double a = -0.059 + 0.02483 * b;
    double logRate = log(rate);
    double logInverseAlpha = log(1.1239 + 1.1328 / (b - 3.4));
    double sure = 0.9277 - 3.6224 / (b - 2);
    while (true) {
        double x = u.next() - 0.5;
        double v = u.next();
        double us = 0.5 - fabs(x);
        double k = floor((2 * a / us + b) * x + rate + 0.43);
        if (us >= 0.07 && v <= sure) {
            return k;
        }
        if (k >= 0 && (us >= 0.013 || v <= us) && log(v) + logInverseAlpha - log(a / (us * us) + b) <= -rate + k * logRate - lgamma(k + 1)) {
            return k;
        }
    }
}

/** Each element has a stream of its own. */
extern "C" __global__ void __launch_bounds__(BLOCK) poisson(const void* rates, void* out, int type, unsigned n, Draws draws) {
    for (uint64 i = (uint64) blockIdx.x * blockDim.x + threadIdx.x; i < n; i += (uint64) gridDim.x * blockDim.x) {
        double rate = load<double>(rates, type, (int) i);
        Uniforms u(draws, i);
        store<double>(out, type, (int) i, rate == 0 || isinf(rate) ? rate : rate < 10 ? fewEvents(rate, u) : manyEvents(rate, u));
    }
}
