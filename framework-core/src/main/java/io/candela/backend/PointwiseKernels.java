package io.candela.backend;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** Element by element kernels. Operands broadcast to {@code out} and may have any strides; {@code out} may be one of them. */
public interface PointwiseKernels {
    /** {@code out = kernel(x)}, computed in {@code out}'s type. */
    void unary(UnaryKernel kernel, Tensor x, Tensor out);

    /** {@code out = kernel(a, b)}, computed in type {@code compute} and converted to {@code out}'s. */
    void binary(BinaryKernel kernel, Tensor a, Tensor b, DType compute, Tensor out);

    /** {@code out = kernel(a, number)}, computed in type {@code compute} and converted to {@code out}'s. */
    void binary(BinaryKernel kernel, Tensor a, double number, DType compute, Tensor out);

    /** {@code out = kernel(a, b, c; value)}, computed in {@code out}'s type. */
    void ternary(TernaryKernel kernel, Tensor a, Tensor b, Tensor c, double value, Tensor out);

    /** {@code out = min(max(x, low), high)}; NaN stays. */
    void clamp(Tensor x, double low, double high, Tensor out);

    /** Copies and converts; {@code source} broadcasts to {@code out}. */
    void copy(Tensor source, Tensor out);

    /** Sets every element to a number, converted to {@code out}'s type. */
    void fill(Tensor out, double value);

    /** Sets every element to an integer, exact beyond 2⁵³ where {@code out} holds integers. */
    void fill(Tensor out, long value);
}
