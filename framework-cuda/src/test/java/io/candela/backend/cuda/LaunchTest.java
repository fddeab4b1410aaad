package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.cuda.driver.KernelCompiler;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Kernels find their files, launches bring arguments over, graphs play back, and failures say whose they are. */
class LaunchTest {
    private final SimulatedDriver driver = new SimulatedDriver(1, 64 << 20, true);
    private final CudaDevice device = new CudaDevice(driver, new HostKernels(), 0);

    @BeforeAll
    static void needsCompiler() {
        Assumptions.assumeTrue(HostKernels.isAvailable(), "the simulation of a GPU needs g++");
    }

    private Kernels.Kernel kernel(String name) {
        return device.kernels.get("launching.cu", name);
    }

    private float[] read(long address, int n) {
        FloatBuffer out = FloatBuffer.allocate(n);
        Transfers.download(device, address, out);
        return out.array();
    }

    @Test
    void argumentsArrive() {
        long out = device.memory.allocate(8 * 4).block.address;
        Launch.of(kernel("everyType")).address(out).flag(true).number(-2).number(2.5f).number(1L << 33).number(-0.125).ints(7, 8).tensor(null).run(1, 1, 0);
        assertArrayEquals(new float[] {1, -2, 2.5f, 1L << 33, -0.125f, 7, 8, 1}, read(out, 8));
    }

    @Test
    void aGridCoversItems() {
        for (int n : new int[] {0, 1, 255, 256, 257, 100_000}) {
            DeviceMemory.Lease lease = device.memory.allocate(4L * n + 4);
            driver.fill(lease.block.address, 0, lease.bytes(), device.enter());
            Launch.of(kernel("count")).address(lease.block.address).number((long) n).over(n);
            float[] found = read(lease.block.address, n + 1);
            for (int i = 0; i <= n; i++) {
                assertEquals(i < n ? 1 : 0, found[i]);
            }
            lease.end();
        }
    }

    @Test
    void aFileIsCompiledOnce() {
        int[] compiled = {0};
        CudaDevice counting = new CudaDevice(driver, new KernelCompiler() {
            @Override
            public byte[] compile(String file, String source, int arch) {
                compiled[0]++;
                assertEquals(90, arch);
                assertTrue(source.contains("plusOne(float x)"), "the included file");
                return new HostKernels().compile(file, source, arch);
            }

            @Override
            public String version() {
                return "1";
            }
        }, 0);
        Kernels.Kernel count = counting.kernels.get("launching.cu", "count");
        assertEquals(0, compiled[0], "nothing was launched");
        assertSame(count, counting.kernels.get("launching.cu", "count"));
        count.function();
        counting.kernels.get("launching.cu", "traps").function();
        assertEquals(1, compiled[0]);
    }

    @Test
    void failuresNameTheKernel() {
        Launch.of(kernel("traps")).run(1, 1, 0);
        CudaException later = assertThrows(CudaException.class, device::synchronize, "the driver is lazy");
        assertTrue(later.getMessage().contains("traps"), later.getMessage());
        CudaDevice eager = new CudaDevice(new SimulatedDriver(1, 64 << 20, false), new HostKernels(), 0);
        CudaException now = assertThrows(CudaException.class, () -> Launch.of(eager.kernels.get("launching.cu", "traps")).run(1, 32, 0));
        assertTrue(now.getMessage().startsWith("cuda:0: traps in launching.cu, grid (1, 1, 1) of blocks (32, 1, 1), 0 bytes shared: "), now.getMessage());
        assertThrows(CudaCompileException.class, () -> Launch.of(device.kernels.get("wrong.cu", "wrong")).run(1, 1, 0));
        assertEquals("cuda: there is no file of kernels named missing.cu on the class path",
                assertThrows(CudaException.class, () -> Launch.of(device.kernels.get("missing.cu", "x")).run(1, 1, 0)).getMessage());
        assertTrue(assertThrows(CudaException.class, () -> Launch.of(kernel("nobody")).run(1, 1, 0)).getMessage().contains("nobody"));
    }

    @Test
    void graphsPlayBack() {
        long out = device.memory.allocate(4 * 4).block.address;
        long stream = driver.createStream();
        driver.fill(out, 0, 16, device.mainStream);
        device.synchronize();
        Kernels.Kernel count = kernel("count");
        count.function(); // loads: not while capturing
        CudaThread.current().divert(device, stream);
        long graph;
        try {
            driver.beginCapture(stream);
            Launch.of(count).address(out).number(4L).over(4);
            Launch.of(count).address(out).number(2L).over(2);
            graph = driver.endCapture(stream);
        } finally {
            CudaThread.current().divert(null, 0);
        }
        assertArrayEquals(new float[4], read(out, 4), "nothing ran");
        Launch.of(count).address(out).number(1L).over(1); // overwrites the thread's block of arguments
        driver.launchGraph(graph, device.mainStream);
        driver.launchGraph(graph, device.mainStream);
        assertArrayEquals(new float[] {5, 4, 2, 2}, read(out, 4));
        driver.destroyGraph(graph);
    }

    @Test
    void streamsKeepOrderAndWaitForEvents() {
        long out = device.memory.allocate(4).block.address;
        long other = driver.createStream();
        long event = driver.createEvent();
        driver.fill(out, 0, 4, device.mainStream);
        Launch.of(kernel("count")).address(out).number(1L).over(1);
        driver.record(event, device.mainStream);
        driver.await(other, event);
        CudaThread.current().divert(device, other);
        try {
            driver.takeLog();
            Launch.of(kernel("count")).address(out).number(1L).over(1);
            assertEquals(List.of("launch count on " + other), driver.takeLog());
            driver.synchronize(other); // does what the event stands for, too
            assertArrayEquals(new float[] {2}, read(out, 1));
        } finally {
            CudaThread.current().divert(null, 0);
        }
    }

    @Test
    void threadsHaveArgumentsOfTheirOwn() {
        float[] sums = new float[4];
        Stream.of(0, 1, 2, 3).parallel().forEach(t -> {
            CudaDevice own = new CudaDevice(new SimulatedDriver(1, 64 << 20, false), new HostKernels(), 0);
            long out = own.memory.allocate(4).block.address;
            own.driver.fill(out, 0, 4, own.enter());
            for (int i = 0; i < 50 * (t + 1); i++) {
                Launch.of(own.kernels.get("launching.cu", "count")).address(out).number(1L).over(1);
            }
            FloatBuffer found = FloatBuffer.allocate(1);
            Transfers.download(own, out, found);
            sums[t] = found.get(0);
        });
        assertArrayEquals(new float[] {50, 100, 150, 200}, sums);
    }
}
