package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Updates in C give the bits of those in Java, whatever the values and sizes are and however many threads share them. */
class NativeUpdatesTest {
    private static final int ROLES = 5;
    private static final float[] SPECIAL = {0, -0f, 1, -1, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_NORMAL,
            Float.MAX_VALUE, 1e-30f, -1e30f};

    static Stream<UpdateRule> rules() {
        return Stream.of(
                new UpdateRule.Momentum(false, 0, 0.1, 0, 0, false, true),
                new UpdateRule.Momentum(true, 0, 0.1, 0, 0, false, false),
                new UpdateRule.Momentum(false, 0.01, 0.1, 0.9, 0, false, true),
                new UpdateRule.Momentum(false, 0, 0.1, 0.9, 0, false, false),
                new UpdateRule.Momentum(true, 0.01, 0.1, 0.9, 0.3, false, false),
                new UpdateRule.Momentum(false, 0.01, 0.1, 0.9, 0, true, true),
                new UpdateRule.Momentum(false, 0, 0.1, 0.9, 0, true, false),
                moments(0, 1, 0, false, true),
                moments(0.01, 1, 0, false, true),
                moments(0, 0.999, 0, false, true),
                moments(0.01, 1, 0, true, true),
                moments(0, 0.999, 2e-3, false, true),
                moments(0.01, 1, 0, false, false),
                new UpdateRule.Moments(true, 0, 1, 0, 0.999, 1e-8, 1e-3, 0, 1.2, false, false), // the mean is the gradient itself
                new UpdateRule.InfinityNorm(true, 0.01, 0.9, 0.999, 1e-8, 2e-3),
                new UpdateRule.SquareSum(false, 0.01, 1e-2, 1e-10),
                new UpdateRule.SquareMean(false, 0, 1e-2, 0.99, 1e-8, 0, false),
                new UpdateRule.SquareMean(false, 0.01, 1e-2, 0.99, 1e-8, 0.9, false),
                new UpdateRule.SquareMean(true, 0, 1e-2, 0.99, 1e-8, 0, true),
                new UpdateRule.SquareMean(false, 0.01, 1e-2, 0.99, 1e-8, 0.9, true),
                new UpdateRule.SquareRatio(false, 0.01, 1, 0.9, 1e-6),
                new UpdateRule.SignStep(false, 0.5, 1.2, 1e-6, 50),
                new UpdateRule.SignStep(true, 0.5, 1.2, 1e-6, 50),
                new UpdateRule.Averaged(false, 0.01, 0.999, 1e-2, 1),
                new UpdateRule.Averaged(true, 0, 0.999, 1e-2, 0.25));
    }

    private static UpdateRule moments(double weightDecay, double shrink, double gradStep, boolean amsgrad, boolean divide) {
        return new UpdateRule.Moments(false, weightDecay, shrink, 0.9, 0.999, 1e-8, 1e-3, gradStep, 1.2, amsgrad, divide);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void bitsOfJava(UpdateRule rule) {
        NativeUpdates step = NativeUpdates.of(rule);
        assumeTrue(step != null, "no loops in C here");
        for (int n : new int[] {1, 3, 8, 15, 16, 17, 100, 1003}) {
            Random random = new Random(n);
            float[][] expected = new float[ROLES][];
            Tensor[][] roles = new Tensor[ROLES][1];
            for (int r = 0; r < ROLES; r++) {
                expected[r] = values(r, n, random);
                roles[r][0] = Tensor.of(expected[r], n);
            }
            float[][] untouched = {expected[1].clone()};
            int begin = n > 8 ? 3 : 0;
            int end = n > 8 ? n - 1 : n;
            assertTrue(NativeUpdates.takes(0, roles));
            step.run(begin, end, 0, roles);
            part(rule, expected, begin, end);
            expected[1] = untouched[0];
            for (int r = 0; r < ROLES; r++) {
                assertArrayEquals(expected[r], roles[r][0].toFloatArray(), "role " + r + " of " + n + " elements");
            }
        }
    }

    /** Random values and all pairs of special ones; what is a sum of squares in some rule is mostly not negative. */
    private static float[] values(int role, int n, Random random) {
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) random.nextGaussian();
            if (n > 200 && i < SPECIAL.length * SPECIAL.length) {
                out[i] = SPECIAL[role % 2 == 0 ? i % SPECIAL.length : i / SPECIAL.length];
            } else if (role > 2) {
                out[i] = Math.abs(out[i]);
            }
        }
        return out;
    }

    private static void part(UpdateRule rule, float[][] all, int begin, int end) {
        float[][] block = new float[ROLES][];
        for (int r = 0; r < ROLES; r++) {
            block[r] = Arrays.copyOfRange(all[r], begin, end);
        }
        FloatUpdates.run(rule, block, end - begin);
        for (int r = 0; r < ROLES; r++) {
            System.arraycopy(block[r], 0, all[r], begin, end - begin);
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void anyThreads(UpdateRule rule) {
        int[] sizes = {7, 300, 70_001, 40_000, 256, 257};
        Random random = new Random(5);
        float[][][] expected = new float[ROLES][sizes.length][];
        Tensor[][] one = new Tensor[ROLES][sizes.length];
        Tensor[][] many = new Tensor[ROLES][sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            for (int r = 0; r < ROLES; r++) {
                expected[r][i] = values(r, sizes[i], random);
                one[r][i] = Tensor.of(expected[r][i], sizes[i]);
                many[r][i] = Tensor.of(expected[r][i], sizes[i]);
            }
        }
        int before = Workers.threads();
        try {
            Workers.setThreads(1);
            new OptimCpu().update(rule, sizes.length, one);
            Workers.setThreads(3);
            new OptimCpu().update(rule, sizes.length, many);
        } finally {
            Workers.setThreads(before);
        }
        for (int i = 0; i < sizes.length; i++) {
            float[][] all = new float[ROLES][];
            for (int r = 0; r < ROLES; r++) {
                all[r] = expected[r][i].clone();
            }
            FloatUpdates.run(rule, all, sizes[i]);
            all[1] = expected[1][i];
            for (int r = 0; r < ROLES; r++) {
                assertArrayEquals(all[r], one[r][i].toFloatArray(), "role " + r + " of parameter " + i);
                assertArrayEquals(all[r], many[r][i].toFloatArray(), "role " + r + " of parameter " + i);
            }
        }
    }
}
