package io.candela.io.data;

import io.candela.tensor.Generator;
import java.util.Arrays;
import java.util.Objects;

/** The samples of each batch; for a {@link DataLoader} whose batches are not simply the next {@code n} of a {@link Sampler}. */
public interface BatchSampler {
    /** How many batches one epoch has. */
    int size();

    /** The numbers of the samples of each batch of the next epoch; none is empty. The arrays are the caller's. */
    long[][] draw();

    /** As {@link Sampler#generator}. */
    default Generator generator() {
        return null;
    }

    /**
     * Batches of {@code batchSize} consecutive samples of a sampler.
     *
     * @param dropLast whether a last batch that is smaller is left out
     * @throws IllegalArgumentException if {@code batchSize} is not positive
     */
    static BatchSampler of(Sampler sampler, int batchSize, boolean dropLast) {
        Objects.requireNonNull(sampler, "sampler");
        if (batchSize <= 0) {
            throw new IllegalArgumentException("BatchSampler: batchSize must be 1 or more, got " + batchSize);
        }
        return new BatchSampler() {
            @Override
            public int size() {
                return count(sampler.size());
            }

            private int count(int samples) {
                return samples / batchSize + (dropLast || samples % batchSize == 0 ? 0 : 1);
            }

            @Override
            public long[][] draw() {
                long[] order = sampler.draw();
                long[][] batches = new long[count(order.length)][];
                for (int i = 0; i < batches.length; i++) {
                    batches[i] = Arrays.copyOfRange(order, i * batchSize, Math.min((i + 1) * batchSize, order.length));
                }
                return batches;
            }

            @Override
            public Generator generator() {
                return sampler.generator();
            }
        };
    }
}
