// Matrix products of integers, which NVIDIA's libraries do not have. Sums wrap.
#include "types.cuh"

#define TILE 16

/** How matrices lie in memory: elements from one matrix, row and column to the next. Written by CudaMatrix.java. */
struct Matrices {
    int64 matrix, row, column;
};

/** out (batch, m, n) = a (batch, m, k) b (batch, k, n), row-major. A block does a tile; its threads are (column, row). */
extern "C" __global__ void __launch_bounds__(TILE * TILE) integer_product(const void* a, Matrices atA, const void* b, Matrices atB, void* out, int type,
        unsigned batch, unsigned m, unsigned k, unsigned n) {
    __shared__ unsigned long long left[TILE][TILE];
    __shared__ unsigned long long right[TILE][TILE];
    unsigned row = blockIdx.x * TILE + threadIdx.y;
    for (unsigned item = blockIdx.z; item < batch; item += gridDim.z) {
        for (unsigned first = blockIdx.y * TILE; first < n; first += gridDim.y * TILE) {
            unsigned column = first + threadIdx.x;
            unsigned long long sum = 0;
            for (unsigned from = 0; from < k; from += TILE) {
                unsigned x = from + threadIdx.x;
                unsigned y = from + threadIdx.y;
                left[threadIdx.y][threadIdx.x] = row < m && x < k
                        ? (unsigned long long) load<int64>(a, type, (int) (item * atA.matrix + row * atA.row + x * atA.column)) : 0;
                right[threadIdx.y][threadIdx.x] = y < k && column < n
                        ? (unsigned long long) load<int64>(b, type, (int) (item * atB.matrix + y * atB.row + column * atB.column)) : 0;
                __syncthreads();
#pragma unroll
                for (int i = 0; i < TILE; i++) {
                    sum += left[threadIdx.y][i] * right[i][threadIdx.x];
                }
                __syncthreads();
            }
            if (row < m && column < n) {
                store<int64>(out, type, (int) (((int64) item * m + row) * n + column), (int64) sum);
            }
        }
    }
}
