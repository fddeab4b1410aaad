package io.candela.backend.cuda;

import io.candela.backend.cuda.driver.CudaDriver;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Host memory that a device reads and writes by itself, as a way station of copies between it and Java's buffers: so a copy to the device is done
 * for the caller once the way station is filled, and runs beside the program from there.
 *
 * <p>Blocks are kept for reuse. Beyond {@link #MOST} bytes on their way a copy waits for an earlier one.
 */
final class PinnedMemory {
    /** The largest block; larger copies go in parts. */
    static final int LARGEST = 8 << 20;
    private static final int SMALLEST = 4 << 10;
    private static final long MOST = 64 << 20;

    private final CudaDevice device;
    private final CudaDriver driver;
    @SuppressWarnings({"unchecked", "rawtypes"})
    private final ArrayDeque<Block>[] free = new ArrayDeque[Integer.numberOfTrailingZeros(LARGEST / SMALLEST) + 1];
    private final ArrayDeque<Block> underWay = new ArrayDeque<>(); // given back while a copy uses them, oldest first
    private long allocated;

    /** A run of pinned memory. */
    static final class Block {
        final long address;
        final ByteBuffer bytes; // native order
        private final long event;

        private Block(long address, int size, long event) {
            this.address = address;
            this.event = event;
            this.bytes = HostBytes.at(address, size);
        }
    }

    PinnedMemory(CudaDevice device) {
        this.device = device;
        this.driver = device.driver;
        for (int i = 0; i < free.length; i++) {
            free[i] = new ArrayDeque<>();
        }
    }

    private static int sizeClass(int bytes) {
        return bytes <= SMALLEST ? 0 : 32 - Integer.numberOfLeadingZeros((bytes - 1) / SMALLEST);
    }

    /** A block of at least {@code bytes}, at most {@link #LARGEST}, bytes. */
    synchronized Block take(int bytes) {
        int sizeClass = sizeClass(bytes);
        takeBack(false);
        Block block = free[sizeClass].pollLast();
        if (block == null && allocated + (SMALLEST << sizeClass) > MOST) {
            takeBack(true);
            block = free[sizeClass].pollLast();
            if (block == null) {
                trim();
            }
        }
        if (block == null) {
            device.enter();
            int size = SMALLEST << sizeClass;
            block = new Block(allocate(size), size, driver.createEvent());
            allocated += size;
        }
        return block;
    }

    private long allocate(int size) {
        try {
            return driver.allocatePinned(size);
        } catch (CudaOutOfMemoryException first) {
            takeBack(true);
            trim();
            device.pinnedTensors.trim();
            try {
                return driver.allocatePinned(size);
            } catch (CudaOutOfMemoryException second) {
                CudaOutOfMemoryException e = new CudaOutOfMemoryException("%s: copies from and to the host need %s of pinned memory, and the system pins no "
                        + "more; tensors use %s of it: pin fewer with pinMemory, or let other programs end", device, DeviceMemory.text(size),
                        DeviceMemory.text(device.pinnedTensors.leasedBytes()));
                e.initCause(second);
                throw e;
            }
        }
    }

    /** Gives a block back that nobody uses any more. */
    synchronized void giveBack(Block block) {
        free[sizeClass(block.bytes.capacity())].addLast(block);
    }

    /** Gives a block back that is used by what is queued on a stream. */
    synchronized void giveBackAfter(Block block, long stream) {
        mark(block, stream);
        underWay.addLast(block);
    }

    /** Lets {@link #await} wait for what is queued on a stream up to now. */
    void mark(Block block, long stream) {
        driver.record(block.event, stream);
    }

    /** Waits for what was queued before {@link #mark}. */
    void await(Block block) {
        driver.synchronizeEvent(block.event);
    }

    private void takeBack(boolean wait) {
        for (Iterator<Block> it = underWay.iterator(); it.hasNext();) {
            Block block = it.next();
            if (wait) {
                driver.synchronizeEvent(block.event);
            } else if (!driver.isDone(block.event)) {
                continue;
            }
            it.remove();
            giveBack(block);
        }
    }

    /** Lets go of all blocks that are not in use. */
    synchronized void trim() {
        device.enter();
        takeBack(false);
        for (ArrayDeque<Block> blocks : free) {
            for (Block block : blocks) {
                driver.freePinned(block.address);
                driver.destroyEvent(block.event);
                allocated -= block.bytes.capacity();
            }
            blocks.clear();
        }
    }

    /** Bytes in use and kept for reuse. */
    synchronized long allocatedBytes() {
        return allocated;
    }
}
