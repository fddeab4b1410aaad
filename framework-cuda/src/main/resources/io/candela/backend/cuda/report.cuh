// Indices out of range. They are checked where they are used, and told through memory of the host to whoever waits for the device next.
#include "types.cuh"

/** Notes an index out of range, the first that comes: of which launch it is, which it is and where. */
__device__ __forceinline__ void report(unsigned long long* to, unsigned long long launch, int64 index, int64 position) {
    if (atomicCAS(to, 0ull, launch) == 0ull) {
        to[1] = (unsigned long long) index;
        to[2] = (unsigned long long) position;
    }
}
