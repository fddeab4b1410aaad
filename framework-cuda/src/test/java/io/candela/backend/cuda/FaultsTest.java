package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Linear;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.optim.Adam;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong on a GPU: too little memory in the midst of a step, kernels that fail, memory that grows. On simulated devices.
 * {@code -Dcandela.tests.steps=10000} trains as long as that; by default it is a few hundred steps.
 */
class FaultsTest {
    private static final Device GPU = Device.cuda(0);
    private static final int STEPS = Integer.getInteger("candela.tests.steps", 300);

    @TempDir
    private Path folder;

    @BeforeEach
    void needsSimulation() {
        Assumptions.assumeTrue(HostKernels.isAvailable(), "the simulation of a GPU needs g++");
        Assumptions.assumeTrue(!"real".equals(System.getProperty("candela.tests.cuda")), "limits of memory are simulated");
    }

    @AfterEach
    void nobodyWroteOutside() {
        if (HostKernels.isAvailable()) {
            SimulatedProvider.driver().checkRedZones();
        }
    }

    /** A model, its optimizer and data. */
    private static final class Training {
        final Sequential model;
        final Adam optimizer;
        final CrossEntropyLoss lossFn = new CrossEntropyLoss();
        final Tensor x;
        final Tensor y;

        Training() {
            Tensor.manualSeed(3);
            model = new Sequential(new Linear(8, 16), new ReLU(), new Linear(16, 3));
            x = Tensor.randn(32, 8).to(GPU);
            y = Tensor.randint(0, 3, 32).to(GPU);
            model.to(GPU);
            optimizer = new Adam(model.parameters(), 1e-2);
        }

        double step(Tensor input, Tensor target) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor loss = lossFn.forward(model.forward(input), target);
                optimizer.zeroGrad();
                loss.backward();
                optimizer.step();
                return loss.item();
            }
        }
    }

    @Test
    void manyStepsKeepMemoryFlat() {
        Training t = new Training();
        for (int i = 0; i < 5; i++) {
            t.step(t.x, t.y);
        }
        System.gc();
        MemoryStatistics before = Cuda.memory(GPU);
        double loss = 0;
        for (int i = 0; i < STEPS; i++) {
            loss = t.step(t.x, t.y);
        }
        MemoryStatistics after = Cuda.memory(GPU);
        assertTrue(after.allocated() <= before.allocated(), before + " became " + after);
        assertEquals(before.reserved(), after.reserved());
        assertEquals(before.segments(), after.segments(), "nothing was asked of the driver");
        assertTrue(after.allocations() >= before.allocations() + 10L * STEPS, "there was something to give back");
        assertTrue(loss < 1, "it learns meanwhile: " + loss);
    }

    @Test
    void aStepWithoutMemoryChangesNothingAndOthersGoOn() {
        Training expected = new Training();
        double[] losses = new double[4];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = expected.step(expected.x, expected.y);
        }
        Training t = new Training();
        double[] found = new double[4];
        found[0] = t.step(t.x, t.y);
        found[1] = t.step(t.x, t.y);
        Tensor many = t.x.repeat(2048, 1); // 2 MiB; its hidden layer is twice that
        Tensor targets = t.y.repeat(2048);
        float[] weights = t.model.parameters().get(0).toFloatArray();
        SimulatedDriver driver = SimulatedProvider.driver();
        List<Tensor> others = takeWhatIsFree(driver);
        driver.limit(Cuda.memory(GPU).reserved() + (1 << 20));
        try {
            CudaOutOfMemoryException e = assertThrows(CudaOutOfMemoryException.class, () -> t.step(many, targets));
            assertTrue(e.getMessage().matches("cuda:0: no memory for [\\d.]+ (MiB|KiB): tensors use [\\d.]+ MiB, [\\d.]+ (MiB|KiB|B) are kept for reuse in pieces too "
                    + "small, and of the device's [\\d.]+ GiB [\\d.]+ (MiB|KiB|B) are free; use smaller batches, or free tensors early with TensorScope"),
                    e.getMessage());
            assertArrayEquals(weights, t.model.parameters().get(0).toFloatArray(), "no half step");
            found[2] = t.step(t.x, t.y); // the same process, still under the limit
        } finally {
            driver.limit(Long.MAX_VALUE);
            others.forEach(Tensor::release);
        }
        found[3] = t.step(t.x, t.y);
        assertArrayEquals(losses, found, "as if it had not been tried");
        assertTrue(t.step(many, targets) > 0, "with the memory it goes");
        many.release();
        targets.release();
        Cuda.emptyCache(GPU);
    }

    /** Takes all pieces of 1 MiB that earlier tests left in the cache, or to the collector. */
    private static List<Tensor> takeWhatIsFree(SimulatedDriver driver) {
        List<Tensor> taken = new ArrayList<>();
        driver.limit(Cuda.memory(GPU).reserved());
        try {
            while (true) {
                taken.add(Tensor.empty(Shape.of(1 << 18), DType.FLOAT32, GPU));
            }
        } catch (CudaOutOfMemoryException e) {
            return taken;
        }
    }

    /** A device that is as late as CUDA may be, on which work fails; prints what is thrown where it is queued, and when somebody waits. */
    public static void main(String[] arguments) {
        SimulatedDriver driver = new SimulatedDriver(1, 64 << 20, true);
        CudaDevice device = new CudaDevice(driver, new HostKernels(), 0);
        CudaBackend backend = new CudaBackend(device);
        tell(device, "kernel", () -> Launch.of(device.kernels.get("launching.cu", "traps")).run(1, 32, 0));
        Tensor a = square(backend);
        Tensor out = square(backend);
        tell(device, "product", () -> {
            driver.fault = new CudaException("cublasLtMatmul failed: illegal address");
            backend.matrix().matmul(a, a, out);
        });
        tell(device, "copy", () -> {
            driver.fault = new CudaException("cudaMemcpyAsync failed: illegal address");
            backend.pointwise().copy(a, out);
        });
        tell(device, "index", () -> device.indexErrors.addTo(Launch.of(device.kernels.get("launching.cu", "reports")),
                (index, position) -> new IndexOutOfBoundsException("index %d at position %d".formatted(index, position))).run(1, 1, 0));
        Tensor x = Tensor.zeros(3).to(GPU);
        Kernels.Kernel count = Cuda.of(GPU).kernels.get("launching.cu", "count");
        try (CudaGraph graph = CudaGraph.capture(GPU, () -> Launch.of(count).tensor(x).number(3L).over(3))) {
            graph.replay();
            System.out.println("a captured step: " + x.at(2));
        }
    }

    private static Tensor square(CudaBackend backend) {
        return Tensor.over(backend.allocate(DType.FLOAT32, 16), DType.FLOAT32, Shape.of(4, 4), new int[] {4, 1}, 0);
    }

    private static void tell(CudaDevice device, String what, Runnable work) {
        try {
            work.run();
            System.out.println(what + " was queued");
            device.synchronize();
        } catch (CudaException | IndexOutOfBoundsException e) {
            System.out.println(what + ": " + e.getMessage());
        }
    }

    private String fault(boolean synchronous) throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        ProcessBuilder b = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Dcandela.tests.kernels=" + HostKernels.folder(), "-cp", System.getProperty("java.class.path"), FaultsTest.class.getName());
        b.environment().remove("CANDELA_CUDA_SYNC");
        if (synchronous) {
            b.environment().put("CANDELA_CUDA_SYNC", "1");
        }
        int code = b.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
        assertEquals(0, code, () -> "see " + log);
        return Files.readString(log);
    }

    @Test
    void aFaultIsToldAtItsLaunchWhenEachIsWaitedFor() throws IOException, InterruptedException {
        String told = fault(true);
        assertTrue(told.startsWith("kernel: cuda:0: traps in launching.cu, grid (1, 1, 1) of blocks (32, 1, 1), 0 bytes shared: traps: trap, in thread (0, 0, 0)"),
                told);
        assertTrue(!told.contains("queued"), told);
        assertTrue(told.contains("product: cuda:0: Product[type=float32, tf32=false"), told);
        assertTrue(told.contains("copy: cuda:0: copy: cudaMemcpyAsync failed: illegal address"), told);
        assertTrue(told.contains("index: index 7 at position 2"), told);
        assertTrue(told.contains("a captured step: 1.0"), "what is captured is not waited for: " + told);
        String later = fault(false);
        for (String what : List.of("kernel", "product", "copy", "index")) {
            assertTrue(later.contains(what + " was queued"), later);
        }
        assertTrue(later.contains("index: index 7 at position 2") && later.contains("a captured step: 1.0"), later);
    }
}
