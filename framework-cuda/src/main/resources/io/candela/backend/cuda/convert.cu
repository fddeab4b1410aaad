// Conversions from one type to another.
#include "pointwise.cuh"

/** What a number passes through on its way from T to R: integers are exact, float64 too, all else fits a float. */
template <class T, class R> struct Way { typedef typename Computed<T>::type type; };
template <> struct Way<float, double> { typedef double type; };
template <> struct Way<float16, double> { typedef double type; };
template <> struct Way<bfloat16, double> { typedef double type; };

/** Elements in a row, packs of so many that the wider type's take 16 bytes. */
template <class T, class R>
__device__ __forceinline__ void convertFlat(const T* x, R* out, unsigned n, int packed) {
    typedef typename Way<T, R>::type C;
    const int N = sizeof(T) > sizeof(R) ? 16 / sizeof(T) : 16 / sizeof(R);
    unsigned done = 0;
    if (packed) {
        const Pack<T, N>* from = (const Pack<T, N>*) x;
        Pack<R, N>* to = (Pack<R, N>*) out;
        unsigned packs = n / N;
        for (unsigned i = thread(); i < packs; i += threads()) {
            Pack<T, N> a = from[i];
            Pack<R, N> r;
#pragma unroll
            for (int k = 0; k < N; k++) {
                r.of[k] = Put<R>::of(Get<C>::of(a.of[k]));
            }
            to[i] = r;
        }
        done = packs * N;
    }
    for (unsigned i = done + thread(); i < n; i += threads()) {
        out[i] = Put<R>::of(Get<C>::of(x[i]));
    }
}

template <class C>
__device__ __forceinline__ void convertAny(const void* x, int type, void* out, int outType, unsigned n, const Layout<2>& layout) {
    for (unsigned i = thread(); i < n; i += threads()) {
        int at[2];
        offsets(layout, i, at);
        store(out, outType, at[0], load<C>(x, type, at[1]));
    }
}

#define FROM_TO(from, T, to, R) \
    extern "C" __global__ void __launch_bounds__(THREADS) from_##from##_to_##to(const T* x, R* out, unsigned n, int packed) { \
        convertFlat(x, out, n, packed); \
    }
#ifndef FROM
#define FROM(X) X(bool, boolean) X(uint8, unsigned char) X(int8, signed char) X(int16, short) X(int32, int) X(int64, int64) X(float32, float) \
    X(float64, double) X(float16, float16) X(bfloat16, bfloat16)
#endif
#define TO_ALL(from, T) FROM_TO(from, T, bool, boolean) FROM_TO(from, T, uint8, unsigned char) FROM_TO(from, T, int8, signed char) \
    FROM_TO(from, T, int16, short) FROM_TO(from, T, int32, int) FROM_TO(from, T, int64, int64) FROM_TO(from, T, float32, float) \
    FROM_TO(from, T, float64, double) FROM_TO(from, T, float16, float16) FROM_TO(from, T, bfloat16, bfloat16)
FROM(TO_ALL)

#define ANY(C, tag) \
    extern "C" __global__ void __launch_bounds__(THREADS) convert_##tag(const void* x, int type, void* out, int outType, unsigned n, Layout<2> layout) { \
        convertAny<C>(x, type, out, outType, n, layout); \
    }
ANY(float, float32)
ANY(double, float64)
ANY(int64, int64)
