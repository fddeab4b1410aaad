package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.cuda.driver.CopyKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Copies between Java's buffers and a device that is as late as it may be. */
class TransfersTest {
    private final SimulatedDriver driver = new SimulatedDriver(1, 512 << 20, true);
    private final CudaDevice device = new CudaDevice(driver, null, 0);

    private final List<DeviceMemory.Lease> leases = new ArrayList<>(); // what nobody holds is given to the next one

    private long memory(long bytes) {
        DeviceMemory.Lease lease = device.memory.allocate(bytes);
        leases.add(lease);
        return lease.block.address;
    }

    @Test
    void everyKindOfBuffer() {
        long at = memory(64);
        Transfers.upload(device, FloatBuffer.wrap(new float[] {0, 1, 2, 3}, 1, 3), at);
        FloatBuffer floats = FloatBuffer.allocate(5);
        Transfers.download(device, at, floats.position(1).limit(4));
        assertArrayEquals(new float[] {0, 1, 2, 3, 0}, floats.array());
        Transfers.upload(device, LongBuffer.wrap(new long[] {-1, 1L << 40}), at);
        LongBuffer longs = LongBuffer.allocate(2);
        Transfers.download(device, at, longs);
        assertArrayEquals(new long[] {-1, 1L << 40}, longs.array());
        Transfers.upload(device, DoubleBuffer.wrap(new double[] {0.1}), at);
        DoubleBuffer doubles = DoubleBuffer.allocate(1);
        Transfers.download(device, at, doubles);
        assertEquals(0.1, doubles.get(0));
        Transfers.upload(device, IntBuffer.wrap(new int[] {7, 8}), at);
        IntBuffer ints = IntBuffer.allocate(2);
        Transfers.download(device, at, ints);
        assertArrayEquals(new int[] {7, 8}, ints.array());
        Transfers.upload(device, ShortBuffer.wrap(new short[] {7, -8}), at);
        ShortBuffer shorts = ShortBuffer.allocate(2);
        Transfers.download(device, at, shorts);
        assertArrayEquals(new short[] {7, -8}, shorts.array());
        Transfers.upload(device, ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).putInt(0, 1234567), at);
        Transfers.download(device, at, ints.limit(1));
        assertEquals(1234567, ints.get(0));
    }

    @Test
    void aSourceMayChangeAfterwards() {
        long at = memory(400_000);
        float[] source = new float[100_000];
        Arrays.fill(source, 3);
        Transfers.upload(device, FloatBuffer.wrap(source), at);
        Arrays.fill(source, 9); // the device has not begun
        for (int i = 0; i < 20; i++) {
            Transfers.upload(device, FloatBuffer.wrap(source), memory(400_000)); // must not take the same pinned memory yet
        }
        FloatBuffer found = FloatBuffer.allocate(100_000);
        Transfers.download(device, at, found);
        assertEquals(3, found.get(0));
        assertEquals(3, found.get(99_999));
    }

    @Test
    void largeCopiesGoInParts() {
        int n = 2 * PinnedMemory.LARGEST / 8 + 12_345;
        long[] source = new Random(5).longs(n).toArray();
        long at = memory(8L * n);
        Transfers.upload(device, LongBuffer.wrap(source), at);
        LongBuffer found = LongBuffer.allocate(n);
        Transfers.download(device, at, found);
        assertArrayEquals(source, found.array());
    }

    @Test
    void pinnedMemoryIsBounded() {
        long at = memory(300L << 20);
        ByteBuffer source = ByteBuffer.allocate(100 << 20);
        for (int i = 0; i < 3; i++) {
            Transfers.upload(device, source, at + i * (100L << 20)); // 300 MB, of which nothing is done yet
        }
        assertTrue(device.pinned.allocatedBytes() <= 72 << 20, device.pinned.allocatedBytes() + " bytes");
        device.synchronize();
        device.pinned.trim();
        assertEquals(0, device.pinned.allocatedBytes());
        driver.checkRedZones();
    }

    @Test
    void aSystemThatPinsNoMoreSaysSo() {
        long at = memory(1 << 20);
        Transfers.upload(device, ByteBuffer.allocate(600_000), at);
        driver.mostPinned = 1 << 20; // what the first copy took
        Transfers.upload(device, ByteBuffer.allocate(900_000), at); // waits for it
        Transfers.upload(device, ByteBuffer.allocate(4000), at); // of another size: what is kept for reuse goes first
        driver.mostPinned = 0;
        CudaOutOfMemoryException e = assertThrows(CudaOutOfMemoryException.class, () -> Transfers.upload(device, ByteBuffer.allocate(50_000), at));
        assertEquals("cuda:0: copies from and to the host need 64.00 KiB of pinned memory, and the system pins no more; tensors use 0 B of it: pin fewer with "
                + "pinMemory, or let other programs end", e.getMessage());
        driver.mostPinned = Long.MAX_VALUE;
        Transfers.upload(device, ByteBuffer.allocate(50_000), at);
    }

    @Test
    void copiesOutsideAreRefused() {
        long at = memory(600);
        long segment = 2 << 20;
        driver.copy(at + segment - 4, at, 8, CopyKind.ON_DEVICE, device.enter());
        assertThrows(AssertionError.class, device::synchronize);
    }
}
