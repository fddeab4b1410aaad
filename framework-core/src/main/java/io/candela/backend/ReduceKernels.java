package io.candela.backend;

import io.candela.tensor.Tensor;

/** Reductions. {@code out} is contiguous. */
public interface ReduceKernels {
    /**
     * Reduces the last {@code dims} dimensions of {@code x} (the caller permutes); {@code out} has one element per remaining index.
     * Sums of floating point are carried in double.
     */
    void reduce(Reduction reduction, Tensor x, int dims, Tensor out);

    /**
     * Position of the largest (or smallest) element along the last dimension; the first one where several are equal, the first NaN where
     * there is one. {@code out} is int64.
     */
    void argExtreme(boolean largest, Tensor x, Tensor out);

    /** Running sum along the last dimension; {@code out} has {@code x}'s shape. */
    void cumulativeSum(Tensor x, Tensor out);
}
