package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Compares {@link Generator} with PyTorch's own numbers; {@code tools/golden/generator.py} says how they were made. */
class GeneratorTest {
    private static final int[] SIZES = {1, 7, 8, 15, 16, 17, 31, 32, 33, 100, 1000, 4097};

    @TestFactory
    Stream<DynamicTest> pytorchGivesTheSame() throws IOException {
        return goldenLines().map(line -> {
            String[] sides = line.split(" : ");
            String[] name = sides[0].split(" ");
            return DynamicTest.dynamicTest(sides[0], () -> assertEquals(sides[1], String.join(" ", ours(name))));
        });
    }

    @Test
    void stateHasPytorchsBytes() throws IOException {
        Generator generator = new Generator().manualSeed(7);
        generator.uniform(new float[3], 0, 3, 0, 1);
        generator.normal(new float[1], 0, 1, 0, 1);
        assertArrayEquals(goldenState(), generator.getState());
    }

    @Test
    void refusedStateChangesNothing() {
        Generator generator = new Generator().manualSeed(3);
        byte[] before = generator.getState();
        assertRefused(generator, "Generator.setState: state has 5055 bytes, must be 5056", Arrays.copyOf(before, 5055));
        assertRefused(generator, "Generator.setState: impossible counters: 0 draws left of 624, next word 0", withInt(before, 8, 0));
        assertRefused(generator, "Generator.setState: impossible counters: 625 draws left of 624, next word 1",
            withInt(withInt(before, 8, 625), 16, 1));
        assertRefused(generator, "Generator.setState: impossible counters: 1 draws left of 624, next word 625", withInt(before, 16, 625));
        assertRefused(generator, "Generator.setState: the state was never seeded", withInt(before, 12, 0));
        assertArrayEquals(before, generator.getState());
    }

    @Test
    void blocksAreTheWhole() {
        for (int count : new int[] {0, 1, 15, 16, 17, 8191, 8192, 8193, 8207, 8208, 8209, 16384, 16385, 30001}) {
            float[] floats = new float[count];
            float[] floatBlocks = new float[count];
            double[] doubles = new double[count];
            double[] doubleBlocks = new double[count];
            Generator whole = new Generator().manualSeed(count);
            Generator inBlocks = new Generator().manualSeed(count);
            whole.normal(floats, 0, count, 1, 2);
            inBlocks.normalFloats(count, 1, 2, (at, block, length) -> System.arraycopy(block, 0, floatBlocks, (int) at, length));
            whole.normal(doubles, 0, count, 1, 2);
            inBlocks.normalDoubles(count, 1, 2, (at, block, length) -> System.arraycopy(block, 0, doubleBlocks, (int) at, length));
            assertArrayEquals(floats, floatBlocks);
            assertArrayEquals(doubles, doubleBlocks);
            assertArrayEquals(whole.getState(), inBlocks.getState());
        }
    }

    @Test
    void writesOnlyTheGivenPart() {
        float[] part = new float[40];
        float[] whole = new float[33];
        new Generator().normal(part, 5, 33, 0, 1);
        new Generator().normal(whole, 0, 33, 0, 1);
        assertArrayEquals(whole, Arrays.copyOfRange(part, 5, 38));
        assertEquals(0, part[4]);
        assertEquals(0, part[38]);
        assertThrows(IndexOutOfBoundsException.class, () -> new Generator().uniform(part, 30, 11, 0, 1));
    }

    @Test
    void badArgumentsDrawNothing() {
        Generator generator = new Generator();
        byte[] before = generator.getState();
        float[] out = new float[4];
        assertMessage("uniform: from must not exceed to, and both and to - from must fit the type, got from 1.0, to 0.0",
            () -> generator.uniform(out, 0, 4, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> generator.uniform(out, 0, 4, Double.NaN, 0));
        assertThrows(IllegalArgumentException.class, () -> generator.uniform(out, 0, 4, 0, 1e39));
        assertThrows(IllegalArgumentException.class, () -> generator.uniform(new double[1], 0, 1, -1e308, 1e308));
        assertMessage("normal: std must not be negative, got -1.0", () -> generator.normal(out, 0, 4, 0, -1));
        assertMessage("normal: count must not be negative, got -1", () -> generator.normalFloats(-1, 0, 1, (at, block, length) -> {}));
        assertMessage("randint: low must be less than high, got low 3, high 3", () -> generator.randint(new long[1], 0, 1, 3, 3));
        assertMessage("randperm: n must not be negative, got -2", () -> generator.randperm(-2));
        assertMessage("bernoulli: p must be between 0 and 1, got 1.5", () -> generator.bernoulli(out, 0, 4, 1.5));
        assertMessage("bernoulli: p must be between 0 and 1, got NaN", () -> generator.bernoulli(out, 0, 1, new float[] {Float.NaN}, 0));
        assertMessage("exponential: lambda must be greater than 0, got 0.0", () -> generator.exponential(out, 0, 4, 0));
        assertArrayEquals(before, generator.getState());
    }

    @Test
    void certainProbabilities() {
        float[] out = new float[1000];
        new Generator().bernoulli(out, 0, 1000, 1);
        assertTrue(IntStream.range(0, 1000).allMatch(i -> out[i] == 1));
        new Generator().bernoulli(out, 0, 1000, 0);
        assertTrue(IntStream.range(0, 1000).allMatch(i -> out[i] == 0));
    }

    @Test
    void seedIsFresh() {
        Generator generator = new Generator();
        long seed = generator.seed();
        assertEquals(seed, generator.initialSeed());
        assertNotEquals(seed, generator.seed());
        assertNotEquals(Generator.DEFAULT_SEED, Generator.getDefault().initialSeed());
    }

    @Test
    void oneByOneIsAllAtOnce() {
        Generator single = new Generator().manualSeed(9);
        Generator bulk = new Generator().manualSeed(9);
        float[] out = new float[2000];
        bulk.uniform(out, 0, 2000, 0, 1);
        for (float value : out) {
            assertEquals(value, (single.nextInt() & 0xffffff) * 0x1p-24f);
        }
        long high = single.nextInt() & 0xffffffffL;
        assertEquals(high << 32 | single.nextInt() & 0xffffffffL, bulk.nextLong());
    }

    /** Threads share the stream without losing or doubling a draw. */
    @Test
    void threadsShareOneStream() throws Exception {
        int threads = 4;
        int each = 50_000;
        Generator shared = new Generator().manualSeed(11);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Callable<float[]>> tasks = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            tasks.add(() -> {
                float[] out = new float[each];
                for (int done = 0; done < each; done += 50) {
                    shared.uniform(out, done, 50, 0, 1);
                }
                return out;
            });
        }
        float[] drawn = new float[threads * each];
        int filled = 0;
        for (Future<float[]> task : pool.invokeAll(tasks)) {
            System.arraycopy(task.get(), 0, drawn, filled, each);
            filled += each;
        }
        pool.shutdown();
        float[] expected = new float[threads * each];
        new Generator().manualSeed(11).uniform(expected, 0, expected.length, 0, 1);
        Arrays.sort(drawn);
        Arrays.sort(expected);
        assertArrayEquals(expected, drawn);
    }

    /** What the line of that name holds, computed here. */
    private static List<String> ours(String[] name) throws IOException {
        List<String> result = new ArrayList<>();
        long seed = name[1].equals("default") ? 0 : Long.parseLong(name[1]);
        Generator generator = new Generator().manualSeed(seed);
        switch (name[0]) {
            case "fill" -> {
                for (int size : SIZES) {
                    result.add(crc(fill(generator, name, size)));
                }
                result.add(crc(generator.getState()));
            }
            case "large" -> {
                byte[] values = fill(generator, new String[] {"", "", name[2], "0", "1"}, 1_000_003);
                result.add(crc(values));
                addHex(result, values, name[2].equals("normal32") ? 4 : 8, 3);
            }
            case "pairs" -> {
                double[] out = new double[100_000];
                for (int i = 0; i < out.length; i++) {
                    generator.normal(out, i, 1, 0, 1);
                }
                result.add(crc(bytes(out)));
            }
            case "randperm" -> {
                long[] five = null;
                for (int n : new int[] {0, 1, 5, 1000, 100_000}) {
                    long[] permutation = generator.randperm(n);
                    result.add(crc(bytes(permutation)));
                    five = n == 5 ? permutation : five;
                }
                Arrays.stream(five).forEach(v -> result.add(Long.toString(v)));
                result.add(crc(generator.getState()));
            }
            case "dropout" -> {
                float[] kept = new float[Integer.parseInt(name[3])];
                generator.bernoulli(kept, 0, kept.length, 1 - Double.parseDouble(name[2]));
                result.add(crc(bytes(kept)));
                result.add(crc(generator.getState()));
            }
            case "linear" -> linear(result, generator);
            case "resume" -> resume(result);
            case "seed" -> {
                Generator seeded = name[1].equals("default") ? new Generator() : generator;
                result.add(Long.toUnsignedString(seeded.initialSeed()));
                result.add(crc(seeded.getState()));
            }
            default -> throw new AssertionError("unknown case " + name[0]);
        }
        return result;
    }

    private static byte[] fill(Generator generator, String[] name, int size) {
        float[] floats = new float[size];
        double[] doubles = new double[size];
        long[] longs = new long[size];
        switch (name[2]) {
            case "uniform32" -> generator.uniform(floats, 0, size, Double.parseDouble(name[3]), Double.parseDouble(name[4]));
            case "uniform64" -> generator.uniform(doubles, 0, size, Double.parseDouble(name[3]), Double.parseDouble(name[4]));
            case "normal32" -> generator.normal(floats, 0, size, Double.parseDouble(name[3]), Double.parseDouble(name[4]));
            case "normal64" -> generator.normal(doubles, 0, size, Double.parseDouble(name[3]), Double.parseDouble(name[4]));
            case "randint" -> generator.randint(longs, 0, size, Long.parseLong(name[3]), Long.parseLong(name[4]));
            case "bernoulli" -> generator.bernoulli(floats, 0, size, Double.parseDouble(name[3]));
            case "bernoulli32" -> {
                float[] p = new float[size];
                for (int i = 0; i < size; i++) {
                    p[i] = (float) i / size;
                }
                generator.bernoulli(floats, 0, size, p, 0);
            }
            case "bernoulli64" -> {
                double[] p = IntStream.range(0, size).mapToDouble(i -> (double) i / size).toArray();
                generator.bernoulli(doubles, 0, size, p, 0);
            }
            case "exponential32" -> generator.exponential(floats, 0, size, Double.parseDouble(name[3]));
            case "exponential64" -> generator.exponential(doubles, 0, size, Double.parseDouble(name[3]));
            default -> throw new AssertionError("unknown distribution " + name[2]);
        }
        return name[2].equals("randint") ? bytes(longs) : name[2].endsWith("64") ? bytes(doubles) : bytes(floats);
    }

    /** kaiming_uniform_ with a = √5 for the weight, 1/√in for the bias: nearly the same bound, but it is written down in two ways. */
    private static void linear(List<String> result, Generator generator) {
        for (int[] layer : new int[][] {{4, 8}, {8, 3}, {784, 512}}) {
            float[] weight = new float[layer[0] * layer[1]];
            float[] bias = new float[layer[1]];
            double gain = Math.sqrt(2 / (1 + Math.pow(Math.sqrt(5), 2)));
            double weightBound = Math.sqrt(3) * (gain / Math.sqrt(layer[0]));
            double biasBound = 1 / Math.sqrt(layer[0]);
            generator.uniform(weight, 0, weight.length, -weightBound, weightBound);
            generator.uniform(bias, 0, bias.length, -biasBound, biasBound);
            result.add(crc(bytes(weight)));
            addHex(result, bytes(weight), 4, 2);
            result.add(crc(bytes(bias)));
            addHex(result, bytes(bias), 4, 2);
        }
    }

    /** Goes on from PyTorch's saved state. */
    private static void resume(List<String> result) throws IOException {
        Generator generator = new Generator();
        generator.setState(goldenState());
        float[] floats = new float[1000];
        double[] doubles = new double[2];
        long[] longs = new long[3];
        generator.uniform(floats, 0, 2, 0, 1);
        addHex(result, bytes(floats), 4, 2);
        generator.normal(floats, 0, 2, 0, 1);
        addHex(result, bytes(floats), 4, 2);
        generator.normal(doubles, 0, 2, 0, 1);
        addHex(result, bytes(doubles), 8, 2);
        generator.normal(floats, 0, 17, 0, 1);
        result.add(crc(bytes(Arrays.copyOf(floats, 17))));
        generator.randint(longs, 0, 3, -3, 5_000_000_000L);
        Arrays.stream(longs).forEach(v -> result.add(Long.toString(v)));
        generator.uniform(floats, 0, 1000, 0, 1);
        result.add(crc(bytes(floats)));
        result.add(crc(generator.getState()));
    }

    private static Stream<String> goldenLines() throws IOException {
        try (InputStream in = GeneratorTest.class.getResourceAsStream("/golden/generator.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#"));
        }
    }

    private static byte[] goldenState() throws IOException {
        try (InputStream in = GeneratorTest.class.getResourceAsStream("/golden/generator-state.bin")) {
            return in.readAllBytes();
        }
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer out = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.asFloatBuffer().put(values);
        return out.array();
    }

    private static byte[] bytes(double[] values) {
        ByteBuffer out = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.asDoubleBuffer().put(values);
        return out.array();
    }

    private static byte[] bytes(long[] values) {
        ByteBuffer out = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.asLongBuffer().put(values);
        return out.array();
    }

    private static String crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return String.format("%08x", crc.getValue());
    }

    /** The bits of the first {@code count} numbers of {@code size} bytes. */
    private static void addHex(List<String> result, byte[] littleEndian, int size, int count) {
        ByteBuffer in = ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            result.add(size == 4 ? String.format("%08x", in.getInt()) : String.format("%016x", in.getLong()));
        }
    }

    private static byte[] withInt(byte[] state, int at, int value) {
        return ByteBuffer.wrap(state.clone()).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value).array();
    }

    private static void assertRefused(Generator generator, String message, byte[] state) {
        assertMessage(message, () -> generator.setState(state));
    }

    private static void assertMessage(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }
}
