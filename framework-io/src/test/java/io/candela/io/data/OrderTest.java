package io.candela.io.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The orders of PyTorch's samplers, splits and loaders, and the same generators after them. {@code tools/golden/data.py} made the golden values. */
class OrderTest {
    private static final Map<String, long[]> GOLDEN = new HashMap<>();
    private static final Dataset<Integer> TEN = Dataset.of(IntStream.range(0, 10).boxed().toList());

    @BeforeAll
    static void read() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(OrderTest.class.getResourceAsStream("/golden/data.txt"),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] words = line.split(" ");
                    GOLDEN.put(words[0], Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray());
                }
            }
        }
    }

    private static Generator seeded(long seed) {
        return new Generator().manualSeed(seed);
    }

    private static void assertFollowing(String name, Generator generator) {
        long[] next = new long[3];
        generator.randint(next, 0, 3, 0, 1000);
        assertArrayEquals(GOLDEN.get(name + ".next"), next, name + ".next");
    }

    @Test
    void splits() {
        Generator generator = seeded(5);
        assertSplit("split.lengths", TEN.randomSplit(generator, 7, 0, 3));
        assertFollowing("split.lengths", generator);
        generator = seeded(5);
        assertSplit("split.fractions", TEN.randomSplit(generator, 0.5, 0.25, 0.25));
        assertFollowing("split.fractions", generator);
        long[] lengths = new TensorDataset(Tensor.zeros(1797)).randomSplit(0.7, 0.1, 0.1, 0.1).stream().mapToLong(Subset::size).toArray();
        assertArrayEquals(GOLDEN.get("split.many"), lengths);
        assertEquals("randomSplit: lengths must be 0 or more and sum to the dataset's 10 samples, got [5, 6]",
                assertThrows(IllegalArgumentException.class, () -> TEN.randomSplit(5, 6)).getMessage());
        assertEquals("randomSplit: fractions must be from 0 to 1 and sum to 1, got [0.5, 0.6] with sum 1.1",
                assertThrows(IllegalArgumentException.class, () -> TEN.randomSplit(0.5, 0.6)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> TEN.randomSplit(11, -1));
        assertThrows(IllegalArgumentException.class, () -> TEN.randomSplit(0.5, Double.NaN));
    }

    private static void assertSplit(String name, List<Subset<Integer>> parts) {
        for (int i = 0; i < parts.size(); i++) {
            assertArrayEquals(GOLDEN.get(name + "." + i), Arrays.stream(parts.get(i).indices()).asLongStream().toArray(), name);
        }
    }

    @Test
    void samplers() {
        int[] some = {5, 1, 8, 9, 2};
        double[] weights = {0.1, 0.9, 0.4, 0.7, 3.0, 0.6};
        check("random", null, g -> new RandomSampler(TEN));
        check("random.generator", seeded(3), g -> new RandomSampler(TEN, g));
        check("random.more", seeded(3), g -> new RandomSampler(TEN, false, 25, g));
        check("random.replacement", null, g -> new RandomSampler(TEN, true, 70, g));
        check("random.replacement.generator", seeded(4), g -> new RandomSampler(TEN, true, 64, g));
        check("subset", null, g -> new SubsetRandomSampler(some));
        check("subset.generator", seeded(6), g -> new SubsetRandomSampler(g, some));
        check("weighted", null, g -> new WeightedRandomSampler(weights, 12));
        check("weighted.once", seeded(8), g -> new WeightedRandomSampler(weights, 5, false, g));
    }

    private static void check(String name, Generator generator, Function<Generator, Sampler> make) {
        Tensor.manualSeed(11);
        Sampler sampler = make.apply(generator);
        assertEquals(GOLDEN.get(name + ".first").length, sampler.size(), name);
        assertArrayEquals(GOLDEN.get(name + ".first"), sampler.draw(), name);
        assertArrayEquals(GOLDEN.get(name + ".second"), sampler.draw(), name);
        assertFollowing(name, generator != null ? generator : Generator.getDefault());
    }

    @Test
    void loaders() {
        Generator generator = seeded(9);
        DataLoader.Options options = DataLoader.options().batchSize(3);
        check("loader.plain", options, Generator.getDefault());
        check("loader.shuffle", options.shuffle(true), Generator.getDefault());
        check("loader.shuffle", options.shuffle(true).workers(2), Generator.getDefault());
        check("loader.drop", options.shuffle(true).dropLast(true), Generator.getDefault());
        check("loader.generator", options.shuffle(true).generator(generator), generator);
    }

    private static void check(String name, DataLoader.Options options, Generator used) {
        Tensor.manualSeed(12);
        DataLoader<Batch> loader = DataLoader.of(new TensorDataset(Tensor.arange(10)), options);
        for (int epoch = 0; epoch < 2; epoch++) {
            List<Long> samples = new ArrayList<>();
            List<Long> sizes = new ArrayList<>();
            for (Batch batch : loader) {
                Arrays.stream(batch.input().toLongArray()).forEach(samples::add);
                sizes.add((long) batch.rows());
            }
            assertArrayEquals(GOLDEN.get(name + "." + epoch), samples.stream().mapToLong(Long::longValue).toArray(), name);
            assertArrayEquals(GOLDEN.get(name + "." + epoch + ".sizes"), sizes.stream().mapToLong(Long::longValue).toArray(), name);
            assertEquals(sizes.size(), loader.size(), name);
        }
        assertFollowing(name, used);
    }

    @Test
    void emptyDatasetsHaveNoOrder() {
        Dataset<Integer> none = Dataset.of(List.of());
        assertEquals(0, new RandomSampler(none).draw().length);
        assertEquals(0, new SequentialSampler(none).draw().length);
        assertThrows(IllegalArgumentException.class, () -> new RandomSampler(none, true, 1, null));
        assertThrows(IllegalArgumentException.class, () -> new WeightedRandomSampler(new double[] {1, 2}, 3, false, null));
    }
}
