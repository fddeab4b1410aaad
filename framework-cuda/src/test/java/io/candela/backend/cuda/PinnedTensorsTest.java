package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.Backend;
import io.candela.backend.cpu.SharedMemory;
import io.candela.io.data.Batch;
import io.candela.io.data.DataLoader;
import io.candela.io.data.TensorDataset;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Pinned memory and copies that run beside the program: as users see them, and on devices that are as late as they may be. */
class PinnedTensorsTest {
    private static final Device GPU = Device.cuda(0);
    private static final int N = 3000;

    private final SimulatedDriver driver = new SimulatedDriver(2, 64 << 20, true);
    private final CudaDevice device = new CudaDevice(driver, null, 0);
    private final Backend backend = new CudaBackend(device);

    private static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    private static boolean isSimulated() {
        return !"real".equals(System.getProperty("candela.tests.cuda"));
    }

    // ---- as users see it ----

    @Test
    void aCopyInPinnedMemory() {
        needsDevice();
        Tensor x = Tensor.arange(24.0).view(2, 3, 2, 2);
        assertFalse(x.isPinned());
        Tensor pinned = x.pinMemory();
        assertTrue(pinned.isPinned());
        assertEquals(Device.CPU, pinned.device());
        assertTrue(pinned.equal(x));
        assertSame(pinned, pinned.pinMemory());
        assertTrue(pinned.select(0, 1).isPinned(), "views share the memory");
        assertFalse(pinned.add(0).isPinned(), "results are elsewhere");
        Tensor last = x.contiguous(MemoryFormat.CHANNELS_LAST).pinMemory();
        assertEquals(MemoryFormat.CHANNELS_LAST, last.memoryFormat());
        assertTrue(last.equal(x));
        assertTrue(x.permute(3, 1, 0, 2).pinMemory().equal(x.permute(3, 1, 0, 2)));
        assertEquals(0, Tensor.zeros(0, 3).pinMemory().to(GPU, true).numel());
        for (DType dtype : DType.values()) {
            Tensor y = Tensor.arange(dtype == DType.BOOL ? 2 : 7).to(dtype);
            assertTrue(y.pinMemory().to(GPU, true).to(Device.CPU, true).equal(y), dtype.toString());
        }
        DeviceException e = assertThrows(DeviceException.class, () -> x.to(GPU).pinMemory());
        assertEquals("pinMemory: only memory of the CPU can be pinned, (2, 3, 2, 2) is on cuda:0", e.getMessage());
        assertFalse(x.to(GPU).isPinned());
    }

    @Test
    void nonBlockingCopiesNeedNoWayStation() {
        needsDevice();
        Tensor pinned = Tensor.arange(4096.0).pinMemory();
        Tensor part = pinned.narrow(0, 100, 50);
        if (isSimulated()) {
            SimulatedProvider.driver().takeLog();
        }
        Tensor there = part.to(GPU, true);
        if (isSimulated()) {
            List<String> log = SimulatedProvider.driver().takeLog();
            assertEquals(List.of("copy 200", "record"), log.stream().map(s -> s.substring(0, s.indexOf(" on "))).toList());
        }
        Tensor back = there.to(Device.CPU, true);
        assertTrue(back.isPinned(), "as PyTorch's");
        assertTrue(back.equal(part));
        assertTrue(there.to(Device.CPU).equal(part));
        assertFalse(there.to(Device.CPU).isPinned());
        assertSame(there, there.to(GPU, true));
        Tensor strided = pinned.view(64, 64).t();
        assertTrue(strided.to(GPU, true).to(Device.CPU, true).equal(strided), "elements that lie apart are copied as usual");
        Tensor ordinary = Tensor.arange(10.0);
        assertTrue(ordinary.to(GPU, true).to(Device.CPU).equal(ordinary), "what is not pinned, too");
        assertSame(ordinary, ordinary.to(Device.CPU, true));
    }

    @Test
    void gradientsComeBack() {
        needsDevice();
        Tensor x = Tensor.of(new float[] {1, 2, 3}).setRequiresGrad(true);
        x.pinMemory().to(GPU, true).square().sum().backward();
        assertEquals(Device.CPU, x.grad().device());
        assertArrayEquals(new float[] {2, 4, 6}, x.grad().toFloatArray());
    }

    @Test
    void scopesGivePinnedMemoryBack() {
        needsDevice();
        long before = Cuda.of(GPU).pinnedTensors.leasedBytes();
        try (TensorScope scope = TensorScope.open()) {
            Tensor.ones(100_000).pinMemory().to(GPU, true);
            assertTrue(Cuda.of(GPU).pinnedTensors.leasedBytes() >= before + 400_000);
        }
        assertTrue(Cuda.of(GPU).pinnedTensors.leasedBytes() <= before);
    }

    @Test
    void loadersPinTheirBatches() {
        needsDevice();
        Tensor x = Tensor.arange(30.0).view(10, 3);
        Tensor y = Tensor.arange(10L);
        for (int workers = 0; workers <= 2; workers += 2) {
            int rows = 0;
            for (Batch batch : DataLoader.of(new TensorDataset(x, y), DataLoader.options().batchSize(4).workers(workers).pinMemory(true))) {
                assertTrue(batch.isPinned());
                Batch there = batch.to(GPU, true);
                assertEquals(GPU, there.target().device());
                assertTrue(there.input().to(Device.CPU).equal(x.narrow(0, rows, batch.rows())));
                rows += batch.rows();
            }
            assertEquals(10, rows);
        }
        var others = DataLoader.of(new TensorDataset(x, y), List::size, DataLoader.options().pinMemory(true));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> others.iterator().next());
        assertEquals("DataLoader: pinMemory takes batches that are Batch or Tensor, got java.lang.Integer; let the collating function pin it", e.getMessage());
        assertFalse(DataLoader.of(new TensorDataset(x, y), DataLoader.options()).iterator().next().isPinned());
    }

    // ---- late devices ----

    private Tensor pinned(float value) {
        Tensor t = Tensor.over(backend.allocatePinned(DType.FLOAT32, N), DType.FLOAT32, Shape.of(N), new int[] {1}, 0);
        return t.fillInPlace(value);
    }

    private static long address(Storage storage) {
        return ((PinnedTensors.Lease) SharedMemory.pinned(storage)).block.address;
    }

    private float[] onDevice(Storage there) {
        java.nio.FloatBuffer out = java.nio.FloatBuffer.allocate(N);
        backend.download(there, DType.FLOAT32, 0, out);
        return out.array();
    }

    private static float[] all(float value) {
        float[] out = new float[N];
        Arrays.fill(out, value);
        return out;
    }

    @Test
    void aBlockIsNotReusedBeforeItsCopyIsDone() {
        Storage there = backend.allocate(DType.FLOAT32, N);
        Tensor first = pinned(3);
        long address = address(first.storage());
        for (int i = 0; i < 50; i++) {
            driver.fill(((CudaStorage) there).address(), 0, 4, device.mainStream); // the device is busy
        }
        backend.copyPinned(first.storage(), 0, there, 0, DType.FLOAT32, N);
        first.release();
        for (int i = 0; i < 10; i++) {
            Tensor next = pinned(9);
            assertNotEquals(address, address(next.storage()), "the copy has not begun");
        }
        assertArrayEquals(all(3), onDevice(there));
        assertEquals(address, address(pinned(9).storage()), "now it is done");
        assertArrayEquals(all(3), onDevice(there));
        driver.checkRedZones();
    }

    @Test
    void copiesRunInTheStreamsOrder() {
        Storage there = backend.allocate(DType.FLOAT32, N);
        Tensor first = pinned(1);
        Tensor second = pinned(2);
        Storage between = backend.allocatePinned(DType.FLOAT32, N);
        driver.takeLog();
        backend.copyPinned(first.storage(), 0, there, 0, DType.FLOAT32, N);
        backend.copyPinned(there, 0, between, 0, DType.FLOAT32, N);
        backend.copyPinned(second.storage(), 0, there, 0, DType.FLOAT32, N);
        String on = " on " + device.mainStream;
        assertEquals(List.of("copy 12000" + on, "record" + on, "copy 12000" + on, "record" + on, "copy 12000" + on, "record" + on), driver.takeLog());
        assertArrayEquals(all(1), Tensor.over(between, DType.FLOAT32, Shape.of(N), new int[] {1}, 0).toFloatArray());
        assertArrayEquals(all(2), onDevice(there));
    }

    @Test
    void aResultIsWaitedForWhereItIsUsed() {
        Storage there = backend.allocate(DType.FLOAT32, N);
        backend.copyPinned(pinned(5).storage(), 0, there, 0, DType.FLOAT32, N);
        Storage back = backend.allocatePinned(DType.FLOAT32, N);
        Tensor result = Tensor.over(back, DType.FLOAT32, Shape.of(N), new int[] {1}, 0);
        result.zeroInPlace();
        backend.copyPinned(there, 0, back, 0, DType.FLOAT32, N);
        assertEquals(5 * N, result.sum().item(), "by a kernel of the CPU");
        result.fillInPlace(7);
        assertEquals(7, result.at(N - 1), "waited for once, it belongs to the CPU");

        Storage unread = backend.allocatePinned(DType.FLOAT32, N);
        backend.copyPinned(there, 0, unread, 0, DType.FLOAT32, N);
        long address = address(unread);
        unread.release();
        Tensor next = pinned(8);
        assertNotEquals(address, address(next.storage()), "the device will write there");
        device.synchronize();
        assertArrayEquals(all(8), next.toFloatArray());
        assertThrows(IllegalStateException.class, unread::checkUsable);
    }

    @Test
    void whatIsPinnedForOneDeviceIsForAll() {
        CudaDevice other = new CudaDevice(driver, null, 1);
        Backend second = new CudaBackend(other);
        Tensor x = pinned(4);
        Storage there = second.allocate(DType.FLOAT32, N);
        second.copyPinned(x.storage(), 0, there, 0, DType.FLOAT32, N);
        long address = address(x.storage());
        x.release();
        device.synchronize();
        assertNotEquals(address, address(pinned(9).storage()), "the other device has not read it");
        other.synchronize();
        assertEquals(address, address(pinned(9).storage()));
    }

    @Test
    void emptyingTheCacheWaitsForNobody() {
        Storage there = backend.allocate(DType.FLOAT32, N);
        Tensor x = pinned(6);
        for (int i = 0; i < 9; i++) {
            driver.fill(((CudaStorage) there).address(), 0, 4, device.mainStream);
        }
        backend.copyPinned(x.storage(), 0, there, 0, DType.FLOAT32, N);
        x.release();
        device.pinnedTensors.trim();
        assertEquals(12 << 10, device.pinnedTensors.allocatedBytes(), "in use by the copy");
        device.synchronize();
        device.pinnedTensors.trim();
        assertEquals(0, device.pinnedTensors.allocatedBytes());
        assertArrayEquals(all(6), onDevice(there));
    }

    @Test
    void graphsRefuseSuchCopies() {
        Storage there = backend.allocate(DType.FLOAT32, N);
        Tensor x = pinned(1);
        CudaThread.current().setCaptured(new Captured(device, device.mainStream));
        try {
            assertThrows(CudaException.class, () -> backend.copyPinned(x.storage(), 0, there, 0, DType.FLOAT32, N));
        } finally {
            CudaThread.current().setCaptured(null);
        }
    }
}
