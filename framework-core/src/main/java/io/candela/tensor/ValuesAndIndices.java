package io.candela.tensor;

/**
 * Elements picked from a tensor and where they were.
 *
 * @param values  the elements; differentiable
 * @param indices their positions along the dimension, in int64
 */
public record ValuesAndIndices(Tensor values, Tensor indices) {}
