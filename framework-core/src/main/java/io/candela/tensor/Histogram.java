package io.candela.tensor;

/**
 * What {@link StatisticsMethods#histogram} gives.
 *
 * @param hist     for each bin how many elements, or how much weight, is in it
 * @param binEdges where the bins begin, and the end of the last
 */
public record Histogram(Tensor hist, Tensor binEdges) {}
