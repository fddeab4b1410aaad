package io.candela.backend;

import io.candela.tensor.Tensor;

/** Matrix products of tensors of one type, not bool; those of integers wrap. Operands may have any strides, {@code out} is contiguous. */
public interface MatrixKernels {
    /** {@code (b, m, k)} by {@code (b, k, n)} into {@code (b, m, n)}, or the same with two dimensions; a batch size of 1 broadcasts. */
    void matmul(Tensor a, Tensor b, Tensor out);

    /** {@code x Wᵀ + bias}: {@code x (rows, in)}, {@code weight (out, in)}, {@code bias (out)} or null, {@code out (rows, out)}. */
    void linear(Tensor x, Tensor weight, Tensor bias, Tensor out);

    /** What may come after {@link #linear(Tensor, Tensor, Tensor, Tensor)} in the same kernel. */
    enum Activation {
        /** max(y, 0). */ RELU,
        /** GELU by a hyperbolic tangent. */ GELU_TANH
    }

    /** Whether there is {@link #linear(Tensor, Tensor, Tensor, Activation, Tensor)}. */
    default boolean hasActivations() {
        return false;
    }

    /** {@code after(x Wᵀ + bias)}, with a bias. */
    default void linear(Tensor x, Tensor weight, Tensor bias, Activation after, Tensor out) {
        throw new UnsupportedOperationException("there is no such kernel; see hasActivations");
    }
}
