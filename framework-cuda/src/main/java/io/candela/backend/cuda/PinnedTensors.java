package io.candela.backend.cuda;

import io.candela.backend.LeasePool;
import io.candela.backend.PinnedRegion;
import io.candela.backend.cuda.driver.CudaDriver;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Pinned host memory behind tensors of the CPU. Blocks are kept for reuse; one that comes back while devices copy from or to it is taken again
 * when they are done, as their events tell.
 *
 * <p>Sizes are rounded up to powers of two with three steps between, from 4 KiB on.
 */
final class PinnedTensors extends LeasePool<PinnedTensors.Block> {
    private static final long ALLOWANCE = 256L << 20;
    private static final long MOST_ALLOWANCE = 1L << 30;
    private static final long SMALLEST = 4 << 10;

    private final CudaDevice device;
    private final CudaDriver driver;
    private final TreeMap<Long, ArrayDeque<Block>> free = new TreeMap<>(); // by size; given back first, reused first
    private long pooledBytes;

    /** A run of pinned memory. */
    static final class Block {
        final long address;
        private final long size;
        private final Map<CudaDevice, Long> events = new LinkedHashMap<>(2); // of the last copy on each device

        private Block(long address, long size) {
            this.address = address;
            this.size = size;
        }

        /** Notes that what a device has queued on a stream up to now uses this block. */
        synchronized long usedOn(CudaDevice by, long stream) {
            long event = events.computeIfAbsent(by, d -> d.driver.createEvent());
            by.driver.record(event, stream);
            return event;
        }

        private synchronized boolean isDone(CudaDriver driver) {
            return events.values().stream().allMatch(driver::isDone);
        }
    }

    /** The right to use a block. */
    static final class Lease extends LeasePool.Lease implements PinnedRegion {
        final Block block;

        private Lease(Block block) {
            this.block = block;
        }
    }

    PinnedTensors(CudaDevice device) {
        super(ALLOWANCE, MOST_ALLOWANCE);
        this.device = device;
        this.driver = device.driver;
    }

    /** A block of at least {@code bytes} bytes with undefined contents. */
    Lease lease(long bytes) {
        long step = Math.max(Long.highestOneBit(Math.max(bytes - 1, 1)) / 4, SMALLEST);
        long size = Math.max((bytes + step - 1) / step * step, SMALLEST);
        drain();
        Block block = take(size);
        if (block == null && overBudget(size)) {
            collect(size);
            block = take(size);
        }
        if (block == null) {
            block = grow(size);
        }
        Lease lease = new Lease(block);
        handOut(block, lease);
        return lease;
    }

    private Block grow(long size) {
        device.enter();
        try {
            return new Block(driver.allocatePinned(size), size);
        } catch (CudaOutOfMemoryException first) {
            collect(size);
            dropFree(0);
            try {
                return new Block(driver.allocatePinned(size), size);
            } catch (CudaOutOfMemoryException second) {
                CudaOutOfMemoryException e = new CudaOutOfMemoryException("pinMemory: the system pins no %s more, tensors use %s of pinned memory; pin "
                        + "smaller batches, or free some early with TensorScope", DeviceMemory.text(size), DeviceMemory.text(leasedBytes()));
                e.initCause(second);
                throw e;
            }
        }
    }

    private synchronized Block take(long size) {
        ArrayDeque<Block> blocks = free.get(size);
        if (blocks == null || blocks.isEmpty() || !blocks.peekFirst().isDone(driver)) {
            return null;
        }
        pooledBytes -= size;
        return blocks.pollFirst();
    }

    @Override
    protected long size(Block block) {
        return block.size;
    }

    @Override
    protected void takeBack(Block block) {
        free.computeIfAbsent(block.size, s -> new ArrayDeque<>()).addLast(block);
        pooledBytes += block.size;
    }

    /** Lets go of blocks that no copy uses, largest first. */
    @Override
    protected synchronized void dropFree(long fit) {
        device.enter();
        for (ArrayDeque<Block> blocks : free.descendingMap().values()) {
            for (Iterator<Block> it = blocks.iterator(); it.hasNext() && leasedBytes() + pooledBytes > fit;) {
                Block block = it.next();
                if (block.isDone(driver)) {
                    it.remove();
                    pooledBytes -= block.size;
                    driver.freePinned(block.address);
                    block.events.values().forEach(driver::destroyEvent);
                }
            }
        }
    }

    /** Lets go of all blocks that are not in use. */
    void trim() {
        drain();
        dropFree(0);
    }

    /** Bytes in use and kept for reuse. */
    synchronized long allocatedBytes() {
        return leasedBytes() + pooledBytes;
    }
}
