package io.candela.io.data;

import java.util.Arrays;

/** The order of one epoch: which samples each batch has, and the seed of what is random in loading them. */
final class EpochPlan {
    private final long seed;
    private final long[] order; // the samples of all batches, one after the other
    private final long[] ends;  // of each batch, in order

    EpochPlan(long seed, long[] order, long[] ends) {
        this.seed = seed;
        this.order = order;
        this.ends = ends;
    }

    static EpochPlan of(long seed, long[][] batches) {
        long[] ends = new long[batches.length];
        int end = 0;
        for (int i = 0; i < batches.length; i++) {
            end = Math.addExact(end, batches[i].length);
            ends[i] = end;
        }
        long[] order = new long[end];
        for (int i = 0; i < batches.length; i++) {
            System.arraycopy(batches[i], 0, order, (int) ends[i] - batches[i].length, batches[i].length);
        }
        return new EpochPlan(seed, order, ends);
    }

    long seed() {
        return seed;
    }

    long[] order() {
        return order;
    }

    long[] ends() {
        return ends;
    }

    int batches() {
        return ends.length;
    }

    /** The place of a batch's first sample in the epoch. */
    int start(int batch) {
        return batch == 0 ? 0 : (int) ends[batch - 1];
    }

    /** The numbers of a batch's samples. */
    long[] batch(int batch) {
        return Arrays.copyOfRange(order, start(batch), (int) ends[batch]);
    }
}
