// Optimizer updates: one launch for many parameters. The kernel's argument is a table of their addresses, and each block finds its parameter by the
// number of its chunk. Arithmetic is that of UpdateRule, in float for float32 and the halves, in double for float64.
#include "types.cuh"

#define THREADS 256
#define MOST_ROLES 5 // parameter, gradient, and up to three kinds of state
#define MOST_TENSORS 64
#define CHUNK 4096 // elements of a block

struct Tensors {
    int count;
    int aligned; // whether all addresses are multiples of 16
    unsigned end[MOST_TENSORS]; // chunks up to and with this tensor
    unsigned size[MOST_TENSORS];
    void* role[MOST_ROLES][MOST_TENSORS];
};

/** Numbers of a rule; what each is, its class says. */
template <class C>
struct Numbers {
    C sign, weightDecay, shrink, a, b, c, d, e, f, g;
    int flags;
};

template <class C> __device__ __forceinline__ C root(C x) { return sqrt(x); }
/** m + (x - m) rate; x itself at a rate of 1, which that would round. */
template <class C> __device__ __forceinline__ C approach(C m, C x, C rate) { return rate == 1 ? x : m + (x - m) * rate; }

/** a: lr, b: momentum, c: 1 - dampening. flags: 1 nesterov, 2 first. */
struct momentum {
    static const int roles = 3;
    template <class C> static __device__ __forceinline__ void of(const Numbers<C>& n, C* r) {
        C step = r[1];
        if (n.b != 0) {
            r[2] = n.flags & 2 ? step : n.b * r[2] + n.c * step;
            step = n.flags & 1 ? step + n.b * r[2] : r[2];
        }
        r[0] -= n.a * step;
    }
};

/** a: 1 - beta1, b: beta2, c: 1 - beta2, d: eps, e: meanStep, f: gradStep, g: rootScale. flags: 1 amsgrad, 2 divide. */
struct moments {
    static const int roles = 5;
    template <class C> static __device__ __forceinline__ void of(const Numbers<C>& n, C* r) {
        C g = r[1];
        C first = approach(r[2], g, n.a);
        C second = r[3] * n.b + g * g * n.c;
        r[2] = first;
        r[3] = second;
        if (!(n.flags & 2)) {
            r[0] -= n.e * first;
            return;
        }
        if (n.flags & 1) {
            second = r[4] != r[4] || r[4] > second ? r[4] : second;
            r[4] = second;
        }
        C scale = root(second) * n.g + n.d;
        if (n.f != 0) {
            r[0] -= n.f * g / scale;
        }
        r[0] -= n.e * first / scale;
    }
};

/** a: 1 - beta1, b: beta2, c: eps, d: step. */
struct infinityNorm {
    static const int roles = 4;
    template <class C> static __device__ __forceinline__ void of(const Numbers<C>& n, C* r) {
        C first = approach(r[2], r[1], n.a);
        C decayed = r[3] * n.b;
        C size = fabs(r[1]) + n.c;
        C norm = decayed != decayed || decayed > size ? decayed : size;
        r[2] = first;
        r[3] = norm;
        r[0] -= n.d * first / norm;
    }
};

/** a: lr, b: eps. */
struct squareSum {
    static const int roles = 3;
    template <class C> static __device__ __forceinline__ void of(const Numbers<C>& n, C* r) {
        r[2] += r[1] * r[1];
        r[0] -= n.a * r[1] / (root(r[2]) + n.b);
    }
};

/** a: lr, b: alpha, c: 1 - alpha, d: eps, e: momentum. flags: 1 centered. State: v, then b with momentum, then a if centered. */
struct squareMean {
    static const int roles = 5;
    template <class C> static __device__ __forceinline__ void of(const Numbers<C>& n, C* r) {
        C g = r[1];
        r[2] = r[2] * n.b + g * g * n.c;
        C variance = r[2];
        if (n.flags & 1) {
            C& average = n.e > 0 ? r[4] : r[3];
            average = approach(average, g, n.c);
            variance -= average * average;
        }
        C step = g / (root(variance) + n.d);
        if (n.e > 0) {
            r[3] = n.e * r[3] + step;
            step = r[3];
        }
        r[0] -= n.a * step;
    }
};

/** a: lr, b: rho, c: 1 - rho, d: eps. */
struct squareRatio {
    static const int roles = 4;
    template <class C> static __device__ __forceinline__ void of(const Numbers<C>& n, C* r) {
        C square = r[2] * n.b + r[1] * r[1] * n.c;
        C delta = root(r[3] + n.d) / root(square + n.d) * r[1];
        r[2] = square;
        r[3] = r[3] * n.b + delta * delta * n.c;
        r[0] -= n.a * delta;
    }
};

/** a: cut, b: grow, c: smallest, d: largest. */
struct signStep {
    static const int roles = 4;
    template <class C> static __device__ __forceinline__ void of(const Numbers<C>& n, C* r) {
        C product = r[1] * r[2];
        C factor = product > 0 ? n.b : product < 0 ? n.a : product == 0 ? (C) 1 : product;
        C size = r[3] * factor;
        size = size < n.c ? n.c : size > n.d ? n.d : size; // NaN stays
        C used = product < 0 ? (C) 0 : r[1];
        r[3] = size;
        r[2] = used;
        r[0] -= (used > 0 ? (C) 1 : used < 0 ? (C) -1 : used) * size;
    }
};

/** a: eta, b: mu. */
struct averaged {
    static const int roles = 3;
    template <class C> static __device__ __forceinline__ void of(const Numbers<C>& n, C* r) {
        r[0] -= n.a * r[1];
        r[2] = approach(r[2], r[0], n.b);
    }
};

template <class Rule, class C>
__device__ __forceinline__ void updateOne(const Numbers<C>& n, C* r) {
    r[1] = n.weightDecay == 0 ? n.sign * r[1] : n.sign * r[1] + n.weightDecay * r[0]; // without decay an infinite parameter stays out of it
    r[0] *= n.shrink;
    Rule::of(n, r);
}

/** @param later for a captured kernel: where the numbers of the replay are; else null */
template <class Rule, class T, class C>
__device__ __forceinline__ void updateAll(const Tensors& tensors, const Numbers<C>& numbers, const Numbers<C>* later, int used) {
    Numbers<C> n = later == nullptr ? numbers : *later;
    const int N = Width<T>::value;
    int low = 0; // the first tensor whose chunks end behind this one
    int high = tensors.count - 1;
    while (low < high) {
        int middle = (low + high) / 2;
        if (tensors.end[middle] > blockIdx.x) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    unsigned start = (blockIdx.x - (low == 0 ? 0 : tensors.end[low - 1])) * CHUNK;
    unsigned left = tensors.size[low] - start;
    unsigned count = left < CHUNK ? left : CHUNK;
    T* role[Rule::roles];
#pragma unroll
    for (int k = 0; k < Rule::roles; k++) {
        role[k] = k < used ? (T*) tensors.role[k][low] + start : nullptr;
    }
    unsigned done = 0;
    if (tensors.aligned) {
        for (unsigned i = threadIdx.x; i < count / N; i += THREADS) {
            Pack<T, N> v[Rule::roles];
#pragma unroll
            for (int k = 0; k < Rule::roles; k++) {
                if (k < used) {
                    v[k] = ((const Pack<T, N>*) role[k])[i];
                }
            }
#pragma unroll
            for (int j = 0; j < N; j++) {
                C r[Rule::roles];
#pragma unroll
                for (int k = 0; k < Rule::roles; k++) {
                    r[k] = k < used ? Get<C>::of(v[k].of[j]) : (C) 0;
                }
                updateOne<Rule>(n, r);
#pragma unroll
                for (int k = 0; k < Rule::roles; k++) {
                    v[k].of[j] = Put<T>::of(r[k]);
                }
            }
#pragma unroll
            for (int k = 0; k < Rule::roles; k++) {
                if (k != 1 && k < used) {
                    ((Pack<T, N>*) role[k])[i] = v[k];
                }
            }
        }
        done = count / N * N;
    }
    for (unsigned i = done + threadIdx.x; i < count; i += THREADS) {
        C r[Rule::roles];
#pragma unroll
        for (int k = 0; k < Rule::roles; k++) {
            r[k] = k < used ? Get<C>::of(role[k][i]) : (C) 0;
        }
        updateOne<Rule>(n, r);
#pragma unroll
        for (int k = 0; k < Rule::roles; k++) {
            if (k != 1 && k < used) {
                role[k][i] = Put<T>::of(r[k]);
            }
        }
    }
}

#define UPDATE(rule, tag, T) \
    extern "C" __global__ void __launch_bounds__(THREADS) rule##_##tag(Numbers<Computed<T>::type> numbers, \
            const Numbers<Computed<T>::type>* later, int used, Tensors tensors) { \
        updateAll<rule, T>(tensors, numbers, later, used); \
    }

#ifndef OPS_OF_FLOATS
#define OPS_OF_FLOATS(X) X(momentum) X(moments) X(infinityNorm) X(squareSum) X(squareMean) X(squareRatio) X(signStep) X(averaged)
#endif
#define OF_FLOAT(rule) FLOATS(UPDATE, rule)

OPS_OF_FLOATS(OF_FLOAT)
