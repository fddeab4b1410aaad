package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.autograd.Autograd;
import io.candela.backend.cpu.CpuBackend;
import io.candela.ops.Linear;
import io.candela.ops.NllLoss;
import io.candela.testing.Close;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several threads at once: their results are those of one after the other. */
class ThreadsTest {
    private final int threads = CpuBackend.threads();

    @AfterEach
    void restore() {
        CpuBackend.setThreads(threads);
    }

    private static <T> List<T> atOnce(List<Callable<T>> tasks) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> out = new ArrayList<>();
            for (Future<T> f : pool.invokeAll(tasks)) {
                out.add(f.get());
            }
            return out;
        } finally {
            pool.shutdown();
        }
    }

    /** Trains a network for some steps; all its parameters one after the other. */
    private static float[] train(long seed, int batch, int in, int hidden, int classes, int steps) {
        Generator generator = new Generator().manualSeed(seed);
        Tensor x = Tensor.empty(Shape.of(batch, in), DType.FLOAT32, Device.CPU).normalInPlace(0, 1, generator);
        Tensor y = TensorData.randint(0, classes, Shape.of(batch), generator);
        List<Tensor> parameters = new ArrayList<>();
        for (int[] shape : new int[][] {{hidden, in}, {hidden}, {classes, hidden}, {classes}}) {
            parameters.add(Tensor.empty(Shape.of(shape), DType.FLOAT32, Device.CPU).uniformInPlace(-0.1, 0.1, generator).setRequiresGrad(true));
        }
        for (int step = 0; step < steps; step++) {
            Tensor h = Linear.apply(x, parameters.get(0), parameters.get(1)).tanh();
            Tensor logp = Linear.apply(h.relu(), parameters.get(2), parameters.get(3)).logSoftmax(1);
            NllLoss.apply(logp, y, null, -100, NllLoss.Reduction.MEAN).backward();
            Autograd.noGrad(() -> parameters.forEach(p -> {
                p.subInPlace(p.gradOrNull().mul(0.1));
                p.clearGrad();
            }));
        }
        return Tensor.cat(0, parameters.stream().map(Tensor::flatten).toArray(Tensor[]::new)).toFloatArray();
    }

    @Test
    void twoModelsAtOnceEqualOneAfterTheOther() throws Exception {
        List<Callable<float[]>> small = List.of(() -> train(1, 5, 4, 8, 3, 300), () -> train(2, 5, 4, 8, 3, 300));
        List<Callable<float[]>> large = List.of(() -> train(3, 256, 200, 300, 10, 15), () -> train(4, 300, 150, 257, 11, 15));
        for (List<Callable<float[]>> tasks : List.of(small, large)) {
            float[] first = tasks.get(0).call();
            float[] second = tasks.get(1).call();
            for (int round = 0; round < 3; round++) {
                List<float[]> both = atOnce(tasks);
                assertArrayEquals(first, both.get(0));
                assertArrayEquals(second, both.get(1));
            }
        }
    }

    @Test
    void graphsOfTwoThreadsMayShareLeaves() throws Exception {
        int n = 3000;
        Tensor w = Tensor.ones(n).setRequiresGrad(true);
        Tensor b = Tensor.ones().setRequiresGrad(true);
        Callable<Void> task = () -> {
            for (int i = 0; i < 400; i++) {
                w.mul(2.0).add(b).add(w).sum().backward();
            }
            return null;
        };
        atOnce(List.of(task, task, task));
        assertEquals(1200 * 3, w.grad().at(0));
        assertEquals(1200.0 * 3 * n, w.grad().to(DType.FLOAT64).sum().item());
        assertEquals(1200.0 * n, b.grad().item());
    }

    @Test
    void forwardsOnSharedParameters() throws Exception {
        Tensor w = Tensor.linspace(-1, 1, 300 * 200).view(300, 200);
        Tensor x = Tensor.linspace(-2, 2, 100 * 200).view(100, 200);
        Tensor expected = Linear.apply(x, w, null).softmax(1);
        Callable<Tensor> task = () -> Autograd.noGrad(() -> Linear.apply(x, w, null).softmax(1));
        for (int round = 0; round < 5; round++) {
            for (Tensor t : atOnce(List.of(task, task, task, task))) {
                Close.assertExact("forward", expected, t);
            }
        }
    }

    @Test
    void anyNumberOfThreads() {
        CpuBackend.setThreads(1);
        float[] one = train(5, 256, 200, 300, 10, 5);
        for (int count : new int[] {2, 3, 7, 1}) {
            CpuBackend.setThreads(count);
            assertEquals(count, CpuBackend.threads());
            assertArrayEquals(one, train(5, 256, 200, 300, 10, 5), 1e-5f);
        }
        assertThrows(IllegalArgumentException.class, () -> CpuBackend.setThreads(0));
    }

    @Test
    void anErrorInAChunkArrivesAndTheThreadsGoOn() {
        Tensor x = Tensor.ones(300_000);
        Tensor released = Tensor.ones(300_000);
        released.release();
        for (int i = 0; i < 20; i++) {
            assertThrows(IllegalStateException.class, () -> x.add(released));
            assertEquals(600_000, x.add(x).sum().item());
        }
    }
}
