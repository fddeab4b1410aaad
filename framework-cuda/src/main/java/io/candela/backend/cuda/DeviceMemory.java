package io.candela.backend.cuda;

import io.candela.backend.LeasePool;
import io.candela.backend.cuda.driver.CudaDriver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The memory of one device. It is taken from the driver, which is slow and waits for the device, in segments; blocks are cut from these, and grow
 * together again when they come back. A block serves the stream that it was cut for: what that stream queues later runs later, so the block can
 * be reused before the work on it is done. Where another stream uses it too, an event tells when it may be.
 *
 * <p>Blocks up to 1 MiB come from segments of 2 MiB; larger ones from segments of 20 MiB, or from 10 MiB on from one of their own size.
 */
final class DeviceMemory extends LeasePool<DeviceMemory.Block> {
    static final long GRANULE = 512;
    static final long SMALL = 1 << 20;
    private static final long SMALL_SEGMENT = 2 << 20;
    private static final long MEDIUM = 10 << 20;
    private static final long MEDIUM_SEGMENT = 20 << 20;
    private static final long SEGMENT_GRANULE = 2 << 20;

    private final CudaDevice device;
    private final CudaDriver driver;
    private final Map<Long, Free> free = new HashMap<>(); // by stream
    private final ArrayDeque<Block> waiting = new ArrayDeque<>(); // given back while another stream used them
    private final ArrayDeque<Long> spareEvents = new ArrayDeque<>();
    private final Set<Long> graphStreams = new HashSet<>(); // whose segments graphs use when they are replayed
    private long reserved;
    private long peakAllocated;
    private long peakReserved;
    private long allocations;
    private long segments;
    private long retries;

    /** A run of a segment. Its neighbours there are linked. */
    static final class Block {
        final long address;
        final long stream;
        private final boolean small; // of a small segment
        private long size;
        private Block previous;
        private Block next;
        private boolean isFree;
        private List<Long> users; // other streams that use it, or once given back their events; null while there are none

        private Block(long address, long size, long stream, boolean small) {
            this.address = address;
            this.size = size;
            this.stream = stream;
            this.small = small;
        }

        private boolean isSegment() {
            return previous == null && next == null;
        }
    }

    /** The right to use a block. */
    static final class Lease extends LeasePool.Lease {
        final Block block;

        private Lease(Block block) {
            this.block = block;
        }

        /** How many bytes may be used. */
        long bytes() {
            return block.size;
        }
    }

    /** Free blocks of one stream; those of small segments apart, so that they do not cut large ones to pieces. */
    private static final class Free {
        private static final Comparator<Block> BEST_FIT = Comparator.<Block>comparingLong(b -> b.size).thenComparingLong(b -> b.address);
        final TreeSet<Block> small = new TreeSet<>(BEST_FIT);
        final TreeSet<Block> large = new TreeSet<>(BEST_FIT);
    }

    DeviceMemory(CudaDevice device) {
        super(Math.max(device.properties.bytes() / 8, 64 << 20), device.properties.bytes() / 2);
        this.device = device;
        this.driver = device.driver;
    }

    /**
     * Memory for the calling thread's stream; its contents are undefined.
     *
     * @param bytes above 0
     * @throws CudaOutOfMemoryException if there is too little even after collecting what nobody uses
     */
    Lease allocate(long bytes) {
        long stream = device.enter();
        long size = (bytes + GRANULE - 1) & -GRANULE;
        drain();
        Block block = take(size, stream);
        if (block == null && overBudget(size)) {
            collect(size);
            block = take(size, stream);
        }
        if (block == null) {
            block = grow(size, stream);
        }
        Lease lease = new Lease(block);
        synchronized (this) {
            handOut(block, lease);
            allocations++;
            peakAllocated = Math.max(peakAllocated, leasedBytes());
        }
        return lease;
    }

    private Block grow(long size, long stream) {
        Block block = newSegment(size, stream);
        if (block != null) {
            return block;
        }
        synchronized (this) {
            retries++;
        }
        dropFree(0); // segments of other sizes or streams
        block = newSegment(size, stream);
        if (block != null) {
            return block;
        }
        collect(size);
        finishWaiting();
        block = take(size, stream);
        if (block == null) {
            dropFree(0);
            block = newSegment(size, stream);
        }
        if (block == null) {
            throw new CudaOutOfMemoryException("%s: no memory for %s: tensors use %s, %s are kept for reuse in pieces too small, and of the device's "
                    + "%s %s are free; use smaller batches, or free tensors early with TensorScope", device, text(size), text(leasedBytes()),
                    text(reservedBytes() - leasedBytes()), text(device.properties.bytes()), text(driver.freeBytes()));
        }
        return block;
    }

    /** A block that begins a new segment; null if the device has no memory for it. */
    private synchronized Block newSegment(long size, long stream) {
        long bytes = size <= SMALL ? SMALL_SEGMENT : size < MEDIUM ? MEDIUM_SEGMENT : (size + SEGMENT_GRANULE - 1) & -SEGMENT_GRANULE;
        long address;
        try {
            address = driver.allocate(bytes);
        } catch (CudaOutOfMemoryException e) {
            return null; // the caller tells what there is
        }
        reserved += bytes;
        segments++;
        peakReserved = Math.max(peakReserved, reserved);
        return cut(new Block(address, bytes, stream, size <= SMALL), size);
    }

    /** The smallest free block that holds {@code size} bytes, cut to size; null if there is none. */
    private synchronized Block take(long size, long stream) {
        takeBackWaiting();
        Free of = free.get(stream);
        if (of == null) {
            return null;
        }
        TreeSet<Block> set = size <= SMALL ? of.small : of.large;
        Block block = set.ceiling(new Block(0, size, stream, size <= SMALL));
        if (block == null) {
            return null;
        }
        set.remove(block);
        block.isFree = false;
        return cut(block, size);
    }

    /** Gives the end of a block that is larger than need be back to the free ones. */
    private Block cut(Block block, long size) {
        long rest = block.size - size;
        if (block.small ? rest >= GRANULE : rest > SMALL) {
            Block end = new Block(block.address + size, rest, block.stream, block.small);
            end.previous = block;
            end.next = block.next;
            if (end.next != null) {
                end.next.previous = end;
            }
            block.next = end;
            block.size = size;
            putFree(end);
        }
        return block;
    }

    private TreeSet<Block> setOf(Block block) {
        Free of = free.computeIfAbsent(block.stream, s -> new Free());
        return block.small ? of.small : of.large;
    }

    private void putFree(Block block) {
        block.isFree = true;
        setOf(block).add(block);
    }

    @Override
    protected long size(Block block) {
        return block.size;
    }

    @Override
    protected void takeBack(Block block) {
        if (block.users == null) {
            merge(block);
            return;
        }
        CudaThread.current().enter(device);
        for (int i = 0; i < block.users.size(); i++) {
            long event = spareEvents.isEmpty() ? driver.createEvent() : spareEvents.pop();
            driver.record(event, block.users.get(i));
            block.users.set(i, event);
        }
        waiting.add(block);
    }

    private void takeBackWaiting() {
        for (Iterator<Block> it = waiting.iterator(); it.hasNext();) {
            Block block = it.next();
            if (block.users.stream().allMatch(driver::isDone)) {
                spareEvents.addAll(block.users);
                block.users = null;
                it.remove();
                merge(block);
            }
        }
    }

    private synchronized void finishWaiting() {
        waiting.forEach(block -> block.users.forEach(driver::synchronizeEvent));
    }

    /** Joins a block with free neighbours. */
    private void merge(Block block) {
        Block first = block;
        long size = block.size;
        TreeSet<Block> set = setOf(block);
        if (block.next != null && block.next.isFree) {
            Block end = block.next;
            set.remove(end);
            size += end.size;
            link(block, end.next);
        }
        if (block.previous != null && block.previous.isFree) {
            first = block.previous;
            set.remove(first);
            size += first.size;
            link(first, block.next);
        }
        first.size = size;
        first.isFree = true;
        set.add(first);
    }

    private static void link(Block block, Block next) {
        block.next = next;
        if (next != null) {
            next.previous = block;
        }
    }

    /** Notes that another stream than a block's own uses it. */
    synchronized void usedOn(Block block, long stream) {
        if (stream == block.stream) {
            return;
        }
        if (block.users == null) {
            block.users = new ArrayList<>();
        }
        if (!block.users.contains(stream)) {
            block.users.add(stream);
        }
    }

    @Override
    protected synchronized void dropFree(long fit) {
        CudaThread.current().enter(device);
        takeBackWaiting();
        free.forEach((stream, of) -> {
            if (!graphStreams.contains(stream)) {
                dropFree(of.large, fit);
                dropFree(of.small, fit);
            }
        });
    }

    private void dropFree(TreeSet<Block> set, long fit) {
        for (Iterator<Block> it = set.descendingIterator(); reserved > fit && it.hasNext();) {
            Block block = it.next();
            if (block.isSegment()) {
                it.remove();
                reserved -= block.size;
                driver.free(block.address);
            }
        }
    }

    /** Keeps the segments of a stream, also where they are free, for the replays of a graph; or does so no more. */
    synchronized void keepForGraph(long stream, boolean keep) {
        if (keep) {
            graphStreams.add(stream);
        } else {
            graphStreams.remove(stream);
        }
    }

    /** Gives all segments back to the driver in which nothing is used; also what only the garbage collector can tell is not. */
    void empty() {
        drain();
        dropFree(0);
    }

    /** Forgets the peaks up to now. */
    synchronized void resetPeaks() {
        peakAllocated = leasedBytes();
        peakReserved = reserved;
    }

    private synchronized long reservedBytes() {
        return reserved;
    }

    synchronized MemoryStatistics statistics() {
        drain();
        return new MemoryStatistics(leasedBytes(), peakAllocated, reserved, peakReserved, allocations, segments, retries);
    }

    static String text(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double n = bytes;
        while (n >= 1024 && unit < units.length - 1) {
            n /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(java.util.Locale.ROOT, "%.2f %s", n, units[unit]);
    }
}
