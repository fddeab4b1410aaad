#include "launching.cuh"
#include "report.cuh"

struct Place {
    int row, column;
};

extern "C" __global__ void everyType(float* out, bool flag, int i, float f, long long l, double d, Place place, const float* nothing) {
    out[0] = flag ? 1 : 0;
    out[1] = i;
    out[2] = f;
    out[3] = l;
    out[4] = d;
    out[5] = place.row;
    out[6] = place.column;
    out[7] = nothing == nullptr ? 1 : 0;
}

extern "C" __global__ void count(float* out, long long n) {
    for (long long i = blockIdx.x * (long long) blockDim.x + threadIdx.x; i < n; i += (long long) gridDim.x * blockDim.x) {
        out[i] = plusOne(out[i]);
    }
}

extern "C" __global__ void traps() {
    __trap();
}

extern "C" __global__ void reports(unsigned long long* to, unsigned long long launch) {
    report(to, launch, 7, 2);
}
