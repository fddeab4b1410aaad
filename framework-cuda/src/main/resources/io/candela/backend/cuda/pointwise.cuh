// The loops of element by element kernels. Memory is what they wait for: each thread has two loads of 16 bytes per operand under way where the
// elements follow each other (flat, and strided along the innermost dimension), four loads where they do not.
//
// An operation is a class with of(...), in the type that elements are computed in. Operands may be the result: so nothing is __restrict__, and
// every element is read before the one at its place is written.
#include "types.cuh"
#include "layout.cuh"

#define THREADS 256

/** Items that a thread of a strided loop has under way. */
#define DEPTH 4

__device__ __forceinline__ unsigned thread() {
    return blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ __forceinline__ unsigned threads() {
    return gridDim.x * blockDim.x;
}

/** N equal elements. */
template <class T, int N>
__device__ __forceinline__ Pack<T, N> repeated(T v) {
    Pack<T, N> p;
#pragma unroll
    for (int i = 0; i < N; i++) {
        p.of[i] = v;
    }
    return p;
}

// --- one operand ---
template <class Op, class T, int N, class C>
__device__ __forceinline__ Pack<T, N> apply(const Pack<T, N>& x, C p, C q) {
    Pack<T, N> r;
#pragma unroll
    for (int i = 0; i < N; i++) {
        r.of[i] = Put<T>::of(Op::of(Get<C>::of(x.of[i]), p, q));
    }
    return r;
}

/** Elements in a row. Packed: both addresses are multiples of 16. */
template <class Op, class T, class C>
__device__ __forceinline__ void unaryFlat(const T* x, T* out, unsigned n, int packed, C p, C q) {
    const int N = Width<T>::value;
    unsigned done = 0;
    if (packed) {
        const Pack<T, N>* from = (const Pack<T, N>*) x;
        Pack<T, N>* to = (Pack<T, N>*) out;
        unsigned packs = n / N;
        for (unsigned i = thread(); i < packs; i += 2 * threads()) {
            unsigned j = i + threads();
            Pack<T, N> a = from[i];
            Pack<T, N> b;
            if (j < packs) {
                b = from[j];
            }
            to[i] = apply<Op>(a, p, q);
            if (j < packs) {
                to[j] = apply<Op>(b, p, q);
            }
        }
        done = packs * N;
    }
    for (unsigned i = done + thread(); i < n; i += threads()) {
        out[i] = Put<T>::of(Op::of(Get<C>::of(x[i]), p, q));
    }
}

/** Any strides. With wide the items are packs of 16 bytes in the innermost dimension, or one element for all of a pack. */
template <class Op, class T, class C>
__device__ __forceinline__ void unaryStrided(const T* x, T* out, unsigned n, int wide, C p, C q, const Layout<2>& layout) {
    const int N = Width<T>::value;
    if (wide) {
        for (unsigned i = thread(); i < n; i += threads()) {
            int at[2];
            offsets(layout, i, at);
            Pack<T, N> a = layout.stride[1][0] == 0 ? repeated<T, N>(x[at[1]]) : *(const Pack<T, N>*) (x + at[1]);
            *(Pack<T, N>*) (out + at[0]) = apply<Op>(a, p, q);
        }
    } else {
        for (unsigned first = blockIdx.x * blockDim.x * DEPTH + threadIdx.x; first < n; first += threads() * DEPTH) {
            int at[DEPTH][2];
            T a[DEPTH];
#pragma unroll
            for (int k = 0; k < DEPTH; k++) {
                unsigned i = first + k * blockDim.x;
                if (i < n) {
                    offsets(layout, i, at[k]);
                    a[k] = x[at[k][1]];
                }
            }
#pragma unroll
            for (int k = 0; k < DEPTH; k++) {
                if (first + k * blockDim.x < n) {
                    out[at[k][0]] = Put<T>::of(Op::of(Get<C>::of(a[k]), p, q));
                }
            }
        }
    }
}

/** Any strides, any types. */
template <class Op, class C>
__device__ __forceinline__ void unaryAny(const void* x, int type, void* out, int outType, unsigned n, C p, C q, const Layout<2>& layout) {
    for (unsigned i = thread(); i < n; i += threads()) {
        int at[2];
        offsets(layout, i, at);
        store(out, outType, at[0], Op::of(load<C>(x, type, at[1]), p, q));
    }
}

// --- two operands, or one and a number ---
template <class Op, class T, class R, int N>
__device__ __forceinline__ Pack<R, N> apply(const Pack<T, N>& a, const Pack<T, N>& b) {
    typedef typename Computed<T>::type C;
    Pack<R, N> r;
#pragma unroll
    for (int i = 0; i < N; i++) {
        r.of[i] = Put<R>::of(Op::of(Get<C>::of(a.of[i]), Get<C>::of(b.of[i])));
    }
    return r;
}

/** As above, with a number that need not be one of T's. */
template <class Op, class T, class R, int N, class C>
__device__ __forceinline__ Pack<R, N> applyNumber(const Pack<T, N>& a, C number) {
    Pack<R, N> r;
#pragma unroll
    for (int i = 0; i < N; i++) {
        r.of[i] = Put<R>::of(Op::of(Get<C>::of(a.of[i]), number));
    }
    return r;
}

/** Elements in a row; an operand with step 0 is one element for all. Without b, the number takes its place. */
template <class Op, class T, class R, class C>
__device__ __forceinline__ void binaryFlat(const T* a, int aStep, const T* b, int bStep, C number, R* out, unsigned n, int packed) {
    const int N = Width<T>::value;
    unsigned done = 0;
    if (b != nullptr && bStep == 0) {
        number = Get<C>::of(*b);
        b = nullptr;
    }
    if (packed) {
        const Pack<T, N>* left = (const Pack<T, N>*) a;
        const Pack<T, N>* right = (const Pack<T, N>*) b;
        Pack<R, N>* to = (Pack<R, N>*) out;
        unsigned packs = n / N;
        Pack<T, N> single = repeated<T, N>(*a);
        if (b == nullptr) {
            for (unsigned i = thread(); i < packs; i += 2 * threads()) {
                unsigned j = i + threads();
                Pack<T, N> x = aStep == 0 ? single : left[i];
                Pack<T, N> y = single;
                if (j < packs && aStep != 0) {
                    y = left[j];
                }
                to[i] = applyNumber<Op, T, R>(x, number);
                if (j < packs) {
                    to[j] = applyNumber<Op, T, R>(y, number);
                }
            }
        } else {
            for (unsigned i = thread(); i < packs; i += 2 * threads()) {
                unsigned j = i + threads();
                Pack<T, N> x = aStep == 0 ? single : left[i];
                Pack<T, N> y = right[i];
                Pack<T, N> v = single;
                Pack<T, N> w;
                if (j < packs) {
                    if (aStep != 0) {
                        v = left[j];
                    }
                    w = right[j];
                }
                to[i] = apply<Op, T, R>(x, y);
                if (j < packs) {
                    to[j] = apply<Op, T, R>(v, w);
                }
            }
        }
        done = packs * N;
    }
    for (unsigned i = done + thread(); i < n; i += threads()) {
        out[i] = Put<R>::of(Op::of(Get<C>::of(a[aStep == 0 ? 0 : i]), b == nullptr ? number : Get<C>::of(b[i])));
    }
}

/** Any strides; see unaryStrided. */
template <class Op, class T, class R, class C>
__device__ __forceinline__ void binaryStrided(const T* a, const T* b, C number, R* out, unsigned n, int wide, const Layout<3>& layout) {
    const int N = Width<T>::value;
    if (wide) {
        for (unsigned i = thread(); i < n; i += threads()) {
            int at[3];
            offsets(layout, i, at);
            Pack<T, N> x = layout.stride[1][0] == 0 ? repeated<T, N>(a[at[1]]) : *(const Pack<T, N>*) (a + at[1]);
            Pack<R, N>* p = (Pack<R, N>*) (out + at[0]);
            if (b == nullptr) {
                *p = applyNumber<Op, T, R>(x, number);
            } else {
                Pack<T, N> y = layout.stride[2][0] == 0 ? repeated<T, N>(b[at[2]]) : *(const Pack<T, N>*) (b + at[2]);
                *p = apply<Op, T, R>(x, y);
            }
        }
    } else {
        for (unsigned first = blockIdx.x * blockDim.x * DEPTH + threadIdx.x; first < n; first += threads() * DEPTH) {
            int at[DEPTH][3];
            C x[DEPTH];
            C y[DEPTH];
#pragma unroll
            for (int k = 0; k < DEPTH; k++) {
                unsigned i = first + k * blockDim.x;
                if (i < n) {
                    offsets(layout, i, at[k]);
                    x[k] = Get<C>::of(a[at[k][1]]);
                    y[k] = b == nullptr ? number : Get<C>::of(b[at[k][2]]);
                }
            }
#pragma unroll
            for (int k = 0; k < DEPTH; k++) {
                if (first + k * blockDim.x < n) {
                    out[at[k][0]] = Put<R>::of(Op::of(x[k], y[k]));
                }
            }
        }
    }
}

/** Any strides, any types. Operands are rounded to the types given before they are computed with. */
template <class Op, class C>
__device__ __forceinline__ void binaryAny(const void* a, int aType, int aRounding, const void* b, int bType, int bRounding, C number, void* out,
        int outType, unsigned n, const Layout<3>& layout) {
    for (unsigned i = thread(); i < n; i += threads()) {
        int at[3];
        offsets(layout, i, at);
        C x = rounded(aRounding, load<C>(a, aType, at[1]));
        C y = b == nullptr ? number : rounded(bRounding, load<C>(b, bType, at[2]));
        store(out, outType, at[0], Op::of(x, y));
    }
}

// --- three operands and a number ---
/** Elements in a row. */
template <class Op, class A, class T, class C>
__device__ __forceinline__ void ternaryFlat(const A* a, const T* b, const T* c, C v, T* out, unsigned n, int packed) {
    const int N = Width<T>::value;
    unsigned done = 0;
    if (packed) {
        unsigned packs = n / N;
        for (unsigned i = thread(); i < packs; i += threads()) {
            Pack<A, N> x = ((const Pack<A, N>*) a)[i];
            Pack<T, N> y = ((const Pack<T, N>*) b)[i];
            Pack<T, N> z = ((const Pack<T, N>*) c)[i];
            Pack<T, N> r;
#pragma unroll
            for (int k = 0; k < N; k++) {
                r.of[k] = Put<T>::of(Op::of(Get<C>::of(x.of[k]), Get<C>::of(y.of[k]), Get<C>::of(z.of[k]), v));
            }
            ((Pack<T, N>*) out)[i] = r;
        }
        done = packs * N;
    }
    for (unsigned i = done + thread(); i < n; i += threads()) {
        out[i] = Put<T>::of(Op::of(Get<C>::of(a[i]), Get<C>::of(b[i]), Get<C>::of(c[i]), v));
    }
}

/** Any strides. */
template <class Op, class A, class T, class C>
__device__ __forceinline__ void ternaryStrided(const A* a, const T* b, const T* c, C v, T* out, unsigned n, const Layout<4>& layout) {
    for (unsigned first = blockIdx.x * blockDim.x * DEPTH + threadIdx.x; first < n; first += threads() * DEPTH) {
        int at[DEPTH][4];
        C x[DEPTH];
        C y[DEPTH];
        C z[DEPTH];
#pragma unroll
        for (int k = 0; k < DEPTH; k++) {
            unsigned i = first + k * blockDim.x;
            if (i < n) {
                offsets(layout, i, at[k]);
                x[k] = Get<C>::of(a[at[k][1]]);
                y[k] = Get<C>::of(b[at[k][2]]);
                z[k] = Get<C>::of(c[at[k][3]]);
            }
        }
#pragma unroll
        for (int k = 0; k < DEPTH; k++) {
            if (first + k * blockDim.x < n) {
                out[at[k][0]] = Put<T>::of(Op::of(x[k], y[k], z[k], v));
            }
        }
    }
}

/** Any strides, any types. */
template <class Op, class C>
__device__ __forceinline__ void ternaryAny(const void* a, int aType, const void* b, int bType, const void* c, int cType, C v, void* out, int outType,
        unsigned n, const Layout<4>& layout) {
    for (unsigned i = thread(); i < n; i += threads()) {
        int at[4];
        offsets(layout, i, at);
        store(out, outType, at[0], Op::of(load<C>(a, aType, at[1]), load<C>(b, bType, at[2]), load<C>(c, cType, at[3]), v));
    }
}
