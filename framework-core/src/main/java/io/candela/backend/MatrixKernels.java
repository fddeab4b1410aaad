package io.candela.backend;

import io.candela.tensor.Tensor;

/** Matrix products of tensors of one type, not bool; those of integers wrap. Operands may have any strides, {@code out} is contiguous. */
public interface MatrixKernels {
    /** {@code (b, m, k)} by {@code (b, k, n)} into {@code (b, m, n)}, or the same with two dimensions; a batch size of 1 broadcasts. */
    void matmul(Tensor a, Tensor b, Tensor out);

    /** {@code x Wᵀ + bias}: {@code x (rows, in)}, {@code weight (out, in)}, {@code bias (out)} or null, {@code out (rows, out)}. */
    void linear(Tensor x, Tensor weight, Tensor bias, Tensor out);
}
