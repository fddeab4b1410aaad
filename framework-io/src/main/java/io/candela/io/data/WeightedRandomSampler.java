package io.candela.io.data;

import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;

/** Samples drawn by weight, as {@code torch.utils.data.WeightedRandomSampler}: a way to balance classes. */
public final class WeightedRandomSampler implements Sampler {
    private final double[] weights;
    private final int samples;
    private final boolean replacement;
    private final Generator generator;

    /** With replacement, from the default generator. */
    public WeightedRandomSampler(double[] weights, int samples) {
        this(weights, samples, true, null);
    }

    /**
     * @param weights     of each sample; need not sum to 1; copied
     * @param samples     how many an epoch has
     * @param replacement whether a sample may come again
     * @param generator   null for the default one
     * @throws IllegalArgumentException if {@code samples} is not positive, or larger than the number of weights without replacement
     */
    public WeightedRandomSampler(double[] weights, int samples, boolean replacement, Generator generator) {
        if (samples <= 0 || !replacement && samples > weights.length) {
            throw new IllegalArgumentException("WeightedRandomSampler: cannot draw %d samples with %d weights%s".formatted(samples, weights.length,
                    replacement ? "" : " without replacement"));
        }
        this.weights = weights.clone();
        this.samples = samples;
        this.replacement = replacement;
        this.generator = generator;
    }

    @Override
    public int size() {
        return samples;
    }

    @Override
    public Generator generator() {
        return generator;
    }

    /** @throws IllegalArgumentException if a weight is negative or not finite, or too few are positive */
    @Override
    public long[] draw() {
        return Tensor.of(weights).multinomial(samples, replacement, generator != null ? generator : Generator.getDefault()).toLongArray();
    }
}
