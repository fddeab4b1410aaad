package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static io.candela.backend.cuda.KernelCheck.assertSame;
import static io.candela.backend.cuda.KernelCheck.cpu;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.backend.Backend;
import io.candela.backend.Backends;
import io.candela.backend.OptimKernels;
import io.candela.backend.UpdateRule;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every update rule against the CPU's, on a simulated device. */
class CudaOptimTest {
    private static OptimKernels device;

    @BeforeAll
    static void find() {
        Assumptions.assumeTrue(Backends.isUsable(CUDA), "needs g++");
        device = Backend.of(Tensor.zeros(1).to(CUDA)).optim();
    }

    /** A rule and how many tensors of state it has. */
    private record Case(UpdateRule rule, int state) {}

    static Stream<Case> rules() {
        return Stream.of(
                new Case(new UpdateRule.Momentum(false, 0, 0.1, 0, 0, false, false), 0),
                new Case(new UpdateRule.Momentum(true, 0.01, 0.1, 0.9, 0, false, true), 1),
                new Case(new UpdateRule.Momentum(false, 0.01, 0.1, 0.9, 0.1, false, false), 1),
                new Case(new UpdateRule.Momentum(false, 0, 0.1, 0.9, 0, true, false), 1),
                new Case(new UpdateRule.Moments(false, 0, 0.999, 0.9, 0.999, 1e-8, 0.01, 0, 1.5, false, true), 2),
                new Case(new UpdateRule.Moments(true, 0.1, 1, 0.9, 0.999, 1e-8, 0.01, 0, 1.5, true, true), 3),
                new Case(new UpdateRule.Moments(false, 0, 1, 0.9, 0.999, 1e-8, 0.01, 0.02, 1.5, false, true), 2),
                new Case(new UpdateRule.Moments(false, 0, 1, 0, 0.999, 1e-8, 0.01, 0, 1, false, false), 2),
                new Case(new UpdateRule.InfinityNorm(false, 0.01, 0.9, 0.999, 1e-8, 0.02), 2),
                new Case(new UpdateRule.SquareSum(false, 0, 0.1, 1e-10), 1),
                new Case(new UpdateRule.SquareMean(false, 0.01, 0.1, 0.99, 1e-8, 0, false), 1),
                new Case(new UpdateRule.SquareMean(false, 0, 0.1, 0.99, 1e-8, 0.9, false), 2),
                new Case(new UpdateRule.SquareMean(false, 0, 0.1, 0.99, 1e-8, 0, true), 2),
                new Case(new UpdateRule.SquareMean(false, 0, 0.1, 0.99, 1e-8, 0.9, true), 3),
                new Case(new UpdateRule.SquareRatio(false, 0, 1, 0.9, 1e-6), 2),
                new Case(new UpdateRule.SignStep(false, 0.5, 1.2, 1e-6, 50), 2),
                new Case(new UpdateRule.Averaged(false, 0.01, 0.999, 0.05, 0.5), 1),
                new Case(new UpdateRule.Averaged(false, 0, 1, 0.05, 1), 1));
    }

    /** State is positive, and of running means so small that the centered variance is, too. */
    private static Tensor values(long seed, DType type, int role, int n) {
        Random random = new Random(seed * 31 + role);
        double[] v = new double[n];
        for (int i = 0; i < n; i++) {
            v[i] = role < 2 ? random.nextGaussian() : (role == 2 ? 2 : 0.1) * (0.5 + random.nextDouble());
        }
        return Tensor.of(v, n).to(type);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void equalTheCpus(Case c) {
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.FLOAT16)) {
            int[] sizes = {1, 7, 0, 256, 5000, 33};
            Tensor[][] host = new Tensor[2 + c.state][sizes.length];
            Tensor[][] there = new Tensor[2 + c.state][sizes.length];
            for (int r = 0; r < host.length; r++) {
                for (int i = 0; i < sizes.length; i++) {
                    host[r][i] = values(i, type, r, sizes[i]);
                    there[r][i] = host[r][i].to(CUDA);
                }
            }
            Tensor[] gradients = host[1].clone();
            for (int i = 0; i < sizes.length; i++) {
                host[1][i] = gradients[i].clone();
            }
            cpu().optim().update(c.rule, sizes.length, host);
            device.update(c.rule, sizes.length, there);
            for (int r = 0; r < host.length; r++) {
                for (int i = 0; i < sizes.length; i++) {
                    String what = c.rule + " " + type + " role " + r + " of " + sizes[i];
                    assertSame(what, r == 1 ? gradients[i] : host[r][i], there[r][i], type == DType.FLOAT64 ? 64 : type == DType.FLOAT32 ? 32 : 1, r != 1);
                }
            }
        }
    }

    @Test
    void manyParametersOfTwoTypesInFewLaunches() {
        int n = 150;
        Tensor[][] host = new Tensor[2][n];
        Tensor[][] there = new Tensor[2][n];
        for (int i = 0; i < n; i++) {
            DType type = i % 10 == 0 ? DType.FLOAT64 : DType.FLOAT32;
            for (int r = 0; r < 2; r++) {
                // one off: not at a multiple of 16 bytes
                host[r][i] = values(i, type, r, 20 + i).narrow(0, i % 2, 19 + i).clone();
                there[r][i] = values(i, type, r, 20 + i).to(CUDA).narrow(0, i % 2, 19 + i);
            }
        }
        UpdateRule rule = new UpdateRule.Momentum(false, 0, 0.1, 0, 0, false, false);
        cpu().optim().update(rule, n, host);
        int before = SimulatedProvider.driver().launches;
        device.update(rule, n, there);
        assertEquals(4, SimulatedProvider.driver().launches - before); // 135 of one type, 15 of the other
        for (int i = 0; i < n; i++) {
            assertSame("parameter " + i, host[0][i], there[0][i], 2);
        }
    }
}
