// How kernels find the elements of strided operands.

/** The most dimensions that are left after merging. */
#define MOST_DIMS 8

/**
 * The common dimensions of N operands, the innermost first: sizes, what divides by each without a division, and strides in elements. Written by
 * Elements.java in this order.
 */
template <int N>
struct Layout {
    int rank;
    unsigned size[MOST_DIMS];
    unsigned factor[MOST_DIMS];
    unsigned shift[MOST_DIMS];
    int stride[N][MOST_DIMS];
};

/** The element offset of item i in every operand. Granlund and Montgomery's division: i and all sizes are below 2³¹. */
template <int N>
__device__ __forceinline__ void offsets(const Layout<N>& layout, unsigned i, int (&at)[N]) {
#pragma unroll
    for (int k = 0; k < N; k++) {
        at[k] = 0;
    }
#pragma unroll
    for (int d = 0; d < MOST_DIMS; d++) {
        if (d == layout.rank) {
            break;
        }
        unsigned quotient = (__umulhi(i, layout.factor[d]) + i) >> layout.shift[d];
        int rest = (int) (i - quotient * layout.size[d]);
        i = quotient;
#pragma unroll
        for (int k = 0; k < N; k++) {
            at[k] += rest * layout.stride[k][d];
        }
    }
}
