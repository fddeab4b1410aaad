package io.candela.io.data;

import io.candela.backend.Backends;
import io.candela.tensor.Device;
import io.candela.tensor.Generator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Makes batches of a dataset, epoch by epoch, as {@code torch.utils.data.DataLoader}:
 *
 * <pre>{@code
 * var loader = DataLoader.of(new TensorDataset(x, y), DataLoader.options().batchSize(64).shuffle(true));
 * for (Batch batch : loader) {
 *     Tensor loss = lossFn.forward(model.forward(batch.input()), batch.target());
 *     ...
 * }
 * }</pre>
 *
 * <p>Every {@link #iterator} is an epoch. It draws a seed from the loader's generator or the default one, then the order, as PyTorch does: the same
 * seed gives the same batches. With workers, threads make batches ahead, and the batches come in the same order with the same contents. Workers are
 * daemon threads that end when idle.
 *
 * <p>{@link #stateDict} and {@link #loadStateDict} continue an epoch where it was left, bit for bit. What an epoch leaves undone when a new one is
 * begun is not made up for.
 *
 * <p>One thread at a time may use a loader.
 *
 * @param <B> what a batch is
 */
public final class DataLoader<B> implements Iterable<B> {
    /** How a loader makes batches. Immutable: every method gives a changed copy. */
    public static final class Options {
        private static final Options DEFAULTS = new Options(1, false, null, null, false, 0, 2, null, false);

        private final int batchSize;
        private final boolean shuffle;
        private final Sampler sampler;
        private final BatchSampler batchSampler;
        private final boolean dropLast;
        private final int workers;
        private final int prefetchFactor;
        private final Generator generator;
        private final boolean pinMemory;

        private Options(int batchSize, boolean shuffle, Sampler sampler, BatchSampler batchSampler, boolean dropLast, int workers, int prefetchFactor,
                Generator generator, boolean pinMemory) {
            this.batchSize = batchSize;
            this.shuffle = shuffle;
            this.sampler = sampler;
            this.batchSampler = batchSampler;
            this.dropLast = dropLast;
            this.workers = workers;
            this.prefetchFactor = prefetchFactor;
            this.generator = generator;
            this.pinMemory = pinMemory;
        }

        /** Samples per batch; 1 unless set. */
        public Options batchSize(int batchSize) {
            checkAtLeast("batchSize", 1, batchSize);
            return new Options(batchSize, shuffle, sampler, batchSampler, dropLast, workers, prefetchFactor, generator, pinMemory);
        }

        /** Whether every epoch has a random order of its own; false unless set. */
        public Options shuffle(boolean shuffle) {
            return new Options(batchSize, shuffle, sampler, batchSampler, dropLast, workers, prefetchFactor, generator, pinMemory);
        }

        /** The order, instead of the dataset's or a random one. */
        public Options sampler(Sampler sampler) {
            return new Options(batchSize, shuffle, sampler, batchSampler, dropLast, workers, prefetchFactor, generator, pinMemory);
        }

        /** The samples of each batch, instead of {@code batchSize} in the order of a sampler. */
        public Options batchSampler(BatchSampler batchSampler) {
            return new Options(batchSize, shuffle, sampler, batchSampler, dropLast, workers, prefetchFactor, generator, pinMemory);
        }

        /** Whether a last batch that is smaller is left out; false unless set. */
        public Options dropLast(boolean dropLast) {
            return new Options(batchSize, shuffle, sampler, batchSampler, dropLast, workers, prefetchFactor, generator, pinMemory);
        }

        /**
         * How many threads make batches ahead; 0, unless set, makes each batch when it is asked for. The samples of an {@link IterableDataset} come
         * from one thread, however many there are.
         */
        public Options workers(int workers) {
            checkAtLeast("workers", 0, workers);
            return new Options(batchSize, shuffle, sampler, batchSampler, dropLast, workers, prefetchFactor, generator, pinMemory);
        }

        /** How many batches each worker may be ahead; 2 unless set. */
        public Options prefetchFactor(int prefetchFactor) {
            checkAtLeast("prefetchFactor", 1, prefetchFactor);
            return new Options(batchSize, shuffle, sampler, batchSampler, dropLast, workers, prefetchFactor, generator, pinMemory);
        }

        /** Where random orders come from; the default generator unless set. */
        public Options generator(Generator generator) {
            return new Options(batchSize, shuffle, sampler, batchSampler, dropLast, workers, prefetchFactor, generator, pinMemory);
        }

        /**
         * Whether batches come in pinned memory, copied there by whoever makes them, so that {@code batch.to(device, true)} runs beside the program;
         * false unless set. Without a GPU batches are as they are. Batches of another type than {@link Batch} and {@link Tensor} are refused when
         * they are made: let their collating function pin them.
         */
        public Options pinMemory(boolean pinMemory) {
            return new Options(batchSize, shuffle, sampler, batchSampler, dropLast, workers, prefetchFactor, generator, pinMemory);
        }

        private static void checkAtLeast(String option, int least, int value) {
            if (value < least) {
                throw new IllegalArgumentException("DataLoader: %s must be %d or more, got %d".formatted(option, least, value));
            }
        }

        private void checkBatching() {
            if (sampler != null && shuffle) {
                throw new IllegalArgumentException("DataLoader: a sampler decides the order, shuffle cannot be set with it");
            }
            if (batchSampler != null && (batchSize != 1 || shuffle || sampler != null || dropLast)) {
                throw new IllegalArgumentException("DataLoader: a batchSampler decides the batches; batchSize, shuffle, sampler and dropLast cannot be set"
                        + " with it");
            }
        }

        private BatchSampler batches(Dataset<?> dataset) {
            checkBatching();
            if (batchSampler != null) {
                return batchSampler;
            }
            Sampler order = sampler != null ? sampler : shuffle ? new RandomSampler(dataset, generator) : new SequentialSampler(dataset);
            return BatchSampler.of(order, batchSize, dropLast);
        }
    }

    private static final long IDLE_SECONDS = 1;

    private final Options options;
    private final int samples; // of the dataset, -1 if it is a stream
    private final BatchSampler batches; // null for a stream
    private final BatchSource.Fetch<B> fetch; // null for a stream
    private final StreamOpener<B> stream; // null for a dataset
    private ExecutorService workers; // null until needed
    private LoaderState state = LoaderState.START; // of the epoch under way when it began or was resumed
    private Epoch<B> current; // null between epochs
    private boolean resumes; // whether the next iterator continues from state

    @FunctionalInterface
    private interface StreamOpener<B> {
        BatchSource<B> open(long seed, long skip);
    }

    private DataLoader(Options options, int samples, BatchSampler batches, BatchSource.Fetch<B> fetch, StreamOpener<B> stream) {
        this.options = options;
        this.samples = samples;
        this.batches = batches;
        this.fetch = fetch;
        this.stream = stream;
    }

    /** One sample per batch and the dataset's order, to be changed: {@code DataLoader.options().batchSize(64).shuffle(true)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /**
     * Batches of tensors, as {@link Batch#stack} makes them. Those of a {@link TensorDataset}, of a {@link Subset} of one, and of any other
     * {@link BatchedDataset} are made at once.
     *
     * @throws IllegalArgumentException if options exclude each other
     */
    public static DataLoader<Batch> of(Dataset<Sample> dataset, Options options) {
        BatchSource.Fetch<Batch> whole = whole(dataset);
        return new DataLoader<>(options, dataset.size(), options.batches(dataset), whole != null ? whole : BatchSource.stacking(dataset, Batch::stack),
                null);
    }

    /**
     * Batches that a function makes of samples, on a worker if there are some.
     *
     * @param collate gets at least one sample
     * @throws IllegalArgumentException if options exclude each other
     */
    public static <T, B> DataLoader<B> of(Dataset<T> dataset, Function<? super List<T>, ? extends B> collate, Options options) {
        return new DataLoader<>(options, dataset.size(), options.batches(dataset), BatchSource.stacking(dataset, collate), null);
    }

    /**
     * Batches of consecutive samples of a stream.
     *
     * @throws IllegalArgumentException if an order is asked for: a stream has its own
     */
    public static <T, B> DataLoader<B> of(IterableDataset<T> dataset, Function<? super List<T>, ? extends B> collate, Options options) {
        if (options.shuffle || options.sampler != null || options.batchSampler != null) {
            throw new IllegalArgumentException("DataLoader: an IterableDataset has its own order; shuffle, sampler and batchSampler cannot be set");
        }
        return new DataLoader<>(options, -1, null, null,
                (seed, skip) -> new BatchSource.Stream<>(dataset, options.batchSize, options.dropLast, collate, seed, skip));
    }

    /** @return null if the dataset makes no whole batches */
    private static BatchSource.Fetch<Batch> whole(Dataset<Sample> dataset) {
        if (dataset instanceof BatchedDataset batched) {
            return BatchSource.whole(batched);
        }
        if (dataset instanceof Subset<Sample> subset) {
            BatchSource.Fetch<Batch> inner = whole(subset.dataset());
            return inner == null ? null : (indices, places) -> inner.fetch(subset.outer(indices), places);
        }
        return null;
    }

    /**
     * How many batches an epoch has.
     *
     * @throws IllegalStateException for a stream, whose end is not known
     */
    public int size() {
        if (batches == null) {
            throw new IllegalStateException("DataLoader: an IterableDataset does not tell how many samples it has");
        }
        return batches.size();
    }

    /** How many epochs have ended or been left for the next; while one is under way, its number from 0. */
    public long epoch() {
        return state.epoch();
    }

    /** Begins an epoch, or continues the one that {@link #loadStateDict} loaded. An epoch that is still under way is closed. */
    @Override
    public DataIterator<B> iterator() {
        LoaderState begun = resumes && state.underWay() ? state : begin();
        resumes = false;
        if (current != null) {
            current.close();
        }
        state = begun;
        BatchSource<B> source = batches == null ? stream.open(begun.seed(), (long) begun.position() * options.batchSize)
                : BatchSource.planned(begun.plan(), fetch);
        if (options.pinMemory && Backends.isUsable(Device.cuda(0))) {
            source = BatchSource.pinned(source);
        }
        int threads = batches == null ? Math.min(1, options.workers) : options.workers;
        current = new Epoch<>(source, begun.position(), threads == 0 ? null : workers(threads), options.workers * options.prefetchFactor, this::end);
        return current;
    }

    private LoaderState begin() {
        long number = current == null ? state.epoch() : state.epoch() + 1;
        long seed = Seeds.draw(options.generator != null ? options.generator : Generator.getDefault());
        return new LoaderState(number, 0, seed, batches == null ? null : checked(EpochPlan.of(seed, batches.draw())));
    }

    private EpochPlan checked(EpochPlan plan) {
        String problem = LoaderState.problem(plan, samples);
        if (problem != null) {
            throw new IllegalArgumentException("DataLoader: the sampler's order does not fit: " + problem);
        }
        return plan;
    }

    private void end() {
        current = null;
        state = LoaderState.between(state.epoch() + 1);
    }

    private ExecutorService workers(int threads) {
        if (workers == null) {
            ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "candela-data");
                thread.setDaemon(true);
                return thread;
            });
            pool.allowCoreThreadTimeOut(true);
            workers = pool;
        }
        return workers;
    }

    /**
     * Where this loader stands, for saving with a model: {@code epoch}; {@code position}, the batches handed out in it; its {@code order} and the
     * {@code ends} of its batches therein (int64; absent between epochs and for streams); its {@code seed}; {@code samples} of the dataset; and the
     * state of a generator given to the loader or its sampler. What workers made ahead does not count as handed out. The state of the default
     * generator belongs to the program: save it beside, if this loader uses it.
     */
    public Map<String, Object> stateDict() {
        LoaderState now = current == null ? state : state.at(current.position());
        return now.toMap(fit());
    }

    /**
     * Continues from {@link #stateDict}: the next {@link #iterator} hands out what was left of the epoch, in the batches it was begun with, the one
     * after that begins the next epoch. An epoch of which all batches were handed out has none left. A stream is read again up to its position.
     *
     * @throws IllegalArgumentException if the state is damaged, of a dataset of another size, or of a loader with other generators; nothing changes
     */
    public void loadStateDict(Map<?, ?> saved) {
        Objects.requireNonNull(saved, "saved");
        state = LoaderState.fromMap(saved, fit());
        resumes = true;
        if (current != null) {
            current.close();
            current = null;
        }
    }

    private LoaderState.Fit fit() {
        Generator ofSampler = batches == null ? null : batches.generator();
        return new LoaderState.Fit(samples, options.batchSize, options.generator, ofSampler == options.generator ? null : ofSampler);
    }
}
