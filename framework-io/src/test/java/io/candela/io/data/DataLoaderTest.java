package io.candela.io.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataLoaderTest {
    private static final Dataset<Integer> TWENTY = Dataset.of(IntStream.range(0, 20).boxed().toList());

    /** Every sample with a random number of its own, and some slower than others. */
    private static final class Noisy implements Dataset<String> {
        private final Set<String> threads = ConcurrentHashMap.newKeySet();

        @Override
        public int size() {
            return 20;
        }

        @Override
        public String get(int index) throws InterruptedException {
            threads.add(Thread.currentThread().getName());
            Thread.sleep(index % 3);
            long[] number = new long[1];
            SampleRandom.generator().randint(number, 0, 1, 0, 1_000_000);
            return index + ":" + number[0];
        }
    }

    private static <B> List<B> rest(Iterator<B> batches) {
        List<B> all = new ArrayList<>();
        batches.forEachRemaining(all::add);
        return all;
    }

    private static DataLoader.Options shuffled(long seed) {
        return DataLoader.options().batchSize(3).shuffle(true).generator(new Generator().manualSeed(seed));
    }

    @Test
    void workersChangeNothing() {
        DataLoader<List<String>> plain = DataLoader.of(new Noisy(), List::copyOf, shuffled(1));
        Noisy noisy = new Noisy();
        DataLoader<List<String>> ahead = DataLoader.of(noisy, List::copyOf, shuffled(1).workers(3).prefetchFactor(1));
        List<List<String>> first = rest(plain.iterator());
        assertEquals(7, first.size());
        assertEquals(first, rest(ahead.iterator()));
        List<List<String>> second = rest(plain.iterator());
        assertNotEquals(first, second);
        assertEquals(second, rest(ahead.iterator()));
        assertEquals(Set.of("candela-data"), noisy.threads);
        assertNotEquals(first.get(0).get(0).split(":")[1], first.get(0).get(1).split(":")[1], "each sample has numbers of its own");
    }

    @Test
    void anEvaluationBetweenTwoStepsLeavesTheOrderOfTheTraining() {
        DataLoader<List<Integer>> alone = DataLoader.of(TWENTY, List::copyOf, shuffled(1));
        DataLoader<List<Integer>> training = DataLoader.of(TWENTY, List::copyOf, shuffled(1));
        DataLoader<List<Integer>> evaluation = DataLoader.of(TWENTY, List::copyOf, shuffled(2).workers(2));
        for (int epoch = 0; epoch < 2; epoch++) {
            List<List<Integer>> seen = new ArrayList<>();
            for (List<Integer> batch : training) {
                seen.add(batch);
                rest(evaluation.iterator());
            }
            assertEquals(rest(alone.iterator()), seen);
        }
    }

    @Test
    void repeatedSamplesHaveDifferentNumbers() {
        Sampler twice = new WeightedRandomSampler(new double[] {1}, 8);
        List<String> samples = DataLoader.of(new Subset<>(new Noisy(), 0), List::copyOf, DataLoader.options().batchSize(8).sampler(twice)).iterator().next();
        assertEquals(8, Set.copyOf(samples).size(), samples.toString());
    }

    @Test
    void subsetsOfTensorsAreBatchedAtOnce() {
        Tensor x = Tensor.arange(20).reshape(10, 2);
        AtomicInteger calls = new AtomicInteger();
        BatchedDataset counting = new BatchedDataset() {
            private final TensorDataset inner = new TensorDataset(x);

            @Override
            public Batch getBatch(long[] indices) {
                calls.incrementAndGet();
                return inner.getBatch(indices);
            }

            @Override
            public int size() {
                return inner.size();
            }

            @Override
            public Sample get(int index) {
                throw new AssertionError("sample by sample");
            }
        };
        Subset<Sample> odd = new Subset<>(new Subset<>(counting, 9, 7, 5, 3, 1), 4, 3, 2);
        List<Batch> batches = rest(DataLoader.of(odd, DataLoader.options().batchSize(2)).iterator());
        assertEquals(2, calls.get());
        assertTrue(batches.get(0).input().equal(Tensor.of(new long[][] {{2, 3}, {6, 7}})));
        assertTrue(batches.get(1).input().equal(Tensor.of(new long[][] {{10, 11}})));
        Dataset<Sample> mapped = new TensorDataset(x).map(sample -> sample.mapInput(Tensor::neg));
        assertTrue(DataLoader.of(mapped, DataLoader.options().batchSize(2)).iterator().next().input().equal(Tensor.of(new long[][] {{0, -1}, {-2, -3}})));
    }

    // ---- failures and ends ----

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void failuresNameTheSample(int workers) {
        IOException cause = new IOException("no such picture");
        Dataset<Integer> broken = new Dataset<>() {
            @Override
            public int size() {
                return 20;
            }

            @Override
            public Integer get(int index) throws IOException {
                if (index == 13) {
                    throw cause;
                }
                return index;
            }
        };
        DataLoader<List<Integer>> loader = DataLoader.of(broken, List::copyOf, DataLoader.options().batchSize(5).workers(workers));
        DataIterator<List<Integer>> batches = loader.iterator();
        assertEquals(List.of(0, 1, 2, 3, 4), batches.next());
        assertEquals(List.of(5, 6, 7, 8, 9), batches.next());
        DataLoaderException e = assertThrows(DataLoaderException.class, batches::next);
        assertEquals("DataLoader: sample 13 cannot be loaded: java.io.IOException: no such picture", e.getMessage());
        assertEquals(13, e.index());
        assertSame(cause, e.getCause());
        assertFalse(batches.hasNext());
        assertEquals(2L, loader.stateDict().get("position"), "the failed batch was not handed out");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void errorsAndCollationsFailToo(int workers) {
        DataLoader.Options options = DataLoader.options().batchSize(5).workers(workers);
        DataLoader<Integer> loader = DataLoader.of(TWENTY, samples -> samples.get(7), options);
        DataLoaderException e = assertThrows(DataLoaderException.class, () -> loader.iterator().next());
        assertEquals(-1, e.index());
        assertTrue(e.getMessage().startsWith("DataLoader: the batch that starts with sample 0 cannot be collated: "), e.getMessage());
        Dataset<Integer> endless = TWENTY.map(i -> {
            throw new StackOverflowError();
        });
        DataLoader<List<Integer>> dying = DataLoader.of(endless, List::copyOf, options);
        assertThrows(StackOverflowError.class, () -> dying.iterator().next());
    }

    @Test
    void workersStayWithinTheirBound() throws InterruptedException {
        AtomicInteger loaded = new AtomicInteger();
        CountDownLatch six = new CountDownLatch(6);
        Dataset<Integer> counted = TWENTY.map(i -> {
            loaded.incrementAndGet();
            six.countDown();
            return i;
        });
        DataLoader<List<Integer>> loader = DataLoader.of(counted, List::copyOf, DataLoader.options().workers(3).prefetchFactor(2));
        try (DataIterator<List<Integer>> batches = loader.iterator()) {
            assertEquals(List.of(0), batches.next());
            assertTrue(six.await(10, TimeUnit.SECONDS));
            Thread.sleep(50);
            assertEquals(6, loaded.get());
        }
    }

    @Test
    void closedIteratorsHaveNoMore() {
        DataLoader<List<Integer>> loader = DataLoader.of(TWENTY, List::copyOf, DataLoader.options().batchSize(5).workers(2));
        DataIterator<List<Integer>> batches = loader.iterator();
        batches.next();
        batches.close();
        batches.close();
        assertFalse(batches.hasNext());
        assertThrows(NoSuchElementException.class, batches::next);
        assertEquals(0, loader.epoch());
        DataIterator<List<Integer>> left = loader.iterator();
        assertEquals(1, loader.epoch(), "a new epoch, though the first was not gone through");
        DataIterator<List<Integer>> other = loader.iterator();
        assertFalse(left.hasNext(), "one epoch at a time");
        assertEquals(4, rest(other).size());
        assertEquals(3, loader.epoch());
    }

    @Test
    void optionsThatExcludeEachOther() {
        Sampler sampler = new SequentialSampler(TWENTY);
        BatchSampler batches = BatchSampler.of(sampler, 2, false);
        DataLoader.Options options = DataLoader.options();
        for (DataLoader.Options bad : List.of(options.sampler(sampler).shuffle(true), options.batchSampler(batches).batchSize(2),
                options.batchSampler(batches).dropLast(true), options.batchSampler(batches).sampler(sampler), options.batchSampler(batches).shuffle(true))) {
            assertThrows(IllegalArgumentException.class, () -> DataLoader.of(TWENTY, List::copyOf, bad));
        }
        IterableDataset<Integer> stream = () -> List.of(1).iterator();
        assertThrows(IllegalArgumentException.class, () -> DataLoader.of(stream, List::copyOf, options.shuffle(true)));
        assertThrows(IllegalStateException.class, () -> DataLoader.of(stream, List::copyOf, options).size());
        assertEquals("DataLoader: batchSize must be 1 or more, got 0", assertThrows(IllegalArgumentException.class, () -> options.batchSize(0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> options.workers(-1));
        assertThrows(IllegalArgumentException.class, () -> options.prefetchFactor(0));
        Dataset<Integer> small = Dataset.of(List.of(1, 2));
        DataLoader<List<Integer>> wrong = DataLoader.of(small, List::copyOf, options.sampler(sampler));
        assertEquals("DataLoader: the sampler's order does not fit: sample 2 is outside the dataset of 2 samples",
                assertThrows(IllegalArgumentException.class, wrong::iterator).getMessage());
    }

    @Test
    void withoutAGpuNothingIsPinned() {
        DataLoader<List<Integer>> loader = DataLoader.of(TWENTY, List::copyOf, DataLoader.options().batchSize(20).pinMemory(true));
        assertEquals(20, loader.iterator().next().size(), "and batches may be anything");
    }

    @Test
    void batchSamplersDecideTheBatches() {
        BatchSampler uneven = new BatchSampler() {
            @Override
            public int size() {
                return 2;
            }

            @Override
            public long[][] draw() {
                return new long[][] {{4, 4, 1}, {19}};
            }
        };
        assertEquals(List.of(List.of(4, 4, 1), List.of(19)), rest(DataLoader.of(TWENTY, List::copyOf, DataLoader.options().batchSampler(uneven)).iterator()));
    }

    // ---- streams ----

    private static final class Lines implements Iterator<Integer>, AutoCloseable {
        private final int end;
        private int next;
        private boolean closed;

        Lines(int end) {
            this.end = end;
        }

        @Override
        public boolean hasNext() {
            return next < end;
        }

        @Override
        public Integer next() {
            if (next == 100) {
                throw new IllegalStateException("line 100 is bad");
            }
            return next++;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void streams(int workers) {
        List<Lines> opened = new ArrayList<>();
        IterableDataset<Integer> dataset = () -> {
            opened.add(new Lines(7));
            return opened.get(opened.size() - 1);
        };
        DataLoader.Options options = DataLoader.options().batchSize(3).workers(workers);
        DataLoader<List<Integer>> loader = DataLoader.of(dataset, List::copyOf, options);
        for (int epoch = 0; epoch < 2; epoch++) {
            assertEquals(List.of(List.of(0, 1, 2), List.of(3, 4, 5), List.of(6)), rest(loader.iterator()));
            assertTrue(opened.get(epoch).closed);
        }
        assertEquals(2, rest(DataLoader.of(dataset, List::copyOf, options.dropLast(true)).iterator()).size());
        DataIterator<List<Integer>> left = loader.iterator();
        left.next();
        left.close();
        assertTrue(opened.get(3).closed);
        DataLoader<List<Integer>> broken = DataLoader.of(() -> new Lines(200), List::copyOf, options);
        DataLoaderException e = assertThrows(DataLoaderException.class, () -> rest(broken.iterator()));
        assertEquals(100, e.index());
        assertEquals("DataLoader: sample 100 of the stream cannot be loaded: java.lang.IllegalStateException: line 100 is bad", e.getMessage());
    }
}
