package io.candela.io.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.TensorIO;
import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An epoch continues where it was left, through a file, bit for bit. */
class DataLoaderStateTest {
    private static final int BATCHES = 7; // per epoch

    @TempDir
    private Path folder;

    /** Samples with a random number of their own. */
    private static DataLoader<List<String>> loader(String kind, int workers) {
        Dataset<String> dataset = Dataset.of(IntStream.range(0, 20).boxed().toList()).map(i -> {
            long[] number = new long[1];
            SampleRandom.generator().randint(number, 0, 1, 0, 1_000_000);
            return i + ":" + number[0];
        });
        DataLoader.Options options = DataLoader.options().workers(workers);
        Generator own = new Generator().manualSeed(5);
        return switch (kind) {
            case "shuffle" -> DataLoader.of(dataset, List::copyOf, options.batchSize(3).shuffle(true));
            case "generator" -> DataLoader.of(dataset, List::copyOf, options.batchSize(3).shuffle(true).generator(own));
            case "sampler" -> DataLoader.of(dataset, List::copyOf, options.batchSize(3).sampler(new RandomSampler(dataset, true, 20, own)));
            case "batches" -> DataLoader.of(dataset, List::copyOf, options.batchSampler(BatchSampler.of(new SubsetRandomSampler(own,
                    IntStream.range(0, 14).toArray()), 2, false)));
            case "stream" -> DataLoader.of(() -> IntStream.range(0, 20).mapToObj(i -> {
                try {
                    return dataset.get(i);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }).iterator(), List::copyOf, options.batchSize(3));
            default -> throw new AssertionError(kind);
        };
    }

    static Stream<Arguments> kinds() {
        return Stream.of("shuffle", "generator", "sampler", "batches", "stream").flatMap(kind -> Stream.of(0, 2).map(workers -> Arguments.of(kind, workers)));
    }

    /** As a program would: a few batches, each followed by a draw such as a dropout's. */
    private static List<Object> steps(DataLoader<List<String>> loader, int epochs, int stopAfter) {
        List<Object> seen = new ArrayList<>();
        while (loader.epoch() < epochs) {
            for (List<String> batch : loader) {
                seen.add(batch);
                seen.add(Generator.getDefault().nextInt());
                if (seen.size() == 2 * stopAfter) {
                    return seen;
                }
            }
        }
        return seen;
    }

    private Map<Object, Object> throughFile(DataLoader<?> loader) throws IOException {
        Path file = folder.resolve("loader.pth");
        TensorIO.save(Map.of("loader", loader.stateDict(), "rng", Tensor.of(Generator.getDefault().getState())), file);
        return TensorIO.load(file).map();
    }

    private static void restore(DataLoader<?> loader, Map<Object, Object> saved) {
        byte[] state = new byte[5056];
        ((Tensor) saved.get("rng")).toByteBuffer().get(state);
        Generator.getDefault().setState(state);
        loader.loadStateDict((Map<?, ?>) saved.get("loader"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void resumesAnywhere(String kind, int workers) throws IOException {
        Tensor.manualSeed(1);
        List<Object> whole = steps(loader(kind, workers), 3, -1);
        assertEquals(2 * 3 * BATCHES, whole.size());
        for (int stop = 1; stop <= 2 * BATCHES + 1; stop += 1) {
            Tensor.manualSeed(1);
            DataLoader<List<String>> first = loader(kind, workers);
            List<Object> seen = steps(first, 3, stop);
            assertEquals((long) (stop - 1) % BATCHES + 1, first.stateDict().get("position"), "what workers made ahead does not count");
            Map<Object, Object> saved = throughFile(first);
            Generator.getDefault().nextLong(); // unrelated
            DataLoader<List<String>> second = loader(kind, workers);
            restore(second, saved);
            int more = 2;
            seen.addAll(steps(second, 3, more)); // and once more, as a rule in the same epoch
            saved = throughFile(second);
            DataLoader<List<String>> third = loader(kind, 2 - workers);
            restore(third, saved);
            assertEquals(saved.get("loader").toString(), throughFile(third).get("loader").toString());
            seen.addAll(steps(third, 3, -1));
            assertEquals(whole, seen, "stopped after " + stop);
        }
    }

    @Test
    void betweenEpochsTheNextOneBegins() {
        Tensor.manualSeed(1);
        DataLoader<List<String>> loader = loader("generator", 0);
        loader.forEach(batch -> { });
        Map<String, Object> state = loader.stateDict();
        assertEquals(1L, state.get("epoch"));
        assertEquals(0L, state.get("position"));
        assertFalse(state.containsKey("order"));
        DataLoader<List<String>> other = loader("generator", 0);
        other.loadStateDict(state);
        assertEquals(loader.iterator().next(), other.iterator().next());
    }

    @Test
    void anEpochThatWasHandedOutHasNothingLeft() {
        DataLoader<List<String>> loader = loader("shuffle", 0);
        DataIterator<List<String>> batches = loader.iterator();
        for (int i = 0; i < BATCHES; i++) {
            batches.next();
        }
        DataLoader<List<String>> other = loader("shuffle", 0);
        other.loadStateDict(loader.stateDict());
        assertEquals(0, other.epoch());
        assertFalse(other.iterator().hasNext());
        assertEquals(1, other.epoch());
        assertTrue(other.iterator().hasNext());
    }

    @Test
    void refusesStatesThatDoNotFit() {
        DataLoader<List<String>> loader = loader("generator", 0);
        loader.iterator().next();
        Map<String, Object> good = loader.stateDict();
        assertRefused(good, "epoch", null, "epoch must be an integer, got null");
        assertRefused(good, "position", 8L, "position must be from 0 to 7, got 8");
        assertRefused(good, "position", "1", "position must be an integer, got 1");
        assertRefused(good, "samples", 21L, "the dataset has 20 samples, the state is of one with 21 samples");
        assertRefused(good, "order", null, "order must be a tensor of int64 in one dimension, got null");
        assertRefused(good, "order", Tensor.ones(20), "order must be a tensor of int64 in one dimension, got float32 (20)");
        assertRefused(good, "order", Tensor.arange(20).add(1), "sample 20 is outside the dataset of 20 samples");
        assertRefused(good, "order", Tensor.arange(19), "a batch ends at 20, after one that ends at 18, of 19 samples");
        assertRefused(good, "order", Tensor.arange(21), "the batches have 20 samples, the order has 21");
        assertRefused(good, "ends", Tensor.of(new long[] {-1}), "a batch ends at -1, after one that ends at 0, of 20 samples");
        assertRefused(good, "generator", Tensor.of(new byte[3]), null);
        assertRefused(good, "generator", null, "generator must be a tensor of uint8 in one dimension, got null");
        assertRefused(good, "sampler_generator", good.get("generator"), "the state has a sampler_generator, this loader has none");
        DataLoader<List<String>> stream = loader("stream", 0);
        stream.iterator().next();
        Map<String, Object> state = new LinkedHashMap<>(stream.stateDict());
        state.put("batch_size", 4L);
        assertEquals("DataLoader.loadStateDict: the batch size is 3, the state is of a stream in batches of 4",
                assertThrows(IllegalArgumentException.class, () -> stream.loadStateDict(state)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> stream.loadStateDict(good));
    }

    private static void assertRefused(Map<String, Object> good, String key, Object bad, String message) {
        Map<String, Object> state = new LinkedHashMap<>(good);
        state.put(key, bad);
        DataLoader<List<String>> loader = loader("generator", 0);
        DataIterator<List<String>> batches = loader.iterator();
        batches.next();
        String before = loader.stateDict().toString();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> loader.loadStateDict(state));
        if (message != null) {
            assertEquals("DataLoader.loadStateDict: " + message, e.getMessage());
        }
        assertEquals(before, loader.stateDict().toString());
        assertTrue(batches.hasNext(), "the epoch goes on");
    }
}
