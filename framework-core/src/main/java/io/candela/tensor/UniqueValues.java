package io.candela.tensor;

/**
 * The distinct elements of a tensor.
 *
 * @param values  sorted
 * @param inverse for each element of the tensor, in its shape, its place in {@code values}; int64
 * @param counts  how often each value occurs; int64
 */
public record UniqueValues(Tensor values, Tensor inverse, Tensor counts) {}
