package io.candela.backend.cpu;

import io.candela.backend.PoolRegions;
import io.candela.tensor.Tensor;

/**
 * A pooling's operands as {@code (outer, depth, height, width, inner)}, dense: channels-last has the samples outside and the channels inside,
 * row-major order has both outside.
 *
 * @param outer    blocks of input
 * @param inner    neighbours in memory that share a window
 * @param channels blocks of a sample
 * @param block    elements of a block of input
 * @param outBlock elements of a block of the result
 */
record PoolShape(PoolRegions regions, int outer, int inner, int channels, int block, int outBlock) {
    /** @param t any operand: all lie in one order */
    static PoolShape of(Tensor t, PoolRegions regions) {
        int channelDim = t.dim() - 1 - regions.spatial();
        int channels = t.size(channelDim);
        int samples = channelDim == 0 ? 1 : t.size(0);
        boolean last = !t.isContiguous();
        int inner = last ? channels : 1;
        return new PoolShape(regions, last ? samples : samples * channels, inner, last ? 1 : channels, regions.inputPlane() * inner,
                regions.outputPlane() * inner);
    }

    /** Where a block starts in its sample. */
    int startInSample(int index) {
        return index % channels * block;
    }

    /** Elements of a row of input. */
    int row() {
        return regions.in()[2] * inner;
    }

    /** Elements of a row of the result. */
    int outRow() {
        return regions.out()[2] * inner;
    }
}
