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

    /** Reductions of a function of the elements, which would need a pass and memory of its own. */
    enum Fused {
        /** {@code ln Σ eˣ}. */ LOG_SUM_EXP,
        /** {@code √Σ x²}. */ EUCLIDEAN_NORM,
        /** {@code Σ |x|}. */ SUM_OF_MAGNITUDES
    }

    /**
     * Reduces the last {@code dims} dimensions as {@link #reduce} does; there are elements to reduce.
     *
     * @return false if the backend has no kernel for it, or not for such a tensor; then nothing was written
     */
    default boolean fused(Fused reduction, Tensor x, int dims, Tensor out) {
        return false;
    }

    /** Whether results of {@link #cumulativeSum} and {@link #cumulativeProduct} may lie in any order. */
    default boolean scansAnyOrder() {
        return false;
    }

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
