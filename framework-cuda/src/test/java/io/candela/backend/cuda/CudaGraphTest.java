package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Captured work, replayed. */
class CudaGraphTest {
    private static final Device GPU = Device.cuda(0);

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    private static Kernels.Kernel count() {
        return Cuda.of(GPU).kernels.get("launching.cu", "count");
    }

    /** Adds 1 to every element. */
    private static Tensor addOne(Tensor x) {
        Launch.of(count()).tensor(x).number((long) x.numel()).over(x.numel());
        return x;
    }

    private static Tensor zeros(int n) {
        return Tensor.zeros(Shape.of(n), DType.FLOAT32, GPU);
    }

    @Test
    void replaysWhatWasCaptured() {
        Tensor x = zeros(3);
        addOne(x);
        try (CudaGraph graph = CudaGraph.capture(GPU, () -> addOne(addOne(x)))) {
            assertArrayEquals(new float[] {1, 1, 1}, x.toFloatArray(), "the capture runs nothing");
            graph.replay();
            graph.replay();
            assertArrayEquals(new float[] {5, 5, 5}, x.toFloatArray());
            x.copyFrom(Tensor.of(new float[] {10, 20, 30}));
            graph.replay();
            assertArrayEquals(new float[] {12, 22, 32}, x.toFloatArray());
        }
    }

    @Test
    void memoryOfTheGraphServesNobodyElse() {
        addOne(zeros(1));
        long[] inside = new long[1];
        CudaGraph graph = CudaGraph.capture(GPU, () -> {
            Tensor t = Tensor.empty(Shape.of(3 << 20), DType.FLOAT32, GPU);
            inside[0] = CudaStorage.address(t);
            addOne(t);
            t.release();
            assertEquals(inside[0], CudaStorage.address(Tensor.empty(Shape.of(3 << 20), DType.FLOAT32, GPU)), "within the graph it is reused");
        });
        Cuda.emptyCache(GPU);
        Tensor[] others = new Tensor[4];
        for (int i = 0; i < others.length; i++) {
            others[i] = zeros(3 << 20);
            assertNotEquals(inside[0], CudaStorage.address(others[i]));
        }
        graph.replay();
        Cuda.synchronize(GPU);
        for (Tensor t : others) {
            assertEquals(0, t.sum().item());
            t.release();
        }
        graph.close();
        graph.close();
        assertThrows(IllegalStateException.class, graph::replay);
    }

    @Test
    void whatNeedsTheHostIsRefused() {
        Tensor x = addOne(zeros(3));
        CudaException e = assertThrows(CudaException.class, () -> CudaGraph.capture(GPU, () -> x.at(0)));
        assertEquals("CudaGraph: a copy to the host cannot be captured; do it before, on tensors that stay", e.getMessage());
        assertThrows(CudaException.class, () -> CudaGraph.capture(GPU, () -> Tensor.ones(3).to(GPU)));
        assertThrows(CudaException.class, () -> CudaGraph.capture(GPU, () -> Cuda.synchronize(GPU)));
        assertThrows(CudaException.class, () -> CudaGraph.capture(GPU, () -> CudaGraph.capture(GPU, () -> { })));
        assertThrows(ArithmeticException.class, () -> CudaGraph.capture(GPU, () -> {
            throw new ArithmeticException();
        }));
        assertTrue(addOne(x).at(0) == 2, "afterwards all is as before");
    }
}
