// Convolution by way of matrix products: what each window of the input holds becomes a column of a matrix, and back.
#include "types.cuh"
#include "divisor.cuh"

#define BLOCK 256

/** A convolution over three dimensions, of some samples. Written by CudaConv.java in this order. */
struct Conv {
    int in[3];
    int stride[3];
    int before[3];
    int dilation[3];
    int xStride[5]; // sample, channel, depth, height, width
    Divisor out[3];
    Divisor kernel[3];
    Divisor samples;
    Divisor input[3];
    Divisor channels;
};

/** Element (channel and place in the kernel, sample, place in the result) of the matrix. */
template <class T>
__device__ __forceinline__ void windows(const T* x, const Conv& c, T* matrix, unsigned n) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        unsigned rest = i;
        unsigned at[3];
#pragma unroll
        for (int d = 2; d >= 0; d--) {
            unsigned next = c.out[d].of(rest);
            at[d] = rest - next * c.out[d].size;
            rest = next;
        }
        unsigned next = c.samples.of(rest);
        int64 from = (int64) (rest - next * c.samples.size) * c.xStride[0];
        rest = next;
        bool inside = true;
#pragma unroll
        for (int d = 2; d >= 0; d--) {
            next = c.kernel[d].of(rest);
            int p = (int) at[d] * c.stride[d] - c.before[d] + (int) (rest - next * c.kernel[d].size) * c.dilation[d];
            inside = inside && p >= 0 && p < c.in[d];
            from += (int64) p * c.xStride[2 + d];
            rest = next;
        }
        matrix[i] = inside ? x[from + (int64) rest * c.xStride[1]] : Put<T>::of(0.0f);
    }
}

/** The transpose: each element of the input sums up where windows have it. */
template <class T>
__device__ __forceinline__ void sumWindows(const T* matrix, const Conv& c, T* x, unsigned n) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        unsigned rest = i;
        int at[3];
        int64 to = 0;
#pragma unroll
        for (int d = 2; d >= 0; d--) {
            unsigned next = c.input[d].of(rest);
            at[d] = (int) (rest - next * c.input[d].size);
            to += (int64) at[d] * c.xStride[2 + d];
            rest = next;
        }
        unsigned sample = c.channels.of(rest);
        unsigned channel = rest - sample * c.channels.size;
        to += (int64) sample * c.xStride[0] + (int64) channel * c.xStride[1];
        typename Computed<T>::type sum = 0;
        int64 row = (int64) channel * c.kernel[0].size * c.kernel[1].size * c.kernel[2].size;
        for (int kz = 0; kz < (int) c.kernel[0].size; kz++) {
            for (int ky = 0; ky < (int) c.kernel[1].size; ky++) {
                for (int kx = 0; kx < (int) c.kernel[2].size; kx++, row++) {
                    int z = at[0] + c.before[0] - kz * c.dilation[0];
                    int y = at[1] + c.before[1] - ky * c.dilation[1];
                    int w = at[2] + c.before[2] - kx * c.dilation[2];
                    if (z < 0 || y < 0 || w < 0 || z % c.stride[0] != 0 || y % c.stride[1] != 0 || w % c.stride[2] != 0) {
                        continue;
                    }
                    z /= c.stride[0];
                    y /= c.stride[1];
                    w /= c.stride[2];
                    if (z < (int) c.out[0].size && y < (int) c.out[1].size && w < (int) c.out[2].size) {
                        int64 place = (((row * c.samples.size + sample) * c.out[0].size + z) * c.out[1].size + y) * c.out[2].size + w;
                        sum += Get<typename Computed<T>::type>::of(matrix[place]);
                    }
                }
            }
        }
        x[to] = Put<T>::of(sum);
    }
}

#define KERNELS(tag, T) \
    extern "C" __global__ void __launch_bounds__(BLOCK) windows_##tag(const T* x, Conv c, T* matrix, unsigned n) { \
        windows(x, c, matrix, n); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) sum_windows_##tag(const T* matrix, Conv c, T* x, unsigned n) { \
        sumWindows(matrix, c, x, n); \
    }
KERNELS(float32, float)
KERNELS(float64, double)
KERNELS(float16, float16)
KERNELS(bfloat16, bfloat16)
