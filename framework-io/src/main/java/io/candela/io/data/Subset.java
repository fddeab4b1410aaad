package io.candela.io.data;

import java.util.Objects;

/**
 * Some samples of a dataset, in an order of their own.
 *
 * @param <T> what a sample is
 */
public final class Subset<T> implements Dataset<T> {
    private final Dataset<T> dataset;
    private final int[] indices;

    /**
     * @param indices the samples' numbers in {@code dataset}; copied
     * @throws IndexOutOfBoundsException if one is not there
     */
    public Subset(Dataset<T> dataset, int... indices) {
        this.dataset = Objects.requireNonNull(dataset, "dataset");
        this.indices = indices.clone();
        int size = dataset.size();
        for (int index : indices) {
            if (index < 0 || index >= size) {
                throw new IndexOutOfBoundsException("Subset: index %d is outside the dataset of %d samples".formatted(index, size));
            }
        }
    }

    /** The whole dataset. */
    public Dataset<T> dataset() {
        return dataset;
    }

    /** The samples' numbers in {@link #dataset()}: a copy. */
    public int[] indices() {
        return indices.clone();
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public T get(int index) throws Exception {
        return dataset.get(indices[index]);
    }

    /** Numbers in this subset as numbers in the whole. */
    long[] outer(long[] inner) {
        long[] outer = new long[inner.length];
        for (int i = 0; i < inner.length; i++) {
            outer[i] = indices[(int) inner[i]];
        }
        return outer;
    }
}
