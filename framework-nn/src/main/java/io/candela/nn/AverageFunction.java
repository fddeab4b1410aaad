package io.candela.nn;

import io.candela.tensor.Tensor;

/** How an {@link AveragedModel} takes a model's new values into its averages. */
@FunctionalInterface
public interface AverageFunction {
    /**
     * Changes an average in place. Called without gradients, once for each parameter.
     *
     * @param average the average so far
     * @param current the model's value now
     * @param count   how many values were averaged before; at least 1, for the first is copied
     */
    void update(Tensor average, Tensor current, long count);

    /** The mean of all values, for stochastic weight averaging. */
    static AverageFunction mean() {
        return (average, current, count) -> move(average, current, 1.0 / (count + 1));
    }

    /**
     * The exponential moving average {@code decay · average + (1 − decay) · current}.
     *
     * @param decay from 0 to 1; often 0.999
     * @throws IllegalArgumentException if the decay is not in [0, 1]
     */
    static AverageFunction ema(double decay) {
        if (!(decay >= 0 && decay <= 1)) {
            throw new IllegalArgumentException("AverageFunction: decay must be between 0 and 1, got " + decay);
        }
        return (average, current, count) -> move(average, current, 1 - decay);
    }

    private static void move(Tensor average, Tensor current, double part) {
        if (average.dtype().isFloating()) {
            average.lerpInPlace(current, part);
        } else { // a counter: computed in floating point, and cut off
            average.copyFrom(average.mul(1 - part).add(current.mul(part)));
        }
    }
}
