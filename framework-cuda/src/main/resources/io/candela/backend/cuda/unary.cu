// UnaryKernel, and what else has one operand: clamp and two powers of halves.
#include "pointwise.cuh"
#include "special.cuh"

#define UNARY(name, expression) \
    struct op_##name { \
        template <class C> static __device__ __forceinline__ C of(C x, C p, C q) { \
            (void) p; \
            (void) q; \
            return expression; \
        } \
    };
/** A function that is computed in double whatever the type, and rounded once. */
#define IN_DOUBLE(name) UNARY(name, (C) special::name((double) x))

#define PI 3.14159265358979323846

template <class C> __device__ __forceinline__ C negated(C x) { return -x; }
__device__ __forceinline__ int64 negated(int64 x) { return (int64) (0ull - (unsigned long long) x); }
template <class C> __device__ __forceinline__ C absolute(C x) { return fabs(x); }
__device__ __forceinline__ int64 absolute(int64 x) { return x < 0 ? negated(x) : x; }
template <class C> __device__ __forceinline__ C squared(C x) { return x * x; }
__device__ __forceinline__ int64 squared(int64 x) { return (int64) ((unsigned long long) x * (unsigned long long) x); }
template <class C> __device__ __forceinline__ C floored(C x) { return floor(x); }
__device__ __forceinline__ int64 floored(int64 x) { return x; }
template <class C> __device__ __forceinline__ C ceiled(C x) { return ceil(x); }
__device__ __forceinline__ int64 ceiled(int64 x) { return x; }
template <class C> __device__ __forceinline__ C evened(C x) { return rint(x); }
__device__ __forceinline__ int64 evened(int64 x) { return x; }
template <class C> __device__ __forceinline__ C truncated(C x) { return trunc(x); }
__device__ __forceinline__ int64 truncated(int64 x) { return x; }

UNARY(neg, negated(x))
UNARY(abs, absolute(x))
UNARY(sign, x > 0 ? (C) 1 : x < 0 ? (C) -1 : (C) 0)
UNARY(square, squared(x))
UNARY(relu, x < 0 ? (C) 0 : x)
UNARY(floor, floored(x))
UNARY(ceil, ceiled(x))
UNARY(round, evened(x))
UNARY(trunc, truncated(x))
UNARY(bitwiseNot, ~x)
UNARY(clamp, x != x ? x : p != p ? p : q != q ? q : x < p ? (p > q ? q : p) : x > q ? q : x)
// powers of halves, whose Type is p: each product rounds, as in PyTorch
UNARY(cube, rounded((int) p, x * x) * x)
UNARY(inverseSquare, 1 / rounded((int) p, x * x))
UNARY(exp, exp(x))
UNARY(log, log(x))
UNARY(log1p, log1p(x))
UNARY(expm1, expm1(x))
UNARY(sqrt, sqrt(x))
UNARY(rsqrt, 1 / sqrt(x))
UNARY(reciprocal, 1 / x)
UNARY(sigmoid, 1 / (1 + exp(-x)))
UNARY(tanh, tanh(x))
UNARY(sin, sin(x))
UNARY(cos, cos(x))
UNARY(tan, tan(x))
UNARY(asin, asin(x))
UNARY(acos, acos(x))
UNARY(atan, atan(x))
UNARY(sinh, sinh(x))
UNARY(cosh, cosh(x))
UNARY(asinh, asinh(x))
UNARY(acosh, acosh(x))
UNARY(atanh, atanh(x))
UNARY(exp2, exp2(x))
UNARY(log2, log2(x))
UNARY(log10, log10(x))
UNARY(logit, log(x / (1 - x)))
UNARY(softplus, x > 20 ? x : log1p(exp(x)))
UNARY(sinc, x == 0 ? (C) 1 : sin((C) PI * x) / ((C) PI * x))
UNARY(erf, erf(x))
UNARY(erfc, erfc(x))
IN_DOUBLE(erfinv)
UNARY(lgamma, lgamma(x))
IN_DOUBLE(digamma)
IN_DOUBLE(i0)
IN_DOUBLE(i1)
UNARY(gelu, x * ((C) 0.5 * erfc(-x * (C) 0.70710678118654752440)))
UNARY(geluTanh, x * ((C) 0.5 * (1 + tanh((C) 0.79788456080286535588 * (x + (C) 0.044715 * x * x * x)))))
UNARY(silu, x / (1 + exp(-x)))
UNARY(mish, x * tanh(log1p(exp(x))))
UNARY(logSigmoid, (x < 0 ? x : x != x ? x : (C) 0) - log1p(exp(-fabs(x))))
UNARY(hardsigmoid, x != x ? x : (x <= -3 ? (C) 0 : x >= 3 ? (C) 6 : x + 3) / 6)
UNARY(hardswish, x * op_hardsigmoid::of(x, p, q))

#ifndef OPS_OF_FLOATS
#define OPS_OF_ALL(X) X(neg) X(abs) X(sign) X(square) X(relu) X(floor) X(ceil) X(round) X(trunc) X(clamp)
#define OPS_OF_INTEGERS(X) OPS_OF_ALL(X) X(bitwiseNot)
#define OPS_OF_FLOATS(X) OPS_OF_ALL(X) X(cube) X(inverseSquare) X(exp) X(log) X(log1p) X(expm1) X(sqrt) X(rsqrt) X(reciprocal) X(sigmoid) X(tanh) X(sin) X(cos) \
    X(tan) X(asin) X(acos) X(atan) X(sinh) X(cosh) X(asinh) X(acosh) X(atanh) X(exp2) X(log2) X(log10) X(logit) X(softplus) X(sinc) X(erf) \
    X(erfc) X(erfinv) X(lgamma) X(digamma) X(i0) X(i1) X(gelu) X(geluTanh) X(silu) X(mish) X(logSigmoid) X(hardsigmoid) X(hardswish)
#endif

#define FLAT(op, tag, T) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag(const T* x, T* out, unsigned n, int packed, Computed<T>::type p, \
            Computed<T>::type q) { \
        unaryFlat<op_##op>(x, out, n, packed, p, q); \
    }
#define STRIDED(op, tag, T) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag##_strided(const T* x, T* out, unsigned n, int wide, Computed<T>::type p, \
            Computed<T>::type q, Layout<2> layout) { \
        unaryStrided<op_##op>(x, out, n, wide, p, q, layout); \
    }
#define ANY(op, tag, C) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag##_any(const void* x, int type, void* out, int outType, unsigned n, C p, C q, \
            Layout<2> layout) { \
        unaryAny<op_##op>(x, type, out, outType, n, p, q, layout); \
    }
#define OF_FLOAT(op) FLOATS(FLAT, op) FLOATS(STRIDED, op) COMPUTED(ANY, op)
#define OF_INTEGER(op) INTEGERS(FLAT, op) INTEGERS(STRIDED, op) SMALL_INTEGERS(FLAT, op) SMALL_INTEGERS(STRIDED, op) ANY(op, int64, int64)

OPS_OF_FLOATS(OF_FLOAT)
OPS_OF_INTEGERS(OF_INTEGER)
