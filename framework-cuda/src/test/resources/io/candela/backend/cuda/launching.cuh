static __device__ float plusOne(float x) {
    return x + 1;
}
