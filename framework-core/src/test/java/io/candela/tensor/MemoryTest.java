package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.cpu.CpuBackend;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Native memory stays flat without anybody freeing it, and is reused. */
class MemoryTest {
    private static final long MB = 1 << 20;

    private static long footprint() {
        return CpuBackend.usedBytes() + CpuBackend.pooledBytes();
    }

    /** One step of a training loop as users write it. */
    private static void step(Tensor x, Tensor w) {
        Tensor h = x.matmul(w).relu();
        h.mul(h).mean().backward();
        io.candela.autograd.Autograd.noGrad(() -> w.subInPlace(w.grad().mul(0.01)));
        w.clearGrad();
    }

    @Test
    void aLoopWithoutScopesStaysBounded() {
        Tensor x = Tensor.ones(2048, 16);
        Tensor w = Tensor.full(Shape.of(16, 512), 0.01, DType.FLOAT32, Device.CPU).setRequiresGrad(true);
        long most = 0;
        for (int i = 1; i <= 500; i++) { // some 25 MB each
            step(x, w);
            most = Math.max(most, footprint());
        }
        long bound = Math.max(512 * MB, Runtime.getRuntime().maxMemory() * 6 / 10);
        assertTrue(most < bound, most / MB + " MB, at most " + bound / MB + " expected");
    }

    @Test
    void smallTensorsDoNotAddUp() {
        Tensor x = Tensor.ones(20);
        Tensor held = x.add(1.0);
        for (int i = 0; i < 300_000; i++) {
            x.add(1.0);
        }
        assertTrue(footprint() < 1000 * MB, footprint() / MB + " MB");
        assertEquals(40, held.sum().item());
    }

    @Test
    void blocksAreReused() {
        CpuBackend.trim();
        assertEquals(0, CpuBackend.pooledBytes());
        Tensor t = Tensor.ones(1_000_003);
        long used = CpuBackend.usedBytes();
        t.release();
        assertTrue(CpuBackend.pooledBytes() >= 4_000_012);
        assertTrue(CpuBackend.usedBytes() < used);
        Tensor next = Tensor.ones(1_000_001);
        assertEquals(0, CpuBackend.pooledBytes());
        assertEquals(used, CpuBackend.usedBytes());
        assertEquals(1_000_001, next.sum().item());
        next.release();
        CpuBackend.trim();
        assertEquals(0, CpuBackend.pooledBytes());
    }

    @Test
    void collectedBlocksAreReused() throws InterruptedException {
        long before = CpuBackend.usedBytes();
        Tensor.ones(50_000_000);
        for (int i = 0; i < 100 && CpuBackend.usedBytes() > before + 100 * MB; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(20);
            Tensor.ones(4000); // the pool looks for what was collected when it is asked
        }
        assertTrue(CpuBackend.usedBytes() < before + 100 * MB);
        CpuBackend.trim();
    }

    /** Runs in a JVM with 64 MB of heap, and so as much for direct memory. */
    public static final class SmallHeap {
        private SmallHeap() {}

        /** Makes 2 GB of tensors, then too many at once. */
        public static void main(String... args) {
            Tensor x = Tensor.ones(1024, 8);
            Tensor w = Tensor.full(Shape.of(8, 256), 0.01, DType.FLOAT32, Device.CPU).setRequiresGrad(true);
            for (int i = 0; i < 400; i++) {
                step(x, w);
            }
            List<Tensor> held = new ArrayList<>();
            try {
                while (true) {
                    held.add(Tensor.ones(1_000_000));
                }
            } catch (OutOfMemoryError e) {
                System.out.println(held.size() + " held: " + e.getMessage());
            }
            held.clear();
            step(x, w);
            System.out.println("done");
        }
    }

    @Test
    void onlyAGpuPinsMemory() {
        Tensor x = Tensor.ones(3);
        assertFalse(x.isPinned());
        assertSame(x, x.to(Device.CPU, true));
        assertThrows(DeviceException.class, x::pinMemory);
    }

    @Test
    void smallHeap() throws Exception {
        Process child = new ProcessBuilder(new File(System.getProperty("java.home"), "bin/java").getPath(), "-Xmx64m", "-cp",
                System.getProperty("java.class.path"), SmallHeap.class.getName()).redirectErrorStream(true).start();
        String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), out);
        assertTrue(out.contains(" held: Tensor: no native memory for "), out);
        assertTrue(out.endsWith("done" + System.lineSeparator()), out);
    }
}
