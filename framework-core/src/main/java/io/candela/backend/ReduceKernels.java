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

    /** Running product along the last dimension; {@code out} has {@code x}'s shape. */
    void cumulativeProduct(Tensor x, Tensor out);

    /** Logarithm of the running sum of exponentials along the last dimension; floating point alone. */
    void cumulativeLogSumExp(Tensor x, Tensor out);

    /** Position of the largest (or smallest) element so far along the last dimension, of the last of equal ones; NaN stays. */
    void cumulativeExtreme(boolean largest, Tensor x, Tensor indices);

    /** Position of the lower median along the last dimension; of the first NaN where there is one, unless NaN is skipped. */
    void median(boolean skipNan, Tensor x, Tensor indices);

    /** Last position along the last dimension of the most frequent element, the smallest of several. */
    void mode(Tensor x, Tensor indices);
}
