package io.candela.io.data;

/** A dataset that makes a batch faster than by stacking its samples; a {@link DataLoader} without a collation of its own asks it to. */
public interface BatchedDataset extends Dataset<Sample> {
    /**
     * What {@link Batch#stack} makes of the samples with these numbers, in this order.
     *
     * @param indices numbers from 0 to {@code size() - 1}; may repeat
     */
    Batch getBatch(long[] indices) throws Exception;
}
