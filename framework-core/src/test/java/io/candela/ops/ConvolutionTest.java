package io.candela.ops;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.ConvGeometry;
import io.candela.backend.cpu.CpuBackend;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** float32 convolution, which runs on oneDNN, against the plain loops of float64. */
class ConvolutionTest {
    private static int[] draw(Random random, int rank, int from, int to) {
        return random.ints(rank, from, to + 1).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void randomGeometries(int rank) {
        Random random = new Random(rank);
        Tensor.manualSeed(rank);
        for (int i = 0; i < 120; i++) {
            int groups = random.nextInt(4) == 0 ? 2 + random.nextInt(2) : 1;
            int depth = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(17);
            int filters = groups * (1 + random.nextInt(random.nextBoolean() ? 4 : 20));
            int[] kernel = draw(random, rank, 1, rank == 3 ? 3 : 5);
            boolean plain = random.nextBoolean();
            ConvGeometry g = new ConvGeometry(draw(random, rank, 1, plain ? 1 : 3), draw(random, rank, 0, 2), draw(random, rank, 0, 2),
                    draw(random, rank, 1, plain ? 1 : 2), groups);
            int[] input = new int[rank + 2];
            int[] weight = new int[rank + 2];
            input[0] = 1 + random.nextInt(5);
            input[1] = groups * depth;
            weight[0] = filters;
            weight[1] = depth;
            for (int d = 0; d < rank; d++) {
                weight[d + 2] = kernel[d];
                input[d + 2] = Math.max(1, g.reach(d, kernel[d]) - g.before(d) - g.after(d)) + random.nextInt(rank == 3 ? 5 : 12);
            }
            check(Tensor.randn(input), Tensor.randn(weight), random.nextBoolean() ? Tensor.randn(filters) : null, g, random.nextBoolean());
        }
    }

    private static void check(Tensor x, Tensor weight, Tensor bias, ConvGeometry g, boolean channelsLast) {
        Tensor[] narrow = {channelsLast ? x.clone(MemoryFormat.CHANNELS_LAST) : x.clone(), weight.clone(), bias == null ? null : bias.clone()};
        Tensor[] wide = {x.to(DType.FLOAT64), weight.to(DType.FLOAT64), bias == null ? null : bias.to(DType.FLOAT64)};
        Tensor[] ys = new Tensor[2];
        Tensor cotangent = null;
        for (int i = 0; i < 2; i++) {
            Tensor[] in = i == 0 ? narrow : wide;
            for (Tensor t : in) {
                if (t != null) {
                    t.setRequiresGrad(true);
                }
            }
            ys[i] = Convolution.apply("conv", in[0], in[1], in[2], g);
            cotangent = i == 0 ? Tensor.randn(ys[0].shape().toArray()) : cotangent.to(DType.FLOAT64);
            ys[i].backward(cotangent);
        }
        String what = "input %s, weight %s, groups %d".formatted(x.shape(), weight.shape(), g.groups());
        close(what, ys[0], ys[1]);
        for (int i = 0; i < 3; i++) {
            if (narrow[i] != null) {
                close(what + ", gradient " + i, narrow[i].grad(), wide[i].grad());
            }
        }
    }

    private static void close(String what, Tensor actual, Tensor expected) {
        double largest = expected.numel() == 0 ? 0 : expected.abs().max().item();
        double difference = expected.numel() == 0 ? 0 : actual.to(DType.FLOAT64).sub(expected).abs().max().item();
        assertTrue(difference <= 1e-5 * (1 + largest), what + ": off by " + difference + " of " + largest);
    }

    @Test
    void severalThreadsAndLargeWeights() {
        Tensor.manualSeed(5);
        ConvGeometry g = new ConvGeometry(new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1}, 1);
        check(Tensor.randn(5, 64, 9, 8), Tensor.randn(128, 64, 3, 3), Tensor.randn(128), g, true);
        check(Tensor.randn(64, 3, 16, 16), Tensor.randn(6, 3, 5, 5), Tensor.randn(6), g, false);
        check(Tensor.randn(64, 3, 16, 15), Tensor.randn(6, 3, 4, 4), null, g, false);
    }

    /** Of one image threads take rows, or filters; the first rows may come from padding alone. */
    @Test
    void oneImageOnSeveralThreads() {
        Tensor.manualSeed(7);
        Random random = new Random(7);
        int threads = CpuBackend.threads();
        try {
            CpuBackend.setThreads(3);
            for (int i = 0; i < 40; i++) {
                int groups = i % 5 == 0 ? 2 : 1;
                int rank = 1 + i % 3;
                int[] one = draw(random, rank, 1, 1);
                int[] kernel = draw(random, rank, 1, 4);
                ConvGeometry g = new ConvGeometry(draw(random, rank, 1, 2), draw(random, rank, 0, i % 4 == 0 ? 8 : 2), draw(random, rank, 0, 3), i % 2 == 0 ? one
                        : draw(random, rank, 1, 3), groups);
                int filters = i % 4 == 1 ? 6 : 32;
                int[] input = {1, 32, rank == 1 ? 700 : 21, rank == 3 ? 5 : 24, 9};
                int[] weight = {filters, 32 / groups, 0, 0, 0};
                System.arraycopy(kernel, 0, weight, 2, rank);
                check(Tensor.randn(Arrays.copyOf(input, rank + 2)), Tensor.randn(Arrays.copyOf(weight, rank + 2)), i % 3 == 0 ? null : Tensor.randn(filters), g,
                        random.nextBoolean());
            }
            ConvGeometry same = new ConvGeometry(new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1}, 1);
            for (int filters : new int[] {128, 192, 200, 64}) {
                check(Tensor.randn(1, 96, 4, 4), Tensor.randn(filters, 96, 3, 3), filters == 192 ? null : Tensor.randn(filters), same, true);
            }
            Tensor x = Tensor.randn(1, 96, 4, 4);
            Tensor weight = Tensor.randn(128, 96, 3, 3);
            for (int i = 0; i < 4; i++) {
                close("filters changed", Convolution.apply("conv", x, weight, null, same),
                        Convolution.apply("conv", x.to(DType.FLOAT64), weight.to(DType.FLOAT64), null, same));
                if (i != 1) {
                    weight.mulInPlace(-2);
                }
            }
        } finally {
            CpuBackend.setThreads(threads);
        }
    }

    @Test
    void aChangedWeightIsPackedAnew() {
        Tensor.manualSeed(6);
        ConvGeometry g = new ConvGeometry(new int[] {1, 1}, new int[2], new int[2], new int[] {1, 1}, 1);
        Tensor x = Tensor.randn(2, 16, 6, 6);
        Tensor weight = Tensor.randn(16, 16, 3, 3);
        for (int i = 0; i < 3; i++) {
            close("step " + i, Convolution.apply("conv", x, weight, null, g),
                    Convolution.apply("conv", x.to(DType.FLOAT64), weight.to(DType.FLOAT64), null, g));
            weight.mulInPlace(-2);
        }
        weight.toNd4j().putScalar(0, 1000f);
        Tensor changed = Convolution.apply("conv", x, weight, null, g);
        weight.toNd4j().putScalar(0, 0f);
        assertTrue(changed.sub(Convolution.apply("conv", x, weight, null, g)).abs().max().item() > 100, "written through ND4J");
    }
}
