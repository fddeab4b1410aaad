package io.candela.tensor;

/**
 * The distinct elements, or slices, of a tensor.
 *
 * @param values  sorted, unless neighbours alone were compared
 * @param inverse for each element of the tensor, in its shape, or for each slice, its place in {@code values}; int64
 * @param counts  how often each value occurs; int64
 */
public record UniqueValues(Tensor values, Tensor inverse, Tensor counts) {}
