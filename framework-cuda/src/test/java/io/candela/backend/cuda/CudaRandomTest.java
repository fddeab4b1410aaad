package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.autograd.Checkpoint;
import io.candela.nn.F;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Generator;
import io.candela.tensor.Half;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random numbers on a device, against Philox's examples and, number by number, against PyTorch's layout as its headers say it. PyTorch's own
 * streams could not be compared: that needs a GPU.
 */
class CudaRandomTest {
    private static final Device GPU = Device.cuda(0);
    private static final long SEED = 0x123456789ABCDEFL;

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    private static Tensor empty(DType dtype, int... shape) {
        return Tensor.zeros(Shape.of(shape), dtype, GPU);
    }

    private static Generator generator() {
        return new Generator(GPU).manualSeed(SEED);
    }

    private static int blocks(int n) {
        var properties = Cuda.properties(GPU);
        return Math.min(properties.multiprocessors() * (properties.threadsPerMultiprocessor() / 256), (n + 255) / 256);
    }

    /** The block of random bits from which element i of n comes, and which number in it: {x, y, z, w, which}. */
    private static int[] bits(int i, int n, int perStep, long offset) {
        int threads = blocks(n) * 256;
        int step = i / (threads * perStep);
        int which = i / threads % perStep;
        long block = offset / 4 + step;
        int[] out = Arrays.copyOf(philox(new int[] {(int) block, (int) (block >>> 32), i % threads, 0}, new int[] {(int) SEED, (int) (SEED >>> 32)}), 5);
        out[4] = which;
        return out;
    }

    private static int[] philox(int[] counter, int[] key) {
        int[] c = counter.clone();
        int[] k = key.clone();
        for (int round = 0; round < 10; round++) {
            long a = (c[0] & 0xFFFFFFFFL) * 0xD2511F53L;
            long b = (c[2] & 0xFFFFFFFFL) * 0xCD9E8D57L;
            c = new int[] {(int) (b >>> 32) ^ c[1] ^ k[0], (int) b, (int) (a >>> 32) ^ c[3] ^ k[1], (int) a};
            k[0] += 0x9E3779B9;
            k[1] += 0xBB67AE85;
        }
        return c;
    }

    private static int[] words(String hex) {
        return Arrays.stream(hex.split(" ")).mapToInt(HexFormat::fromHexDigits).toArray();
    }

    private static float unit(int bits) {
        return Math.fma((float) (bits & 0xFFFFFFFFL), 0x1p-32f, 0x1p-33f);
    }

    private static double unit(int low, int high) {
        return Math.fma((double) ((low & 0xFFFFFFFFL) ^ (high & 0xFFFFFFFFL) << 21), 0x1p-53, 0x1p-54);
    }

    /** The examples that come with Random123, {@code kat_vectors}. */
    @Test
    void philoxIsItsAuthors() {
        String[][] examples = {
            {"00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"},
            {"ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"},
            {"243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"}};
        for (String[] e : examples) {
            assertArrayEquals(words(e[2]), philox(words(e[0]), words(e[1])), "this test's own");
            Tensor in = Tensor.of(words(e[0] + " " + e[1])).to(GPU);
            Tensor out = empty(DType.INT32, 4);
            Launch.of(Cuda.of(GPU).kernels.get("philox_check.cu", "philox_check")).tensor(in).tensor(out).run(1, 1, 0);
            assertArrayEquals(words(e[2]), out.toIntArray());
        }
    }

    @Test
    void numbersLieAsInPyTorch() {
        int n = blocks(1 << 30) * 256 * 4 + 777; // a second step for some threads
        float[] uniform = empty(DType.FLOAT32, n).uniformInPlace(-1, 3, generator()).toFloatArray();
        float[] normal = empty(DType.FLOAT32, n).normalInPlace(2, 0.5, generator()).toFloatArray();
        for (int i = 0; i < n; i += i > n - 2000 ? 1 : 37) {
            int[] b = bits(i, n, 4, 0);
            float u = Math.fma(unit(b[b[4]]), 4f, -1f);
            assertEquals(u == 3 ? -1 : u, uniform[i], "uniform " + i);
            int first = b[4] & 2;
            double radius = Math.sqrt(-2 * Math.log(unit(b[first])));
            double angle = Math.fma((float) (b[first + 1] & 0xFFFFFFFFL), 6.2831855f * 0x1p-32f, 6.2831855f * 0x1p-33f);
            assertEquals(2 + 0.5 * radius * (b[4] % 2 == 0 ? Math.sin(angle) : Math.cos(angle)), normal[i], 4e-6, "normal " + i);
        }
    }

    @Test
    void doublesTakeTwoWords() {
        int n = 1000;
        double[] uniform = empty(DType.FLOAT64, n).uniformInPlace(0, 1, generator()).toDoubleArray();
        double[] normal = empty(DType.FLOAT64, n).normalInPlace(0, 1, generator()).toDoubleArray();
        double[] exponential = empty(DType.FLOAT64, n).exponentialInPlace(2, generator()).toDoubleArray();
        for (int i = 0; i < n; i++) {
            int[] b = bits(i, n, 2, 0);
            double u = unit(b[2 * b[4]], b[2 * b[4] + 1]);
            assertEquals(u == 1 ? 0 : u, uniform[i]);
            assertEquals(-0.5 * Math.log(u), exponential[i], 1e-14);
            double radius = Math.sqrt(-2 * Math.log(unit(b[0], b[1])));
            double angle = Math.PI * 2 * unit(b[2], b[3]);
            assertEquals(radius * (b[4] == 0 ? Math.sin(angle) : Math.cos(angle)), normal[i], 1e-13);
        }
    }

    @Test
    void theOffsetGoesOnByWholeSteps() {
        Generator g = generator();
        int n = blocks(1 << 30) * 256 * 4 + 1;
        empty(DType.FLOAT32, n).uniformInPlace(0, 1, g);
        assertEquals(8, g.offset(), "two steps");
        float[] next = empty(DType.FLOAT32, 3).uniformInPlace(0, 1, g).toFloatArray();
        assertEquals(12, g.offset());
        for (int i = 0; i < 3; i++) {
            assertEquals(unit(bits(i, 3, 4, 8)[0]), next[i]);
        }
        empty(DType.FLOAT32, 0).uniformInPlace(0, 1, g);
        assertEquals(12, g.offset(), "no numbers");
        ByteBuffer state = ByteBuffer.wrap(g.getState()).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(16, state.remaining());
        assertEquals(SEED, state.getLong());
        assertEquals(12, state.getLong());
        Generator other = new Generator(GPU);
        other.setState(g.getState());
        assertArrayEquals(empty(DType.FLOAT32, 9).normalInPlace(0, 1, g).toFloatArray(), empty(DType.FLOAT32, 9).normalInPlace(0, 1, other).toFloatArray());
        assertThrows(IllegalArgumentException.class, () -> g.setOffset(2));
        assertThrows(IllegalArgumentException.class, () -> g.setState(new byte[15]));
    }

    @Test
    void everyTypeAndOrderOfMemory() {
        for (DType type : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
            float[] single = empty(DType.FLOAT32, 999).uniformInPlace(0, 2, generator()).toFloatArray();
            float[] half = empty(type, 999).uniformInPlace(0, 2, generator()).toFloatArray();
            for (int i = 0; i < 999; i++) {
                float rounded = Half.round(type, single[i]);
                assertEquals(rounded == 2 ? 0 : rounded, half[i]);
            }
        }
        float[] rows = empty(DType.FLOAT32, 5, 7).normalInPlace(0, 1, generator()).toFloatArray();
        assertArrayEquals(rows, empty(DType.FLOAT32, 7, 5).t().normalInPlace(0, 1, generator()).t().toFloatArray(), "through memory");
        for (DType type : DType.values()) {
            double[] ones = empty(type, 4000).bernoulliInPlace(0.3, generator()).to(DType.FLOAT64).toDoubleArray();
            assertEquals(0.3, Arrays.stream(ones).sum() / 4000, 0.03, type.toString());
            assertTrue(Arrays.stream(ones).allMatch(v -> v == 0 || v == 1));
        }
    }

    @Test
    void integers() {
        Tensor.manualSeed(SEED);
        long[] small = empty(DType.INT64, 500).randintLike(-3, 4).toLongArray();
        for (int i = 0; i < 500; i++) {
            int[] b = bits(i, 500, 4, 0);
            assertEquals((b[b[4]] & 0xFFFFFFFFL) % 7 - 3, small[i]);
        }
        Tensor.manualSeed(SEED);
        long[] large = empty(DType.INT64, 700).randintLike(5, 1L << 40).toLongArray();
        for (int i = 0; i < 700; i++) {
            int[] b = bits(i, 700, 2, 0);
            assertEquals(Long.remainderUnsigned((long) b[2 * b[4]] << 32 | b[2 * b[4] + 1] & 0xFFFFFFFFL, (1L << 40) - 5) + 5, large[i]);
        }
        for (DType type : new DType[] {DType.INT8, DType.UINT8, DType.INT32, DType.FLOAT16}) {
            double[] v = empty(type, 300).randintLike(2, 5).to(DType.FLOAT64).toDoubleArray();
            assertArrayEquals(new double[] {2, 3, 4}, Arrays.stream(v).distinct().sorted().toArray());
        }
    }

    @Test
    void distributionsAreWhatTheySay() {
        Tensor.manualSeed(1);
        int n = 20_000;
        Tensor x = empty(DType.FLOAT32, n);
        assertEquals(0.5, x.exponentialInPlace(2).mean().item(), 0.02);
        assertTrue(x.min().item() > 0);
        assertEquals(Math.exp(0.5), x.logNormalInPlace(0, 1).mean().item(), 0.1);
        assertEquals(1, x.cauchyInPlace(1, 2).median().item(), 0.1);
        assertEquals(4, x.geometricInPlace(0.25).mean().item(), 0.1);
        assertTrue(x.min().item() >= 1);
        assertEquals(0.2, x.fillInPlace(0.2).bernoulli().mean().item(), 0.02);
        assertThrows(IllegalArgumentException.class, () -> x.fillInPlace(1.5).bernoulli());
        assertEquals(3, Tensor.normal(x.fillInPlace(3), x.onesLike()).mean().item(), 0.05);
    }

    @Test
    void permutationsAndWeights() {
        Generator g = generator();
        long[] order = Tensor.randperm(1000, g).toLongArray();
        assertEquals(GPU, Tensor.randperm(3, g).device());
        long[] sorted = order.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < 1000; i++) {
            assertEquals(i, sorted[i]);
        }
        assertTrue(!Arrays.equals(sorted, order));
        Tensor weights = Tensor.of(new float[] {0, 1, 0, 3, 0}).to(GPU);
        long[] drawn = weights.multinomial(8000, true, g).toLongArray();
        assertEquals(0.75, Arrays.stream(drawn).filter(i -> i == 3).count() / 8000.0, 0.03);
        assertEquals(0.25, Arrays.stream(drawn).filter(i -> i == 1).count() / 8000.0, 0.03);
        long[] both = weights.multinomial(2, false, g).toLongArray();
        Arrays.sort(both);
        assertArrayEquals(new long[] {1, 3}, both);
        assertEquals(Shape.of(2, 6), Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).to(GPU).multinomial(6, true, g).shape());
    }

    @Test
    void manualSeedSeedsAllDevices() {
        Tensor.manualSeed(7);
        float[] first = empty(DType.FLOAT32, 5).uniformInPlace(0, 1).toFloatArray();
        Cuda.manualSeed(GPU, 7);
        assertArrayEquals(first, empty(DType.FLOAT32, 5).uniformInPlace(0, 1).toFloatArray());
        byte[] state = Cuda.getRngState(GPU);
        float[] next = empty(DType.FLOAT32, 5).uniformInPlace(0, 1).toFloatArray();
        Cuda.setRngState(GPU, state);
        assertArrayEquals(next, empty(DType.FLOAT32, 5).randLike().toFloatArray());
        Tensor.manualSeed(7);
        float[] host = Tensor.rand(5).toFloatArray();
        assertArrayEquals(first, empty(DType.FLOAT32, 5).uniformInPlace(0, 1).toFloatArray(), "the host's draws do not matter");
        Cuda.manualSeedAll(8);
        Tensor.rand(5);
        assertNotEquals(first[0], empty(DType.FLOAT32, 5).uniformInPlace(0, 1).toFloatArray()[0]);
        Tensor.manualSeed(7);
        assertArrayEquals(host, Tensor.rand(5).toFloatArray());
    }

    @Test
    void generatorsOfOtherDevices() {
        Tensor there = empty(DType.FLOAT32, 20).normalInPlace(0, 1, new Generator().manualSeed(3));
        assertArrayEquals(Tensor.zeros(20).normalInPlace(0, 1, new Generator().manualSeed(3)).toFloatArray(), there.toFloatArray(), "the CPU's numbers");
        DeviceException e = assertThrows(DeviceException.class, () -> Tensor.zeros(3).uniformInPlace(0, 1, generator()));
        assertEquals("Generator: it draws on cuda:0, and was used on the host; make one with new Generator()", e.getMessage());
        assertThrows(DeviceException.class, () -> empty(DType.FLOAT32, 3).uniformInPlace(0, 1, new Generator(Device.cuda(1))));
        assertThrows(IllegalArgumentException.class, () -> empty(DType.FLOAT32, 3).uniformInPlace(1, 0, generator()));
        assertThrows(IllegalArgumentException.class, () -> empty(DType.FLOAT32, 3).normalInPlace(0, -1, generator()));
    }

    /** Whether each element stays, as PyTorch's kernel for packs of so many neighbours decides; {@code offset} is the generator's before. */
    private static boolean stays(int i, int n, int pack, long offset, double keep) {
        if (pack == 1) {
            int[] b = bits(i, n, 4, offset);
            return unit(b[b[4]]) < (float) keep;
        }
        int threads = blocks(n) * 256;
        int thread = i / pack % threads;
        int place = i % pack;
        long block = offset / 4 + (long) (i / pack / threads) * Math.max(1, pack / 4) + place / 4;
        int word = philox(new int[] {(int) block, (int) (block >>> 32), thread, 0}, new int[] {(int) SEED, (int) (SEED >>> 32)})[place % 4];
        return unit(word) < (float) keep;
    }

    @Test
    void dropoutDecidesAsPyTorch() {
        int large = blocks(1 << 30) * 256 * 4 + 256;
        Object[][] cases = {{DType.FLOAT32, 1000, 4}, {DType.FLOAT32, 1002, 2}, {DType.FLOAT32, 1001, 1}, {DType.FLOAT32, large, 4}, {DType.FLOAT16, 2000, 8},
            {DType.BFLOAT16, 2004, 4}, {DType.BFLOAT16, 1002, 2}, {DType.FLOAT16, 999, 1}, {DType.BFLOAT16, large, 8}, {DType.FLOAT64, 1000, 2}};
        Cuda.resetFallbacks();
        for (Object[] c : cases) {
            DType type = (DType) c[0];
            int n = (int) c[1];
            Tensor.manualSeed(SEED);
            Tensor first = F.dropout(Tensor.full(Shape.of(n), 3, type, GPU), 0.3, true);
            long offset = Generator.getDefault(GPU).offset();
            Tensor second = F.dropout(Tensor.full(Shape.of(n), 3, type, GPU), 0.3, true);
            double kept = Tensor.scalar(3 * (type == DType.FLOAT64 ? 1 / 0.7 : (float) (1 / 0.7))).to(type).item();
            int pack = (int) c[2];
            for (int round = 0; round < 2; round++) {
                double[] found = (round == 0 ? first : second).to(DType.FLOAT64).toDoubleArray();
                for (int i = 0; i < n; i += i > n - 300 ? 1 : 7) {
                    assertEquals(stays(i, n, pack, round * offset, 0.7) ? kept : 0, found[i], 1e-6, type + " of " + n + ", element " + i);
                }
            }
            long most = (n - 1) / (blocks(n) * 256L * 4) + 1;
            assertTrue(offset >= 4 * most, "PyTorch's, or more where it would draw numbers twice");
            assertTrue(offset == 4 * most || pack == 8 || pack == 2);
        }
        assertEquals(java.util.Map.of(), Cuda.fallbacks());
    }

    @Test
    void dropoutGoesThroughMemoryAndBack() {
        Tensor.manualSeed(SEED);
        Tensor rows = F.dropout(Tensor.ones(6, 8).to(GPU), 0.5, true);
        Tensor.manualSeed(SEED);
        Tensor turned = F.dropout(Tensor.ones(8, 6).t().to(GPU).t().contiguous().t(), 0.5, true);
        assertArrayEquals(rows.toFloatArray(), turned.t().contiguous().view(6, 8).toFloatArray(), "in the order of memory");
        assertArrayEquals(new int[] {1, 6}, turned.stride(0) == 1 ? turned.strides() : turned.t().strides());
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT64}) {
            Tensor x = Tensor.full(Shape.of(5, 7), 2, type, GPU).setRequiresGrad(true);
            Tensor y = F.dropout(x, 0.25, true);
            Tensor g = Tensor.arange(35.0).view(7, 5).t().to(type).to(GPU);
            y.backward(g);
            double[] expected = y.detach().ne(0).to(DType.FLOAT64).mul(g.to(DType.FLOAT64)).div(0.75).to(type).to(DType.FLOAT64).contiguous().toDoubleArray();
            assertArrayEquals(expected, x.grad().to(DType.FLOAT64).contiguous().toDoubleArray(), type == DType.BFLOAT16 ? 0.26 : 1e-5, type.toString());
        }
        Tensor x = Tensor.full(Shape.of(30), 2, DType.FLOAT64, GPU).setRequiresGrad(true);
        Tensor y = F.dropout(x, 0.4, true);
        Tensor g = Autograd.grad(new Tensor[] {y.square().sum()}, new Tensor[] {x}, null, true, true, false)[0];
        Tensor second = Autograd.grad(g.sum(), x)[0];
        assertArrayEquals(y.detach().ne(0).to(DType.FLOAT64).mul(2 / 0.36).toDoubleArray(), second.toDoubleArray(), 1e-9);
        Tensor odd = Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1, 1}).to(GPU);
        assertTrue(Float.isNaN(F.dropout(odd, 0.5, true).toFloatArray()[0]));
        assertEquals(0, F.dropout(Tensor.zeros(0).to(GPU), 0.5, true).numel());
        assertArrayEquals(new float[] {0, 0}, F.dropout(Tensor.ones(2).to(GPU), 1, true).toFloatArray());
    }

    @Test
    void numbersOfEvents() {
        Cuda.resetFallbacks();
        int n = 20_000;
        for (double rate : new double[] {0, 0.3, 4, 9.9, 10, 60, 20_000}) {
            double[] found = Tensor.full(Shape.of(n), rate, DType.FLOAT64, GPU).poisson(generator()).toDoubleArray();
            double mean = Arrays.stream(found).sum() / n;
            double variance = Arrays.stream(found).map(v -> (v - mean) * (v - mean)).sum() / n;
            assertEquals(rate, mean, 5 * Math.sqrt(rate / n), "mean of rate " + rate);
            assertEquals(rate, variance, 5 * Math.sqrt((2 * rate * rate + rate) / n), "variance of rate " + rate);
            assertTrue(Arrays.stream(found).allMatch(v -> v >= 0 && v == Math.rint(v)));
        }
        double none = Arrays.stream(Tensor.full(Shape.of(n), 1, DType.FLOAT32, GPU).poisson(generator()).to(DType.FLOAT64).toDoubleArray()).filter(v -> v == 0).count();
        assertEquals(Math.exp(-1), none / n, 0.015);
        Generator g = generator();
        Tensor rates = Tensor.of(new float[] {0.5f, 3, 20, 7, 100, 1}).to(GPU);
        float[] first = rates.poisson(g).toFloatArray();
        assertTrue(!Arrays.equals(first, rates.poisson(g).toFloatArray()), "the offset goes on");
        assertArrayEquals(first, rates.poisson(generator()).toFloatArray());
        Tensor.manualSeed(SEED);
        assertArrayEquals(first, rates.poisson().toFloatArray(), "the GPU's default generator");
        assertEquals(DType.FLOAT16, rates.toHalf().view(2, 3).t().poisson().dtype());
        assertEquals(0, Tensor.zeros(0).to(GPU).poisson().numel());
        assertThrows(IllegalArgumentException.class, () -> rates.neg().poisson());
        assertThrows(IllegalArgumentException.class, () -> rates.mul(Double.NaN).poisson());
        assertEquals(java.util.Map.of(), Cuda.fallbacks());
        assertArrayEquals(Tensor.of(new float[] {5, 3}).poisson(new Generator().manualSeed(2)).toFloatArray(),
                Tensor.of(new float[] {5, 3}).to(GPU).poisson(new Generator().manualSeed(2)).toFloatArray(), "the CPU's generator draws on the host");
        rates.floor().binomial(rates.mul(0).add(0.5), new Generator());
        assertEquals(java.util.Map.of("binomial", 1L, "poisson", 1L), Cuda.fallbacks(), "counted");
    }

    @Test
    void dropoutAndItsCheckpoint() {
        Tensor.manualSeed(5);
        Cuda.resetFallbacks();
        Tensor x = Tensor.ones(64, 64).to(GPU).setRequiresGrad(true);
        Tensor y = Checkpoint.checkpoint((Tensor t) -> F.dropout(t.mul(2), 0.25, true).square(), x);
        assertEquals(0.75, y.gt(0).to(DType.FLOAT32).mean().item(), 0.04);
        y.sum().backward();
        assertArrayEquals(y.mul(2).toFloatArray(), x.grad().toFloatArray(), 1e-3f, "the same elements were dropped");
        assertEquals(0, Cuda.fallbacks().getOrDefault("random", 0L) + Cuda.fallbacks().getOrDefault("random bernoulli", 0L));
    }

    @Test
    void replaysGoOn() {
        Tensor x = empty(DType.FLOAT32, 300);
        Tensor y = empty(DType.FLOAT32, 300);
        x.uniformInPlace(0, 1); // loads the kernel
        Tensor.manualSeed(11);
        float[] eager = new float[0];
        for (int i = 0; i < 3; i++) {
            eager = x.uniformInPlace(0, 1).addInPlace(y.normalInPlace(0, 1)).toFloatArray();
        }
        float[] after = empty(DType.FLOAT32, 4).uniformInPlace(0, 1).toFloatArray();
        Tensor.manualSeed(11);
        try (CudaGraph graph = CudaGraph.capture(GPU, () -> x.uniformInPlace(0, 1).addInPlace(y.normalInPlace(0, 1)))) {
            assertEquals(0, Generator.getDefault(GPU).offset(), "the capture draws nothing");
            for (int i = 0; i < 3; i++) {
                graph.replay();
            }
            assertArrayEquals(eager, x.toFloatArray());
            assertArrayEquals(after, empty(DType.FLOAT32, 4).uniformInPlace(0, 1).toFloatArray(), "what follows is drawn behind it");
            Tensor.manualSeed(11);
            for (int i = 0; i < 3; i++) {
                graph.replay();
            }
            assertArrayEquals(eager, x.toFloatArray(), "seeded between replays");
        }
        assertThrows(CudaException.class, () -> CudaGraph.capture(GPU, () -> x.uniformInPlace(0, 1, new Generator())), "by way of the host");
        assertThrows(CudaException.class, () -> CudaGraph.capture(GPU, () -> {
            x.uniformInPlace(0, 1);
            Tensor.manualSeed(1);
            x.uniformInPlace(0, 1);
        }));
    }
}
