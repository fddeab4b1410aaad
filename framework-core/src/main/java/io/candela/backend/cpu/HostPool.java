package io.candela.backend.cpu;

import io.candela.backend.LeasePool;
import java.util.ArrayDeque;

/**
 * The pool of native memory blocks. Only a miss costs: when no free block fits and the bytes in use would pass the budget, the pool asks for a
 * collection and looks again.
 *
 * <p>Size classes are powers of two with three steps between, so at most a quarter of a block is unused.
 */
final class HostPool extends LeasePool<HostBlock> {
    private static final long MIN_BUDGET = Math.min(128L << 20, maxNativeBytes() / 2);
    /** How far slabs may pass the budget before a collection is asked for. */
    private static final long SLAB_PATIENCE = Math.min(256L << 20, maxNativeBytes() / 4);
    /** How far the budget grows for the sake of rarer collections alone. */
    private static final long MOST_GARBAGE = 512L << 20;
    private static final int MIN_CLASS = 12; // 4 KiB
    private static final int CLASSES = (31 - MIN_CLASS) * 4 + 4;

    static final HostPool INSTANCE = new HostPool(); // after the constants that it reads

    @SuppressWarnings({"unchecked", "rawtypes"})
    private final ArrayDeque<HostBlock>[] free = new ArrayDeque[CLASSES];
    private long pooledBytes;

    private HostPool() {
        super(MIN_BUDGET, Math.min(MOST_GARBAGE, maxNativeBytes() / 2));
    }

    /** The right to use a block. */
    static final class Lease extends LeasePool.Lease {
        final HostBlock block;

        private Lease(HostBlock block) {
            this.block = block;
        }
    }

    @Override
    protected long size(HostBlock block) {
        return block.capacity;
    }

    /** A block of at least {@code bytes} bytes with undefined contents. */
    Lease lease(long bytes) {
        return lease(bytes, 0);
    }

    /**
     * A block that many small storages share. It may pass the budget: each of them leaves more garbage on the heap than in the block, so the
     * JVM collects by itself before long, at a tenth of the price of a collection that is asked for.
     */
    Lease leaseSlab(int bytes) {
        return lease(bytes, SLAB_PATIENCE);
    }

    private Lease lease(long bytes, long patience) {
        int sizeClass = sizeClass(bytes);
        long size = classSize(sizeClass);
        if (size > Integer.MAX_VALUE - HostBlock.ALIGNMENT) {
            size = bytes;
            if (size > Integer.MAX_VALUE - HostBlock.ALIGNMENT) {
                throw new OutOfMemoryError("Tensor: %d bytes asked for, one tensor on the CPU holds at most %d; split it"
                        .formatted(bytes, Integer.MAX_VALUE - HostBlock.ALIGNMENT));
            }
        }
        drain();
        synchronized (this) { // as a rule there is one
            HostBlock block = takeFree(sizeClass);
            if (block != null) {
                return handOut(block);
            }
        }
        HostBlock block = null;
        if (overBudget(size - patience)) {
            collect(size);
            block = takeFree(sizeClass);
        }
        return handOut(block != null ? block : allocate((int) size));
    }

    private Lease handOut(HostBlock block) {
        Lease lease = new Lease(block);
        handOut(block, lease);
        return lease;
    }

    private HostBlock allocate(int size) {
        try {
            return new HostBlock(size);
        } catch (OutOfMemoryError first) {
            dropFree(0);
            collect(size);
            HostBlock found = takeFree(sizeClass(size));
            if (found != null) {
                return found;
            }
            dropFree(0); // what was found, too: the JVM frees it while it tries again
            try {
                return new HostBlock(size);
            } catch (OutOfMemoryError second) {
                OutOfMemoryError e = new OutOfMemoryError(("Tensor: no native memory for %d bytes: tensors in use take %d bytes, and the JVM "
                        + "allows %d; free some with TensorScope, or raise -XX:MaxDirectMemorySize").formatted(size, leasedBytes(), maxNativeBytes()));
                e.initCause(second);
                throw e;
            }
        }
    }

    /** The JVM's limit for direct memory; the heap's limit unless set. */
    private static long maxNativeBytes() {
        return Runtime.getRuntime().maxMemory();
    }

    private synchronized HostBlock takeFree(int sizeClass) {
        ArrayDeque<HostBlock> list = free[sizeClass];
        HostBlock block = list == null ? null : list.pollLast();
        if (block != null) {
            pooledBytes -= block.capacity;
        }
        return block;
    }

    @Override
    protected void takeBack(HostBlock block) {
        int sizeClass = sizeClass(block.capacity);
        if (free[sizeClass] == null) {
            free[sizeClass] = new ArrayDeque<>();
        }
        free[sizeClass].addLast(block); // last in, first out: the warm block is reused first
        pooledBytes += block.capacity;
    }

    /** Forgets free blocks, largest classes first, until leased and free bytes together fit; the JVM frees them. */
    @Override
    protected synchronized void dropFree(long fit) {
        for (int c = CLASSES - 1; c >= 0 && leasedBytes() + pooledBytes > fit; c--) {
            while (free[c] != null && !free[c].isEmpty() && leasedBytes() + pooledBytes > fit) {
                pooledBytes -= free[c].pollFirst().capacity;
            }
        }
    }

    /** Bytes kept for reuse. */
    synchronized long pooledBytes() {
        return pooledBytes;
    }

    /** Lets go of all memory that is not in use. */
    void trim() {
        drain();
        dropFree(0);
    }

    static int sizeClass(long bytes) {
        if (bytes <= 1L << MIN_CLASS) {
            return 0;
        }
        int log = 63 - Long.numberOfLeadingZeros(bytes - 1); // 2^log < bytes <= 2^(log+1)
        int quarter = (int) ((bytes - 1 >> log - 2) & 3); // which quarter of that interval
        return (log - MIN_CLASS) * 4 + quarter + 1;
    }

    static long classSize(int sizeClass) {
        if (sizeClass == 0) {
            return 1L << MIN_CLASS;
        }
        int log = (sizeClass - 1) / 4 + MIN_CLASS;
        return (1L << log) + ((sizeClass - 1) % 4 + 1) * (1L << log - 2);
    }
}
