package io.candela.tensor;

/**
 * How far elements are spread, and around what.
 *
 * @param spread the variance or the standard deviation, as was asked for
 * @param mean   the arithmetic mean
 */
public record SpreadAndMean(Tensor spread, Tensor mean) {}
