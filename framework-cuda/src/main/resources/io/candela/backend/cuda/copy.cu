// Copies, conversions and fills. Elements that keep their type are moved as bits, by their size.
#include "pointwise.cuh"

template <int BYTES> struct Bits;
template <> struct Bits<1> { typedef unsigned char type; };
template <> struct Bits<2> { typedef unsigned short type; };
template <> struct Bits<4> { typedef unsigned type; };
template <> struct Bits<8> { typedef unsigned long long type; };

/** Packs of 16 bytes in the innermost dimension if wide, else elements. */
template <class T>
__device__ __forceinline__ void copyStrided(const T* x, T* out, unsigned n, int wide, const Layout<2>& layout) {
    const int N = Width<T>::value;
    if (wide) {
        for (unsigned i = thread(); i < n; i += threads()) {
            int at[2];
            offsets(layout, i, at);
            *(Pack<T, N>*) (out + at[0]) = layout.stride[1][0] == 0 ? repeated<T, N>(x[at[1]]) : *(const Pack<T, N>*) (x + at[1]);
        }
        return;
    }
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
                out[at[k][0]] = a[k];
            }
        }
    }
}

/** Tiles of a matrix whose rows follow each other in one operand and whose columns do in the other: both sides move whole lines of memory. */
template <class T>
__device__ __forceinline__ void transposeTiles(const T* x, T* out, int rows, int columns, int xStep, int outStep) {
    __shared__ T tile[32][33]; // a column more, so that a column's elements lie in different banks
    const T* from = x + (int64) blockIdx.z * rows * columns;
    T* to = out + (int64) blockIdx.z * rows * columns;
    for (int row = blockIdx.y * 32; row < rows; row += gridDim.y * 32) {
        int column = blockIdx.x * 32;
        for (int k = threadIdx.y; k < 32; k += blockDim.y) {
            if (row + k < rows && column + (int) threadIdx.x < columns) {
                tile[k][threadIdx.x] = from[(int64) (row + k) * xStep + column + threadIdx.x];
            }
        }
        __syncthreads();
        for (int k = threadIdx.y; k < 32; k += blockDim.y) {
            if (column + k < columns && row + (int) threadIdx.x < rows) {
                to[(int64) (column + k) * outStep + row + threadIdx.x] = tile[threadIdx.x][k];
            }
        }
        __syncthreads();
    }
}

/** One value everywhere: packs of 16 bytes if the address allows, then the rest. */
template <class T>
__device__ __forceinline__ void fillFlat(T* out, T value, unsigned n, int packed) {
    const int N = Width<T>::value;
    unsigned done = 0;
    if (packed) {
        Pack<T, N> v = repeated<T, N>(value);
        for (unsigned i = thread(); i < n / N; i += threads()) {
            ((Pack<T, N>*) out)[i] = v;
        }
        done = n / N * N;
    }
    for (unsigned i = done + thread(); i < n; i += threads()) {
        out[i] = value;
    }
}

template <class T>
__device__ __forceinline__ void fillStrided(T* out, T value, unsigned n, const Layout<1>& layout) {
    for (unsigned i = thread(); i < n; i += threads()) {
        int at[1];
        offsets(layout, i, at);
        out[at[0]] = value;
    }
}

#define MOVES(bytes) \
    extern "C" __global__ void __launch_bounds__(THREADS) copy_##bytes(const Bits<bytes>::type* x, Bits<bytes>::type* out, unsigned n, int wide, \
            Layout<2> layout) { \
        copyStrided(x, out, n, wide, layout); \
    } \
    extern "C" __global__ void __launch_bounds__(THREADS) transpose_##bytes(const Bits<bytes>::type* x, Bits<bytes>::type* out, int rows, int columns, \
            int xStep, int outStep) { \
        transposeTiles(x, out, rows, columns, xStep, outStep); \
    } \
    extern "C" __global__ void __launch_bounds__(THREADS) fill_##bytes(Bits<bytes>::type* out, unsigned long long value, unsigned n, int packed) { \
        fillFlat(out, (Bits<bytes>::type) value, n, packed); \
    } \
    extern "C" __global__ void __launch_bounds__(THREADS) fill_##bytes##_strided(Bits<bytes>::type* out, unsigned long long value, unsigned n, \
            Layout<1> layout) { \
        fillStrided(out, (Bits<bytes>::type) value, n, layout); \
    }
MOVES(1)
MOVES(2)
MOVES(4)
MOVES(8)
