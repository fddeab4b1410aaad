package io.candela.backend;

import io.candela.tensor.Tensor;

/**
 * What is done with a convolution's result while it is close at hand: {@code activation((y − mean) · inverse · weight + bias + residual)}.
 *
 * @param mean       {@code (o)} in float64; null for no normalization, as the next three then are
 * @param inverse    {@code (o)} in float64, the inverse of the deviation
 * @param weight     {@code (o)}, or null for 1
 * @param bias       {@code (o)}, or null for 0
 * @param residual   in the shape of the result, or null for 0
 */
public record ConvEpilogue(Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor residual, Activation activation) {
    /** What comes last; NaN stays NaN. */
    public enum Activation {
        /** Nothing. */ NONE,
        /** max(y, 0). */ RELU,
        /** min(max(y, 0), 6). */ RELU6
    }
}
