// Division by numbers that the host knows.

/** Division of numbers below 2³¹ without a division. Written by Divisor.java. */
struct Divisor {
    unsigned size;
    unsigned factor;
    unsigned shift;
    __device__ __forceinline__ unsigned of(unsigned i) const { return (__umulhi(i, factor) + i) >> shift; }
};
