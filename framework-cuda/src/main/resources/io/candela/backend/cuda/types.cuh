// Element types: their storage, the type that each is computed in, and the conversions, which are those of DType's documentation.

/** DType's ordinals. */
enum Type { BOOL, UINT8, INT32, INT64, FLOAT32, FLOAT64, INT8, INT16, FLOAT16, BFLOAT16 };

typedef long long int64;

struct boolean {
    unsigned char byte;
};

struct float16 {
    unsigned short bits;
};

struct bfloat16 {
    unsigned short bits;
};

/** What elements of a storage type are computed in: halves in float, integers and bool in 64 bits. */
template <class T> struct Computed { typedef int64 type; };
template <> struct Computed<float> { typedef float type; };
template <> struct Computed<double> { typedef double type; };
template <> struct Computed<float16> { typedef float type; };
template <> struct Computed<bfloat16> { typedef float type; };

/** The Type of a storage type. */
template <class T> struct TypeOf;
template <> struct TypeOf<boolean> { static const int value = BOOL; };
template <> struct TypeOf<unsigned char> { static const int value = UINT8; };
template <> struct TypeOf<int> { static const int value = INT32; };
template <> struct TypeOf<int64> { static const int value = INT64; };
template <> struct TypeOf<float> { static const int value = FLOAT32; };
template <> struct TypeOf<double> { static const int value = FLOAT64; };
template <> struct TypeOf<signed char> { static const int value = INT8; };
template <> struct TypeOf<short> { static const int value = INT16; };
template <> struct TypeOf<float16> { static const int value = FLOAT16; };
template <> struct TypeOf<bfloat16> { static const int value = BFLOAT16; };

__device__ __forceinline__ float widen(float16 h) {
#ifdef __CUDA_ARCH__
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h.bits));
    return f;
#else
    unsigned rest = h.bits & 0x7FFFu;
    float size = rest >= 0x7C00u ? __uint_as_float(0x7F800000u | (rest & 0x3FFu) << 13) : __uint_as_float(rest << 13) * 0x1p112f;
    return __uint_as_float((h.bits & 0x8000u) << 16 | __float_as_uint(size));
#endif
}

__device__ __forceinline__ float widen(bfloat16 h) {
    return __uint_as_float((unsigned) h.bits << 16);
}

__device__ __forceinline__ float16 toFloat16(float x) {
    float16 h;
#ifdef __CUDA_ARCH__
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h.bits) : "f"(x));
#else
    unsigned bits = __float_as_uint(x);
    unsigned rest = bits & 0x7FFFFFFFu;
    unsigned r;
    if (rest >= 0x47800000u) {
        r = rest > 0x7F800000u ? 0x7E00u : 0x7C00u;
    } else if (rest < 0x38800000u) { // below normal: the sum has its last bit where float16 has it
        r = __float_as_uint(__uint_as_float(rest) + 0.5f) - 0x3F000000u;
    } else {
        r = (rest - 0x38000000u + 0xFFFu + (rest >> 13 & 1u)) >> 13;
    }
    h.bits = (unsigned short) ((bits >> 16 & 0x8000u) | r);
#endif
    return h;
}

__device__ __forceinline__ bfloat16 toBfloat16(float x) {
    unsigned bits = __float_as_uint(x);
    bfloat16 h; // integer arithmetic everywhere: sm_75 has no instruction for it, and memory is what a kernel waits for
    h.bits = (unsigned short) (x != x ? 0x7FC0u : (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
    return h;
}

/** Without its fraction; what does not fit becomes the smallest number. */
template <class F>
__device__ __forceinline__ int64 cut(F x) {
    return x >= (F) -0x1p63 && x < (F) 0x1p63 ? (int64) x : (int64) (1ull << 63);
}

/** As cut, by way of 32 bits: so the integers but uint8 and int64 are reached. */
template <class F>
__device__ __forceinline__ int cutToInt(F x) {
    return x > (F) -2147483649.0 && x < (F) 2147483648.0 ? (int) x : (int) (1u << 31);
}

// --- from storage to what is computed in ---
template <class C> struct Get {
    template <class T> static __device__ __forceinline__ C of(T v) { return (C) v; }
    static __device__ __forceinline__ C of(boolean v) { return (C) v.byte; }
    static __device__ __forceinline__ C of(float16 v) { return (C) widen(v); }
    static __device__ __forceinline__ C of(bfloat16 v) { return (C) widen(v); }
};
template <> struct Get<int64> {
    template <class T> static __device__ __forceinline__ int64 of(T v) { return (int64) v; }
    static __device__ __forceinline__ int64 of(boolean v) { return v.byte; }
    static __device__ __forceinline__ int64 of(float v) { return cut(v); }
    static __device__ __forceinline__ int64 of(double v) { return cut(v); }
    static __device__ __forceinline__ int64 of(float16 v) { return cut(widen(v)); }
    static __device__ __forceinline__ int64 of(bfloat16 v) { return cut(widen(v)); }
};

// --- and back ---
template <class T> struct Put {
    static __device__ __forceinline__ T of(float v) { return (T) cutToInt(v); }
    static __device__ __forceinline__ T of(double v) { return (T) cutToInt(v); }
    static __device__ __forceinline__ T of(int64 v) { return (T) v; }
};
template <> struct Put<unsigned char> {
    template <class C> static __device__ __forceinline__ unsigned char of(C v) { return (unsigned char) Get<int64>::of(v); }
};
template <> struct Put<int64> {
    template <class C> static __device__ __forceinline__ int64 of(C v) { return Get<int64>::of(v); }
};
template <> struct Put<float> {
    template <class C> static __device__ __forceinline__ float of(C v) { return (float) v; }
};
template <> struct Put<double> {
    template <class C> static __device__ __forceinline__ double of(C v) { return (double) v; }
};
template <> struct Put<boolean> {
    template <class C> static __device__ __forceinline__ boolean of(C v) { return boolean{(unsigned char) (v != 0)}; }
};
template <> struct Put<float16> {
    template <class C> static __device__ __forceinline__ float16 of(C v) { return toFloat16((float) v); }
};
template <> struct Put<bfloat16> {
    template <class C> static __device__ __forceinline__ bfloat16 of(C v) { return toBfloat16((float) v); }
};

/** Element i of a type that is known at run time alone. All threads take the same way through the switch. */
template <class C>
__device__ __forceinline__ C load(const void* p, int type, int i) {
    switch (type) {
        case BOOL: return Get<C>::of(((const boolean*) p)[i]);
        case UINT8: return Get<C>::of(((const unsigned char*) p)[i]);
        case INT8: return Get<C>::of(((const signed char*) p)[i]);
        case INT16: return Get<C>::of(((const short*) p)[i]);
        case INT32: return Get<C>::of(((const int*) p)[i]);
        case INT64: return Get<C>::of(((const int64*) p)[i]);
        case FLOAT16: return Get<C>::of(((const float16*) p)[i]);
        case BFLOAT16: return Get<C>::of(((const bfloat16*) p)[i]);
        case FLOAT32: return Get<C>::of(((const float*) p)[i]);
        default: return Get<C>::of(((const double*) p)[i]);
    }
}

/** Writes an element of a type that is known at run time alone. */
template <class C>
__device__ __forceinline__ void store(void* p, int type, int i, C v) {
    switch (type) {
        case BOOL: ((boolean*) p)[i] = Put<boolean>::of(v); break;
        case UINT8: ((unsigned char*) p)[i] = Put<unsigned char>::of(v); break;
        case INT8: ((signed char*) p)[i] = Put<signed char>::of(v); break;
        case INT16: ((short*) p)[i] = Put<short>::of(v); break;
        case INT32: ((int*) p)[i] = Put<int>::of(v); break;
        case INT64: ((int64*) p)[i] = Put<int64>::of(v); break;
        case FLOAT16: ((float16*) p)[i] = Put<float16>::of(v); break;
        case BFLOAT16: ((bfloat16*) p)[i] = Put<bfloat16>::of(v); break;
        case FLOAT32: ((float*) p)[i] = Put<float>::of(v); break;
        default: ((double*) p)[i] = Put<double>::of(v);
    }
}

/** Bytes of an element. */
__device__ __forceinline__ int sizeOf(int type) {
    switch (type) {
        case BOOL: case UINT8: case INT8: return 1;
        case INT16: case FLOAT16: case BFLOAT16: return 2;
        case INT32: case FLOAT32: return 4;
        default: return 8;
    }
}

/** The number that a half type would keep of a float; others keep all. */
template <class C>
__device__ __forceinline__ C rounded(int type, C v) {
    return type == FLOAT16 ? (C) widen(toFloat16((float) v)) : type == BFLOAT16 ? (C) widen(toBfloat16((float) v)) : v;
}

/** An operand that is wider than the type of an integer operation wraps before it. */
__device__ __forceinline__ int64 rounded(int type, int64 v) {
    switch (type) {
        case UINT8: return v & 0xFF;
        case INT8: return (signed char) v;
        case INT16: return (short) v;
        case INT32: return (int) v;
        default: return v;
    }
}

/** N elements that are moved by one instruction. */
template <class T, int N>
struct alignas(sizeof(T) * N) Pack {
    T of[N];
};

/** Elements of 16 bytes, the most that an instruction moves. */
template <class T>
struct Width {
    static const int value = 16 / sizeof(T);
};

// Which types a file's kernels are made for. All, unless the one who compiles wants fewer and has said so: a kernel is compiled when it is needed.
#ifndef FLOATS
#define FLOATS(X, op) X(op, float32, float) X(op, float64, double) X(op, float16, float16) X(op, bfloat16, bfloat16)
#define NUMBERS(X, op) X(op, int64, int64) X(op, int32, int)
#define INTEGERS(X, op) NUMBERS(X, op) X(op, bool, boolean)
#define SMALL_INTEGERS(X, op) X(op, uint8, unsigned char) X(op, int8, signed char) X(op, int16, short) // element by element functions alone have them
#define COMPUTED(X, op) X(op, float32, float) X(op, float64, double)
#endif
