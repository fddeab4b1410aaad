// BinaryKernel.
#include "pointwise.cuh"
#include "special.cuh"

#define BINARY(name, expression) \
    struct op_##name { \
        template <class C> static __device__ __forceinline__ C of(C a, C b) { return expression; } \
    };
#define PREDICATE(name, expression) \
    struct op_##name { \
        template <class C> static __device__ __forceinline__ C of(C a, C b) { return (C) (expression); } \
    };

typedef unsigned long long wrapping; // sums and products of integers wrap

template <class C> struct Arithmetic {
    static __device__ __forceinline__ C add(C a, C b) { return a + b; }
    static __device__ __forceinline__ C sub(C a, C b) { return a - b; }
    static __device__ __forceinline__ C mul(C a, C b) { return a * b; }
    static __device__ __forceinline__ C power(C a, C b) { return b == 3 ? a * a * a : b == -1 ? 1 / a : b == -2 ? 1 / (a * a) : pow(a, b); }
    static __device__ __forceinline__ C fmod(C a, C b) { return ::fmod(a, b); }
    static __device__ __forceinline__ C remainder(C a, C b) {
        C r = ::fmod(a, b);
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }
    /** In the steps of Python's //: what the remainder leaves is divided, so that the quotient is nearly whole. */
    static __device__ __forceinline__ C floorDivide(C a, C b) {
        if (b == 0) {
            return a / b;
        }
        C mod = ::fmod(a, b);
        C quotient = (a - mod) / b;
        if (mod != 0 && (b < 0) != (mod < 0)) {
            quotient -= 1;
        }
        if (quotient == 0) {
            return copysign((C) 0, a / b);
        }
        C whole = floor(quotient);
        return quotient - whole > (C) 0.5 ? whole + 1 : whole;
    }
    static __device__ __forceinline__ C truncDivide(C a, C b) { return trunc(a / b); }
    static __device__ __forceinline__ C larger(C a, C b) { return a != a ? a : b != b ? b : fmax(a, b); }
    static __device__ __forceinline__ C smaller(C a, C b) { return a != a ? a : b != b ? b : fmin(a, b); }
    static __device__ __forceinline__ C number(C a, C b, bool larger) { return larger ? fmax(a, b) : fmin(a, b); }
};

/** Of integers. What a division by zero gives is not defined; callers have checked for it where it is told. */
template <> struct Arithmetic<int64> {
    static __device__ __forceinline__ int64 add(int64 a, int64 b) { return (int64) ((wrapping) a + (wrapping) b); }
    static __device__ __forceinline__ int64 sub(int64 a, int64 b) { return (int64) ((wrapping) a - (wrapping) b); }
    static __device__ __forceinline__ int64 mul(int64 a, int64 b) { return (int64) ((wrapping) a * (wrapping) b); }
    static __device__ __forceinline__ int64 power(int64 base, int64 exponent) {
        if (exponent < 0) {
            return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
        }
        wrapping result = 1;
        wrapping square = (wrapping) base;
        for (int64 e = exponent; e > 0; e >>= 1) {
            if (e & 1) {
                result *= square;
            }
            square *= square;
        }
        return (int64) result;
    }
    /** Of the smallest number by −1 the quotient wraps, and of anything by 0 it is −1: neither may trap. */
    static __device__ __forceinline__ int64 truncDivide(int64 a, int64 b) { return b == 0 ? -1 : b == -1 ? sub(0, a) : a / b; }
    static __device__ __forceinline__ int64 fmod(int64 a, int64 b) { return b == 0 ? a : b == -1 ? 0 : a % b; }
    static __device__ __forceinline__ int64 remainder(int64 a, int64 b) {
        int64 r = fmod(a, b);
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }
    static __device__ __forceinline__ int64 floorDivide(int64 a, int64 b) {
        int64 q = truncDivide(a, b);
        int64 r = fmod(a, b);
        return r != 0 && b != 0 && (r < 0) != (b < 0) ? q - 1 : q;
    }
    static __device__ __forceinline__ int64 larger(int64 a, int64 b) { return a > b ? a : b; }
    static __device__ __forceinline__ int64 smaller(int64 a, int64 b) { return a < b ? a : b; }
    static __device__ __forceinline__ int64 number(int64 a, int64 b, bool larger) { return (a > b) == larger ? a : b; }
    static __device__ __forceinline__ wrapping size(int64 a) { return a < 0 ? 0 - (wrapping) a : (wrapping) a; }
    /** A function of its own: inlined sixteen times and more, as it would be for small types, it needs more registers than there are. */
    template <class U> static __device__ __noinline__ int64 euclid(U a, U b) {
        while (b != 0) {
            U r = a % b;
            a = b;
            b = r;
        }
        return (int64) a;
    }
    /** Remainders of 32 bits take a fraction of the time. */
    static __device__ __forceinline__ int64 gcd(int64 a, int64 b) {
        wrapping x = size(a);
        wrapping y = size(b);
        return (x | y) >> 32 == 0 ? euclid((unsigned) x, (unsigned) y) : euclid(x, y);
    }
    static __device__ __forceinline__ int64 lcm(int64 a, int64 b) {
        if (a == 0 || b == 0) {
            return 0;
        }
        int64 m = mul(truncDivide(a, gcd(a, b)), b);
        return m < 0 ? sub(0, m) : m;
    }
};

BINARY(add, Arithmetic<C>::add(a, b))
BINARY(sub, Arithmetic<C>::sub(a, b))
BINARY(rsub, Arithmetic<C>::sub(b, a))
BINARY(mul, Arithmetic<C>::mul(a, b))
BINARY(div, a / b)
BINARY(rdiv, b / a)
BINARY(pow, Arithmetic<C>::power(a, b))
BINARY(rpow, Arithmetic<C>::power(b, a))
BINARY(maximum, Arithmetic<C>::larger(a, b))
BINARY(minimum, Arithmetic<C>::smaller(a, b))
BINARY(remainder, Arithmetic<C>::remainder(a, b))
BINARY(fmod, Arithmetic<C>::fmod(a, b))
BINARY(floorDivide, Arithmetic<C>::floorDivide(a, b))
BINARY(truncDivide, Arithmetic<C>::truncDivide(a, b))
BINARY(heaviside, a == 0 ? b : a > 0 ? (C) 1 : (C) 0)
BINARY(fmax, Arithmetic<C>::number(a, b, true))
BINARY(fmin, Arithmetic<C>::number(a, b, false))
BINARY(bitwiseAnd, a & b)
BINARY(bitwiseOr, a | b)
BINARY(bitwiseXor, a ^ b)
BINARY(bitwiseLeftShift, b < 0 || b > 63 ? 0 : (int64) ((wrapping) a << b))
BINARY(bitwiseRightShift, a >> (b < 0 || b > 63 ? 63 : b))
BINARY(gcd, Arithmetic<C>::gcd(a, b))
BINARY(lcm, Arithmetic<C>::lcm(a, b))

template <class C>
__device__ __forceinline__ C logistic(C x) {
    return 1 / (1 + exp(-x));
}

BINARY(atan2, atan2(a, b))
BINARY(hypot, hypot(a, b))
BINARY(xlogy, b != b ? b : a == 0 ? (C) 0 : a * log(b))
BINARY(logaddexp, a == b && isinf(a) ? a : Arithmetic<C>::larger(a, b) + log1p(exp(-fabs(a - b))))
BINARY(logaddexp2, a == b && isinf(a) ? a : Arithmetic<C>::larger(a, b) + log1p(exp2(-fabs(a - b))) * (C) 1.44269504088896340736)
BINARY(copysign, copysign(a, b))
BINARY(polygamma, (C) special::polygamma((int) b, (double) a))
BINARY(igamma, (C) special::incompleteGamma((double) a, (double) b, false))
BINARY(igammac, (C) special::incompleteGamma((double) a, (double) b, true))
BINARY(reluGrad, b <= 0 ? (C) 0 : a)
BINARY(sigmoidGrad, a * (b * (1 - b)))
BINARY(tanhGrad, a * (1 - b * b))
BINARY(geluGrad, a * ((C) 0.5 * erfc(-b * (C) 0.70710678118654752440) + b * (exp((C) -0.5 * b * b) * (C) 0.39894228040143267794)))
BINARY(softplusGrad, b > 20 ? a : a * logistic(b))
BINARY(logSigmoidGrad, a / (1 + exp(b)))
BINARY(hardswishGrad, b <= -3 ? (C) 0 : b < 3 ? a * (b / 3 + (C) 0.5) : a)
BINARY(hardsigmoidGrad, b > -3 && b < 3 ? a / 6 : (C) 0)
BINARY(leakyRelu, a > 0 ? a : a * b)
BINARY(elu, a <= 0 ? expm1(a) * b : a)

struct op_geluTanhGrad {
    template <class C>
    static __device__ __forceinline__ C of(C g, C x) {
        const C root = (C) 0.79788456080286535588;
        C t = tanh(root * (x + (C) 0.044715 * x * x * x));
        C slope = root * (1 + (C) (3 * 0.044715) * x * x);
        return g * ((C) 0.5 * (1 + t) + (C) 0.5 * x * ((1 - t * t) * slope));
    }
};

struct op_siluGrad {
    template <class C>
    static __device__ __forceinline__ C of(C g, C x) {
        C s = logistic(x);
        return g * (s * (1 + x * (1 - s)));
    }
};

struct op_mishGrad {
    template <class C>
    static __device__ __forceinline__ C of(C g, C x) {
        C t = tanh(log1p(exp(x)));
        return g * (t + x * ((1 - t * t) * logistic(x)));
    }
};

PREDICATE(eq, a == b)
PREDICATE(ne, a != b)
PREDICATE(lt, a < b)
PREDICATE(le, a <= b)
PREDICATE(gt, a > b)
PREDICATE(ge, a >= b)
PREDICATE(and, (a != 0) & (b != 0))
PREDICATE(or, (a != 0) | (b != 0))
PREDICATE(xor, (a != 0) ^ (b != 0))

#ifndef OPS_OF_FLOATS
#define OPS_OF_ALL(X) X(add) X(sub) X(rsub) X(mul) X(pow) X(maximum) X(minimum) X(heaviside) X(fmax) X(fmin)
#define DIVISIONS(X) X(remainder) X(fmod) X(floorDivide) X(truncDivide)
#define OPS_OF_INTEGERS(X) OPS_OF_ALL(X) X(bitwiseAnd) X(bitwiseOr) X(bitwiseXor)
#define OPS_OF_NUMBERS(X) DIVISIONS(X) X(bitwiseLeftShift) X(bitwiseRightShift) X(gcd) X(lcm) // of integers, which bool is not
#define OPS_OF_FLOATS(X) OPS_OF_ALL(X) DIVISIONS(X) X(div) X(rdiv) X(rpow) X(atan2) X(hypot) X(xlogy) X(logaddexp) X(logaddexp2) X(copysign) X(polygamma) \
    X(igamma) X(igammac) X(reluGrad) X(sigmoidGrad) X(tanhGrad) X(geluGrad) X(geluTanhGrad) X(softplusGrad) X(siluGrad) X(mishGrad) \
    X(logSigmoidGrad) X(hardswishGrad) X(hardsigmoidGrad) X(leakyRelu) X(elu)
#define PREDICATES(X) X(eq) X(ne) X(lt) X(le) X(gt) X(ge) X(and) X(or) X(xor)
#endif

#define KERNELS(op, tag, T, R) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag(const T* a, int aStep, const T* b, int bStep, Computed<T>::type number, R* out, \
            unsigned n, int packed) { \
        binaryFlat<op_##op>(a, aStep, b, bStep, number, out, n, packed); \
    } \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag##_strided(const T* a, const T* b, Computed<T>::type number, R* out, unsigned n, \
            int wide, Layout<3> layout) { \
        binaryStrided<op_##op>(a, b, number, out, n, wide, layout); \
    }
#define SAME(op, tag, T) KERNELS(op, tag, T, T)
#define TO_BOOL(op, tag, T) KERNELS(op, tag, T, boolean)
#define ANY(op, tag, C) \
    extern "C" __global__ void __launch_bounds__(THREADS) op##_##tag##_any(const void* a, int aType, int aRounding, const void* b, int bType, \
            int bRounding, C number, void* out, int outType, unsigned n, Layout<3> layout) { \
        binaryAny<op_##op>(a, aType, aRounding, b, bType, bRounding, number, out, outType, n, layout); \
    }
#define OF_FLOAT(op) FLOATS(SAME, op) COMPUTED(ANY, op)
#define OF_INTEGER(op) INTEGERS(SAME, op) SMALL_INTEGERS(SAME, op) ANY(op, int64, int64)
#define OF_NUMBER(op) NUMBERS(SAME, op) SMALL_INTEGERS(SAME, op) ANY(op, int64, int64)
#define OF_PREDICATE(op) FLOATS(TO_BOOL, op) INTEGERS(TO_BOOL, op) SMALL_INTEGERS(TO_BOOL, op) COMPUTED(ANY, op) ANY(op, int64, int64)

OPS_OF_FLOATS(OF_FLOAT)
OPS_OF_INTEGERS(OF_INTEGER)
OPS_OF_NUMBERS(OF_NUMBER)
PREDICATES(OF_PREDICATE)
