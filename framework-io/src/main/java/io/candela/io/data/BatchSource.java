package io.candela.io.data;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** Where the batches of one epoch come from. */
interface BatchSource<B> {
    /** How many batches the epoch has; -1 if that shows only at the end. */
    int count();

    /**
     * Makes a batch. Of a source that knows its count, several threads may call it, in any order; of another one thread, for one batch after
     * the other.
     *
     * @return null behind the last batch
     */
    B load(int number);

    /** Lets go of what the source holds open; later calls do nothing. */
    default void close() {
    }

    /** Batches that a plan names; {@code fetch} gets the samples' numbers. */
    static <B> BatchSource<B> planned(EpochPlan plan, Fetch<B> fetch) {
        return new BatchSource<>() {
            @Override
            public int count() {
                return plan.batches();
            }

            @Override
            public B load(int number) {
                return fetch.fetch(plan.batch(number), new Places(plan.seed(), plan.start(number)));
            }
        };
    }

    /** The batches of another source in pinned memory. */
    static <B> BatchSource<B> pinned(BatchSource<B> source) {
        return new BatchSource<>() {
            @Override
            public int count() {
                return source.count();
            }

            @Override
            public B load(int number) {
                B batch = source.load(number);
                return batch == null ? null : pinned(batch);
            }

            @Override
            public void close() {
                source.close();
            }
        };
    }

    @SuppressWarnings("unchecked") // each kind stays what it is
    private static <B> B pinned(B batch) {
        if (batch instanceof Batch group) {
            return (B) group.pinMemory();
        }
        if (batch instanceof Tensor tensor) {
            return (B) tensor.pinMemory();
        }
        throw new IllegalArgumentException("DataLoader: pinMemory takes batches that are Batch or Tensor, got %s; let the collating function pin it"
                .formatted(batch.getClass().getName()));
    }

    /** Makes a batch of samples with these numbers. */
    @FunctionalInterface
    interface Fetch<B> {
        B fetch(long[] indices, Places places);
    }

    /** Where a batch stands in its epoch, for {@link SampleRandom}. */
    record Places(long seed, long start) {
    }

    /** Sample by sample. */
    static <T, B> Fetch<B> stacking(Dataset<T> dataset, Function<? super List<T>, ? extends B> collate) {
        return (indices, places) -> {
            List<T> samples = new ArrayList<>(indices.length);
            SampleRandom random = SampleRandom.enter(places.seed());
            try {
                for (int i = 0; i < indices.length; i++) {
                    random.at(places.start() + i);
                    try {
                        samples.add(dataset.get((int) indices[i]));
                    } catch (Exception e) {
                        throw new DataLoaderException(indices[i], "DataLoader: sample %d cannot be loaded: %s".formatted(indices[i], e), e);
                    }
                }
            } finally {
                SampleRandom.leave();
            }
            return collate(collate, samples, indices[0]);
        };
    }

    /** Whole batches at once. */
    static Fetch<Batch> whole(BatchedDataset dataset) {
        return (indices, places) -> {
            try {
                return dataset.getBatch(indices);
            } catch (Exception e) {
                throw new DataLoaderException(-1, "DataLoader: the batch that starts with sample %d cannot be loaded: %s".formatted(indices[0], e), e);
            }
        };
    }

    private static <T, B> B collate(Function<? super List<T>, ? extends B> collate, List<T> samples, long first) {
        try {
            return collate.apply(samples);
        } catch (RuntimeException e) {
            throw new DataLoaderException(-1, "DataLoader: the batch that starts with sample %d cannot be collated: %s".formatted(first, e), e);
        }
    }

    /** The next {@code size} samples of a stream. */
    final class Stream<T, B> implements BatchSource<B> {
        private final IterableDataset<T> dataset;
        private final int size;
        private final boolean dropLast;
        private final Function<? super List<T>, ? extends B> collate;
        private final long seed;
        private final long skip;
        private Iterator<T> samples; // null before the first batch and after the last
        private long place;
        private boolean closed;

        /** @param skip how many samples to leave out, because they were handed out before */
        Stream(IterableDataset<T> dataset, int size, boolean dropLast, Function<? super List<T>, ? extends B> collate, long seed, long skip) {
            this.dataset = dataset;
            this.size = size;
            this.dropLast = dropLast;
            this.collate = collate;
            this.seed = seed;
            this.skip = skip;
        }

        @Override
        public int count() {
            return -1;
        }

        @Override
        public synchronized B load(int number) {
            if (closed) {
                return null;
            }
            List<T> batch = new ArrayList<>(size);
            SampleRandom random = SampleRandom.enter(seed);
            try {
                if (samples == null) {
                    samples = dataset.iterator();
                }
                while (batch.size() < size && advance(random)) {
                    T sample = samples.next();
                    if (place >= skip) {
                        batch.add(sample);
                    }
                    place++;
                }
            } catch (Exception e) {
                throw new DataLoaderException(place, "DataLoader: sample %d of the stream cannot be loaded: %s".formatted(place, e), e);
            } finally {
                SampleRandom.leave();
            }
            if (batch.isEmpty() || dropLast && batch.size() < size) {
                close();
                return null;
            }
            return BatchSource.collate(collate, batch, place - batch.size());
        }

        private boolean advance(SampleRandom random) {
            random.at(place);
            return samples.hasNext();
        }

        @Override
        public synchronized void close() {
            closed = true;
            if (samples instanceof AutoCloseable open) {
                samples = null;
                try {
                    open.close();
                } catch (Exception e) {
                    throw new DataLoaderException(-1, "DataLoader: the stream cannot be closed: " + e, e);
                }
            }
        }
    }
}
