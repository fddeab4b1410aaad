package io.candela.io.data;

import java.util.Arrays;
import java.util.List;

/**
 * Datasets one after the other.
 *
 * @param <T> what a sample is
 */
public final class ConcatDataset<T> implements Dataset<T> {
    private final List<Dataset<? extends T>> datasets;
    private final int[] ends; // of each dataset, in numbers of the whole

    /**
     * @throws IllegalArgumentException if there are none, or more than 2³¹−1 samples together
     */
    public ConcatDataset(List<? extends Dataset<? extends T>> datasets) {
        if (datasets.isEmpty()) {
            throw new IllegalArgumentException("ConcatDataset: there are no datasets");
        }
        this.datasets = List.copyOf(datasets);
        this.ends = new int[datasets.size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += datasets.get(i).size();
            if (end > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("ConcatDataset: the datasets have more than %d samples together".formatted(Integer.MAX_VALUE));
            }
            ends[i] = (int) end;
        }
    }

    /** The parts. */
    public List<Dataset<? extends T>> datasets() {
        return datasets;
    }

    @Override
    public int size() {
        return ends[ends.length - 1];
    }

    @Override
    public T get(int index) throws Exception {
        if (index < 0 || index >= size()) {
            throw new IndexOutOfBoundsException("ConcatDataset: index %d is outside its %d samples".formatted(index, size()));
        }
        int found = Arrays.binarySearch(ends, index);
        int part = found < 0 ? -found - 1 : found + 1;
        while (ends[part] == index) { // empty datasets end where the one before them does
            part++;
        }
        return datasets.get(part).get(part == 0 ? index : index - ends[part - 1]);
    }
}
