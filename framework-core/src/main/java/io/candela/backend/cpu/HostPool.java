package io.candela.backend.cpu;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;

/**
 * The pool of native memory blocks. A block is handed out with a {@link Lease}; it comes back when the lease is ended or, as the safety
 * net, when the garbage collector finds that nobody can reach the lease any more.
 *
 * <p>Only a miss costs: when no free block fits and the bytes in use would pass the budget, the pool asks for a collection and looks again.
 * The budget follows the live bytes as a heap's does: it grows when collecting finds little to free, or when collections take more
 * than a tenth of the time.
 *
 * <p>Size classes are powers of two with three steps between, so at most a quarter of a block is unused.
 */
final class HostPool {
    private static final long MIN_BUDGET = Math.min(128L << 20, maxNativeBytes() / 2);
    /** How far slabs may pass the budget before a collection is asked for. */
    private static final long SLAB_PATIENCE = Math.min(256L << 20, maxNativeBytes() / 4);
    /** How far the budget grows for the sake of rarer collections alone. */
    private static final long MOST_GARBAGE = 512L << 20;
    private static final int MIN_CLASS = 12; // 4 KiB
    private static final int CLASSES = (31 - MIN_CLASS) * 4 + 4;
    private static final long COLLECTION_WAIT_MILLIS = 100;

    static final HostPool INSTANCE = new HostPool(); // after the constants that it reads

    @SuppressWarnings({"unchecked", "rawtypes"})
    private final ArrayDeque<HostBlock>[] free = new ArrayDeque[CLASSES];
    private final ReferenceQueue<Lease> unreachable = new ReferenceQueue<>();
    private Handle handles; // all that are in use, linked: phantom references work only while reachable themselves
    private long leasedBytes;
    private long pooledBytes;
    private long allowance = MIN_BUDGET; // garbage that may gather between two collections
    private long budget = MIN_BUDGET; // leased bytes at which the next one is asked for
    private long lastCollectionEnd;
    private int expensiveInARow; // collections that took more than a tenth of the time since the one before

    /** The right to use a block. Storages hold it; when none does any more the block is recycled. */
    static final class Lease {
        final HostBlock block;
        private Handle handle;

        private Lease(HostBlock block) {
            this.block = block;
        }

        /** Gives the block back now. The caller makes sure that this happens once, and that nobody uses the block afterwards. */
        void end() {
            handle.recycle();
        }
    }

    private final class Handle extends PhantomReference<Lease> {
        private HostBlock block; // null once recycled
        private Handle next;
        private Handle previous;

        Handle(Lease lease) {
            super(lease, unreachable);
            this.block = lease.block;
        }

        /** Of the two ways here (ended, collected) the first one counts. */
        void recycle() {
            synchronized (HostPool.this) {
                if (block == null) {
                    return;
                }
                if (previous == null) {
                    handles = next;
                } else {
                    previous.next = next;
                }
                if (next != null) {
                    next.previous = previous;
                }
                giveBack(block);
                block = null;
            }
            clear(); // or the collector would find it again
        }
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

    private synchronized Lease handOut(HostBlock block) {
        leasedBytes += block.capacity;
        Lease lease = new Lease(block);
        Handle handle = new Handle(lease);
        lease.handle = handle;
        handle.next = handles;
        if (handles != null) {
            handles.previous = handle;
        }
        handles = handle;
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

    private synchronized boolean overBudget(long more) {
        return leasedBytes + more > budget;
    }

    /** Asks for a collection, waits until its finds have arrived, and sets the next budget. */
    private void collect(long needed) {
        long start = System.nanoTime();
        ReferenceQueue<Object> arrived = new ReferenceQueue<>();
        PhantomReference<Object> sentinel = new PhantomReference<>(new Object(), arrived);
        System.gc();
        long collected = System.nanoTime();
        try {
            arrived.remove(COLLECTION_WAIT_MILLIS); // the JVM's thread that hands over what was found may be late on a busy machine
            for (Reference<? extends Lease> r = unreachable.remove(1); r != null; r = unreachable.remove(1)) {
                ((Handle) r).recycle();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Reference.reachabilityFence(sentinel);
        long end = System.nanoTime();
        synchronized (this) {
            // Twice in a row, so that one slow collection on a busy machine does not make the process larger for good.
            boolean expensive = (collected - start) * 10 > end - lastCollectionEnd;
            expensiveInARow = expensive ? expensiveInARow + 1 : 0;
            if (expensiveInARow == 2) {
                expensiveInARow = 0;
                allowance = Math.max(allowance, Math.min(allowance * 3 / 2, Math.min(MOST_GARBAGE, maxNativeBytes() / 2)));
            }
            long live = leasedBytes + needed;
            budget = live + Math.max(allowance, live / 2);
            lastCollectionEnd = end;
        }
        dropFree(budget); // blocks of sizes that nobody asks for any more
    }

    private void drain() {
        for (Reference<? extends Lease> r = unreachable.poll(); r != null; r = unreachable.poll()) {
            ((Handle) r).recycle();
        }
    }

    private synchronized HostBlock takeFree(int sizeClass) {
        ArrayDeque<HostBlock> list = free[sizeClass];
        HostBlock block = list == null ? null : list.pollLast();
        if (block != null) {
            pooledBytes -= block.capacity;
        }
        return block;
    }

    private synchronized void giveBack(HostBlock block) {
        leasedBytes -= block.capacity;
        int sizeClass = sizeClass(block.capacity);
        if (free[sizeClass] == null) {
            free[sizeClass] = new ArrayDeque<>();
        }
        free[sizeClass].addLast(block); // last in, first out: the warm block is reused first
        pooledBytes += block.capacity;
    }

    /** Forgets free blocks, largest classes first, until leased and free bytes together fit; the JVM frees them. */
    private synchronized void dropFree(long fit) {
        for (int c = CLASSES - 1; c >= 0 && leasedBytes + pooledBytes > fit; c--) {
            while (free[c] != null && !free[c].isEmpty() && leasedBytes + pooledBytes > fit) {
                pooledBytes -= free[c].pollFirst().capacity;
            }
        }
    }

    /** Bytes handed out and not yet back. */
    synchronized long leasedBytes() {
        return leasedBytes;
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
