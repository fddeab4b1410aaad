package io.candela.io.data;

/** From the first sample to the last. */
public final class SequentialSampler implements Sampler {
    private final int size;

    /** For a dataset. */
    public SequentialSampler(Dataset<?> dataset) {
        this.size = dataset.size();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public long[] draw() {
        long[] order = new long[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        return order;
    }
}
