package io.candela.backend;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;

/**
 * What the pools of all devices have in common: who uses which block of memory, and when to ask the garbage collector who still does. A block is
 * handed out with a {@link Lease}; it comes back when the lease is ended or, as the safety net, when nobody can reach the lease any more.
 *
 * <p>The collector knows nothing of memory outside the heap. So a pool that would have to grow asks for a collection first, once the bytes in use
 * pass a budget. The budget follows the live bytes as a heap's does: it grows when collecting finds little to free, or when collections take
 * more than a tenth of the time.
 *
 * @param <B> a block
 */
public abstract class LeasePool<B> {
    private static final long COLLECTION_WAIT_MILLIS = 100;

    private final ReferenceQueue<Lease> unreachable = new ReferenceQueue<>();
    private final long mostAllowance;
    private Handle handles; // all that are in use, linked: phantom references work only while reachable themselves
    private long leasedBytes;
    private long allowance; // garbage that may gather between two collections
    private long budget; // leased bytes at which the next one is asked for
    private long lastCollectionEnd;
    private int expensiveInARow; // collections that took more than a tenth of the time since the one before

    /**
     * An empty pool.
     *
     * @param allowance     garbage in bytes that may gather between two collections
     * @param mostAllowance how far that may grow for the sake of rarer collections alone
     */
    protected LeasePool(long allowance, long mostAllowance) {
        this.allowance = allowance;
        this.mostAllowance = mostAllowance;
        this.budget = allowance;
    }

    /** The right to use a block. Storages hold it; when none does any more the block goes back. */
    public abstract static class Lease {
        private LeasePool<?>.Handle handle;

        /** For pools alone. */
        protected Lease() {}

        /** Gives the block back now. The caller makes sure that this happens once, and that nobody uses the block afterwards. */
        public final void end() {
            handle.recycle();
        }
    }

    private final class Handle extends PhantomReference<Lease> {
        private B block; // null once recycled
        private Handle next;
        private Handle previous;

        Handle(Lease lease, B block) {
            super(lease, unreachable);
            this.block = block;
        }

        /** Of the two ways here (ended, collected) the first one counts. */
        void recycle() {
            synchronized (LeasePool.this) {
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
                leasedBytes -= size(block);
                takeBack(block);
                block = null;
            }
            clear(); // or the collector would find it again
        }
    }

    /** How many bytes a block has; always the same for one block while it is leased. */
    protected abstract long size(B block);

    /** Puts a block back among the free ones; called while the pool is locked, on any thread. */
    protected abstract void takeBack(B block);

    /** Lets go of free blocks until leased and free bytes together fit, as far as there are any. */
    protected abstract void dropFree(long fit);

    /** Notes that a block is used for as long as {@code lease}, which is new, is reachable and not ended. */
    protected final synchronized void handOut(B block, Lease lease) {
        leasedBytes += size(block);
        Handle handle = new Handle(lease, block);
        lease.handle = handle;
        handle.next = handles;
        if (handles != null) {
            handles.previous = handle;
        }
        handles = handle;
    }

    /** Takes back what earlier collections found. */
    protected final void drain() {
        for (Reference<? extends Lease> r = unreachable.poll(); r != null; r = unreachable.poll()) {
            ((LeasePool<?>.Handle) r).recycle();
        }
    }

    /** Whether a collection should be asked for before the pool grows by {@code more} bytes. */
    protected final synchronized boolean overBudget(long more) {
        return leasedBytes + more > budget;
    }

    /** Asks for a collection, waits until its finds have arrived, and sets the next budget, {@code needed} more bytes being wanted. */
    protected final void collect(long needed) {
        long start = System.nanoTime();
        ReferenceQueue<Object> arrived = new ReferenceQueue<>();
        PhantomReference<Object> sentinel = new PhantomReference<>(new Object(), arrived);
        System.gc();
        long collected = System.nanoTime();
        try {
            arrived.remove(COLLECTION_WAIT_MILLIS); // the JVM's thread that hands over what was found may be late on a busy machine
            for (Reference<? extends Lease> r = unreachable.remove(1); r != null; r = unreachable.remove(1)) {
                ((LeasePool<?>.Handle) r).recycle();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Reference.reachabilityFence(sentinel);
        long end = System.nanoTime();
        long fit;
        synchronized (this) {
            // Twice in a row, so that one slow collection on a busy machine does not make the process larger for good.
            boolean expensive = (collected - start) * 10 > end - lastCollectionEnd;
            expensiveInARow = expensive ? expensiveInARow + 1 : 0;
            if (expensiveInARow == 2) {
                expensiveInARow = 0;
                allowance = Math.max(allowance, Math.min(allowance * 3 / 2, mostAllowance));
            }
            long live = leasedBytes + needed;
            budget = live + Math.max(allowance, live / 2);
            lastCollectionEnd = end;
            fit = budget;
        }
        dropFree(fit); // blocks of sizes that nobody asks for any more
    }

    /** Bytes handed out and not yet back. */
    public final synchronized long leasedBytes() {
        return leasedBytes;
    }
}
