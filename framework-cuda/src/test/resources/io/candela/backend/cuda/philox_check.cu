// One block of random bits, from a counter and a key, for the comparison with published ones.
#include "philox.cuh"

extern "C" __global__ void philox_check(const unsigned* in, unsigned* out) {
    uint4 bits = philox(make_uint4(in[0], in[1], in[2], in[3]), make_uint2(in[4], in[5]));
    out[0] = bits.x;
    out[1] = bits.y;
    out[2] = bits.z;
    out[3] = bits.w;
}
