package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autocast;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What {@link Cuda} says and does where nobody has set anything: as {@code torch.cuda}, {@code torch.backends} and {@code torch.autocast}. */
class DefaultsTest {
    private static final Device GPU = Device.cuda(0);
    private static final long MIB = 1 << 20;

    @Test
    void precision() {
        assertFalse(Cuda.isMatmulTf32());
        assertTrue(Cuda.isConvTf32());
        assertFalse(Cuda.isConvBenchmark());
        assertFalse(Cuda.isConvDeterministic());
        assertNull(Autocast.dtype(Device.Type.CUDA));
        try (Autocast region = Autocast.open(Device.Type.CUDA)) {
            assertEquals(DType.FLOAT16, Autocast.dtype(Device.Type.CUDA));
            assertNull(Autocast.dtype(Device.Type.CPU));
        }
        try (Autocast region = Autocast.open(Device.Type.CPU)) {
            assertEquals(DType.BFLOAT16, Autocast.dtype(Device.Type.CPU));
        }
        assertNull(Autocast.dtype(Device.Type.CUDA));
    }

    /** Waits until the collector has given back what other tests left. */
    private static void settle() throws InterruptedException {
        long before = -1;
        for (long now = 0; now != before;) {
            before = now;
            System.gc();
            Thread.sleep(50);
            Cuda.emptyCache(GPU);
            now = Cuda.memory(GPU).allocated();
        }
    }

    @Test
    void statisticsOfMemory() throws InterruptedException {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
        settle();
        Cuda.resetPeakMemory(GPU);
        MemoryStatistics before = Cuda.memory(GPU);
        assertEquals(before.allocated(), before.peakAllocated());
        assertEquals(before.reserved(), before.peakReserved());
        Tensor x = Tensor.empty(Shape.of(8 << 20), DType.FLOAT32, GPU); // 32 MiB: a segment of its own
        x.release();
        MemoryStatistics after = Cuda.memory(GPU);
        assertTrue(after.peakAllocated() >= after.allocated() + 32 * MIB, after.toString());
        assertTrue(after.reserved() >= 32 * MIB, "kept for reuse");
        assertEquals(before.allocations() + 1, after.allocations());
        Cuda.emptyCache(GPU);
        MemoryStatistics empty = Cuda.memory(GPU);
        assertTrue(empty.reserved() <= after.reserved() - 32 * MIB);
        assertEquals(after.peakReserved(), empty.peakReserved(), "a peak stays");
        Cuda.resetPeakMemory(GPU);
        assertEquals(Cuda.memory(GPU).reserved(), Cuda.memory(GPU).peakReserved());
    }

    /** 4 GiB in all, on a device of 1 GiB: nobody releases anything. */
    @Test
    void memoryStaysBoundedWithoutScopes() throws InterruptedException {
        Assumptions.assumeTrue(Cuda.isAvailable() && !"real".equals(System.getProperty("candela.tests.cuda")), "the device is simulated");
        settle();
        long retries = Cuda.memory(GPU).retries();
        Tensor kept = Tensor.empty(Shape.of(1 << 18), DType.FLOAT32, GPU);
        for (int i = 0; i < 4096; i++) {
            kept = Tensor.empty(Shape.of(1 << 18), DType.FLOAT32, GPU);
        }
        assertTrue(Cuda.memory(GPU).reserved() < 700 * MIB, Cuda.memory(GPU) + ": garbage of half a device at most, and what lives");
        assertEquals(retries, Cuda.memory(GPU).retries(), "it never came to the device's limit");
        assertEquals(1 << 18, kept.numel());
    }
}
