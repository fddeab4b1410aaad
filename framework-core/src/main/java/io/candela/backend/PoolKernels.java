package io.candela.backend;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/**
 * Pooling and resampling of {@code (n, c, …)} or {@code (c, …)} with one to three spatial dimensions, float32 or float64,
 * and float16 or bfloat16 if {@link #takesHalves}.
 *
 * <p>All tensors of a call lie dense in one order, row-major or channels-last. A place is the distance in memory, in elements, of an input element
 * from the first one of its sample, as int32; or, where {@link #placesType} says so, its number in its window, row-major and padding included, as
 * uint8. Places have the shape and order of the result.
 */
public interface PoolKernels {
    /** Whether tensors may be float16 and bfloat16, computed in float32; if not, callers widen them. */
    default boolean takesHalves() {
        return false;
    }

    /**
     * The largest element of each window, the first of equal ones in row-major order, the last NaN where there is one.
     *
     * @param places takes where it was, of type int32 or {@link #placesType}; null if nobody asks
     */
    void max(Tensor x, PoolRegions regions, Tensor out, Tensor places);

    /** The type of places that costs this device the least. */
    default DType placesType(DType dtype, PoolRegions regions) {
        return DType.INT32;
    }

    /** Sets {@code out}, of the input's shape, to 0 and adds each element of {@code g} at its place. */
    void spread(Tensor g, Tensor places, PoolRegions regions, Tensor out);

    /** The elements of {@code x} at {@code places}. */
    void pick(Tensor x, Tensor places, PoolRegions regions, Tensor out);

    /**
     * The sum of each window, divided.
     *
     * @param divisor 0 for the number of positions that the window counts
     */
    void average(Tensor x, PoolRegions regions, int divisor, Tensor out);

    /** The transpose of {@link #average}: sets {@code out}, of the input's shape, to the sum of its windows' divided elements of {@code g}. */
    void averageGrad(Tensor g, PoolRegions regions, int divisor, Tensor out);

    /** Maps dimension {@code dim} of any tensor; in channels-last order a spatial one. */
    void resample(Tensor x, int dim, Taps taps, Tensor out);
}
