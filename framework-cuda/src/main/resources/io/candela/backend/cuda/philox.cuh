// Philox 4x32-10: four random numbers of 32 bits as a function of a key and a counter. J. Salmon, M. Moraes, R. Dror, D. Shaw: Parallel random
// numbers: as easy as 1, 2, 3; 2011.

__device__ __forceinline__ uint4 philox(uint4 counter, uint2 key) {
#pragma unroll
    for (int round = 0; round < 10; round++) {
        unsigned high0 = __umulhi(0xD2511F53u, counter.x);
        unsigned low0 = 0xD2511F53u * counter.x;
        unsigned high1 = __umulhi(0xCD9E8D57u, counter.z);
        unsigned low1 = 0xCD9E8D57u * counter.z;
        counter = make_uint4(high1 ^ counter.y ^ key.x, low1, high0 ^ counter.w ^ key.y, low0);
        key.x += 0x9E3779B9u;
        key.y += 0xBB67AE85u;
    }
    return counter;
}

/** Where the numbers of a launch come from. Written by CudaRandom.java. */
struct Draws {
    unsigned long long seed;
    unsigned long long offset; // a multiple of 4
    const unsigned long long* graph; // for a captured kernel: where seed, and what is added to the offset, are at a replay; else null
};

/** The numbers of one thread. As in PyTorch the key is the seed, the counter's upper half the thread, and its lower half a quarter of the offset. */
struct Stream {
    unsigned long long block;
    unsigned long long sequence;
    uint2 key;

    __device__ __forceinline__ Stream(const Draws& draws, unsigned long long sequence) : sequence(sequence) {
        unsigned long long seed = draws.seed;
        unsigned long long offset = draws.offset;
        if (draws.graph != nullptr) {
            seed = draws.graph[0];
            offset += draws.graph[1];
        }
        block = offset / 4;
        key = make_uint2((unsigned) seed, (unsigned) (seed >> 32));
    }

    __device__ __forceinline__ uint4 next() {
        uint4 out = philox(make_uint4((unsigned) block, (unsigned) (block >> 32), (unsigned) sequence, (unsigned) (sequence >> 32)), key);
        block++;
        return out;
    }
};

/** A uniform number in (0, 1]. */
__device__ __forceinline__ float unit(unsigned bits) {
    return fmaf((float) bits, 0x1p-32f, 0x1p-33f);
}
