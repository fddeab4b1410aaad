package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The caching allocator: how blocks are cut, joined and reused, what it counts, and what happens when a device is full. */
class DeviceMemoryTest {
    private static final long MIB = 1 << 20;

    private final SimulatedDriver driver = new SimulatedDriver(1, 100 * MIB, true);
    private final CudaDevice device = new CudaDevice(driver, null, 0);
    private final DeviceMemory memory = device.memory;

    private static long address(DeviceMemory.Lease lease) {
        return lease.block.address;
    }

    @Test
    void smallBlocksShareASegment() {
        DeviceMemory.Lease a = memory.allocate(1);
        DeviceMemory.Lease b = memory.allocate(513);
        DeviceMemory.Lease c = memory.allocate(4);
        assertEquals(512, address(b) - address(a));
        assertEquals(1024, address(c) - address(b));
        assertEquals(new MemoryStatistics(2048, 2048, 2 * MIB, 2 * MIB, 3, 1, 0), memory.statistics());
        b.end();
        assertEquals(1024, memory.statistics().allocated());
        assertEquals(address(b), address(memory.allocate(1024)), "the best fit");
    }

    @Test
    void neighboursJoin() {
        List<DeviceMemory.Lease> leases = new ArrayList<>();
        for (int i = 0; i < 4096; i++) {
            leases.add(memory.allocate(512)); // fills the segment
        }
        assertEquals(1, driver.allocateCalls);
        Collections.shuffle(leases, new Random(1));
        leases.forEach(DeviceMemory.Lease::end);
        assertEquals(0, memory.statistics().allocated());
        DeviceMemory.Lease half = memory.allocate(MIB);
        DeviceMemory.Lease other = memory.allocate(MIB);
        assertEquals(1, driver.allocateCalls, "pieces that lie beside each other became one again");
        assertEquals(MIB, Math.abs(address(half) - address(other)));
    }

    @Test
    void sizesOfSegments() {
        List<DeviceMemory.Lease> held = new ArrayList<>();
        held.add(memory.allocate(MIB + 1));
        assertEquals(20 * MIB, memory.statistics().reserved());
        held.add(memory.allocate(9 * MIB));
        assertEquals(20 * MIB, memory.statistics().reserved(), "from the same one");
        held.add(memory.allocate(10 * MIB + 1));
        assertEquals(32 * MIB, memory.statistics().reserved());
    }

    @Test
    void emptyKeepsWhatIsUsed() {
        DeviceMemory.Lease a = memory.allocate(12 * MIB);
        DeviceMemory.Lease b = memory.allocate(14 * MIB);
        DeviceMemory.Lease c = memory.allocate(600);
        DeviceMemory.Lease d = memory.allocate(600);
        a.end();
        c.end();
        memory.empty();
        assertEquals(16 * MIB, memory.statistics().reserved());
        b.end();
        d.end();
        memory.empty();
        assertEquals(0, memory.statistics().reserved());
        assertEquals(0, driver.openAllocations());
    }

    @Test
    void anotherStreamsUseDelaysReuse() {
        DeviceMemory.Lease a = memory.allocate(3 * MIB);
        long other = driver.createStream();
        driver.fill(address(a), 1, 3 * MIB, other); // queued, not done
        memory.usedOn(a.block, other);
        a.end();
        assertEquals(0, memory.statistics().allocated());
        DeviceMemory.Lease b = memory.allocate(3 * MIB);
        assertNotEquals(address(a), address(b), "the other stream still writes there");
        driver.synchronize(other);
        assertEquals(address(a), address(memory.allocate(3 * MIB)), "now it is done");
    }

    @Test
    void aStreamHasBlocksOfItsOwn() {
        DeviceMemory.Lease a = memory.allocate(3 * MIB);
        a.end();
        CudaThread.current().divert(device, driver.createStream());
        try {
            assertNotEquals(address(a), address(memory.allocate(3 * MIB)));
        } finally {
            CudaThread.current().divert(null, 0);
        }
        assertEquals(address(a), address(memory.allocate(3 * MIB)));
    }

    @Test
    void aFullDeviceGivesWhatIsKeptForReuseFirst() {
        memory.allocate(60 * MIB).end();
        DeviceMemory.Lease b = memory.allocate(70 * MIB);
        assertEquals(1, memory.statistics().retries());
        assertEquals(70 * MIB, memory.statistics().reserved());
        b.end();
    }

    @Test
    void aFullDeviceAsksTheCollector() {
        for (int i = 0; i < 20; i++) {
            memory.allocate(40 * MIB); // nobody ends these
        }
        assertTrue(memory.statistics().reserved() <= 100 * MIB);
    }

    @Test
    void outOfMemorySaysHowMuchAndGoesOn() {
        DeviceMemory.Lease a = memory.allocate(40 * MIB);
        DeviceMemory.Lease b = memory.allocate(30 * MIB);
        CudaOutOfMemoryException e = assertThrows(CudaOutOfMemoryException.class, () -> memory.allocate(50 * MIB));
        assertEquals("cuda:0: no memory for 50.00 MiB: tensors use 70.00 MiB, 0 B are kept for reuse in pieces too small, and of the device's 100.00 MiB "
                + "30.00 MiB are free; use smaller batches, or free tensors early with TensorScope", e.getMessage());
        b.end();
        assertEquals(50 * MIB, size(memory.allocate(50 * MIB)));
        assertEquals(40 * MIB, size(a));
    }

    private static long size(DeviceMemory.Lease lease) {
        return lease == null ? 0 : lease.bytes();
    }

    @Test
    void noTwoBlocksOverlap() {
        Random random = new Random(7);
        TreeMap<Long, DeviceMemory.Lease> live = new TreeMap<>();
        List<Long> order = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            if (live.size() > 40 || !live.isEmpty() && random.nextInt(3) == 0) {
                live.remove(order.remove(random.nextInt(order.size()))).end();
            } else {
                long bytes = random.nextInt(4) == 0 ? random.nextInt((int) MIB) + MIB : random.nextInt(5000) + 1;
                DeviceMemory.Lease lease = memory.allocate(bytes);
                var below = live.floorEntry(address(lease));
                var above = live.ceilingEntry(address(lease));
                assertTrue(below == null || below.getKey() + below.getValue().bytes() <= address(lease));
                assertTrue(above == null || address(lease) + bytes <= above.getKey());
                assertNull(live.put(address(lease), lease));
                order.add(address(lease));
            }
        }
        live.values().forEach(DeviceMemory.Lease::end);
        memory.empty();
        assertEquals(0, driver.openAllocations());
    }

    @Test
    void manyStepsReserveNoMore() {
        long reserved = 0;
        for (int step = 0; step < 10_000; step++) {
            DeviceMemory.Lease input = memory.allocate(100_000);
            DeviceMemory.Lease hidden = memory.allocate(2_000_000 + step % 7 * 1000);
            DeviceMemory.Lease loss = memory.allocate(4);
            input.end();
            hidden.end();
            loss.end();
            if (step == 10) {
                reserved = memory.statistics().reserved();
            }
        }
        assertEquals(reserved, memory.statistics().reserved());
        assertEquals(30_000, memory.statistics().allocations());
    }
}
