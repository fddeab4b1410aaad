package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * What a {@link Layer} used as a parametrization implements if a value can be assigned to the tensor that it computes; see
 * {@link Parametrize#registerParametrization}.
 */
public interface RightInverse {
    /**
     * An original {@code r} for a value: {@code forward(r)} is {@code value}, or the nearest to it that the parametrization can reach. Runs
     * without recording gradients.
     *
     * @param value not to be changed
     * @return of the value's element type; {@code value} itself is allowed
     */
    Tensor rightInverse(Tensor value);
}
