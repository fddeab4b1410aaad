package io.candela.io.data;

import io.candela.tensor.Generator;
import java.util.Objects;

/**
 * Samples in random order, as {@code torch.utils.data.RandomSampler}. Without a generator each epoch draws a seed from the default one and its order
 * from a generator with that seed; with one it draws its order from there.
 */
public final class RandomSampler implements Sampler {
    private static final int AT_ONCE = 32; // PyTorch draws numbers with replacement in groups of 32

    private final int population;
    private final boolean replacement;
    private final int samples;
    private final Generator generator; // null for the default one

    /** Every sample once. */
    public RandomSampler(Dataset<?> dataset) {
        this(dataset, null);
    }

    /** Every sample once, in an order drawn from {@code generator}. */
    public RandomSampler(Dataset<?> dataset, Generator generator) {
        this(dataset, false, dataset.size(), generator);
    }

    /**
     * A number of samples.
     *
     * @param replacement whether a sample may come again at any time; if not, only after all others have come
     * @param samples     how many an epoch has; may be more than the dataset has
     * @param generator   null for the default one
     * @throws IllegalArgumentException if {@code samples} is negative, or positive for an empty dataset
     */
    public RandomSampler(Dataset<?> dataset, boolean replacement, int samples, Generator generator) {
        this.population = Objects.requireNonNull(dataset, "dataset").size();
        if (samples < 0 || samples > 0 && population == 0) {
            throw new IllegalArgumentException("RandomSampler: cannot take %d samples from a dataset of %d".formatted(samples, population));
        }
        this.replacement = replacement;
        this.samples = samples;
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

    @Override
    public long[] draw() {
        long[] order = new long[samples];
        if (population == 0) {
            return order;
        }
        Generator source = generator != null ? generator : new Generator().manualSeed(Seeds.draw(Generator.getDefault()));
        if (replacement) {
            for (int done = 0; done < samples; done += AT_ONCE) {
                source.randint(order, done, Math.min(AT_ONCE, samples - done), 0, population);
            }
            return order;
        }
        // one permutation too many if the numbers come out even: PyTorch draws it too, and a generator that was given must go on alike
        for (long done = 0; done <= samples; done += population) {
            System.arraycopy(source.randperm(population), 0, order, (int) done, (int) Math.min(population, samples - done));
        }
        return order;
    }
}
