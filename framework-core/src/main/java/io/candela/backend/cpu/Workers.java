package io.candela.backend.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that share large kernels: one set for Java loops and oneDNN alike, so that no two pools spin against each other.
 *
 * <p>Work comes in numbered chunks whose bounds depend on the size and on the thread count setting alone, never on who is free: results are
 * the same bit for bit when the pool is busy with another thread's kernel and the caller does every chunk itself.
 */
final class Workers {
    /** One kernel, cut into chunks that may run at once on several threads. */
    interface Chunks {
        /** Does chunk {@code index}. */
        void run(int index);
    }

    private static final int SPINS = 10_000; // some 100 us: the gap between two large kernels of a training step
    private static final AtomicBoolean BUSY = new AtomicBoolean();
    private static volatile Workers instance;
    private static volatile int threads = defaultThreads();

    private final Worker[] workers;
    private volatile Job job;

    private Workers(int count) {
        workers = new Worker[count];
        for (int i = 0; i < count; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    private static int defaultThreads() {
        int set = Integer.getInteger("candela.threads", 0);
        return set > 0 ? set : Runtime.getRuntime().availableProcessors();
    }

    /** How many threads a large kernel uses, the caller included. */
    static int threads() {
        return threads;
    }

    /** Sets {@link #threads()}; kernels already running finish as they began. */
    static synchronized void setThreads(int count) {
        threads = count;
        Workers old = instance;
        instance = null;
        if (old != null) {
            old.publish(new Job(null, 0)); // tells the old threads to end
        }
    }

    private static synchronized Workers instance() {
        if (instance == null) {
            instance = new Workers(threads - 1);
        }
        return instance;
    }

    /** Runs chunks 0 to {@code count}−1 and returns when all are done. An exception or error of a chunk is thrown here. */
    static void run(int count, Chunks chunks) {
        if (count > 1 && threads > 1 && BUSY.compareAndSet(false, true)) {
            try {
                Workers w = instance;
                (w != null ? w : instance()).share(new Job(chunks, count));
            } finally {
                BUSY.set(false);
            }
        } else {
            for (int i = 0; i < count; i++) {
                chunks.run(i);
            }
        }
    }

    private void share(Job next) {
        publish(next);
        next.work();
        int spins = 0;
        while (next.done.get() < next.count) {
            if (++spins > SPINS) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
        job = null; // forget the tensors it holds
        Throwable t = next.failure;
        if (t instanceof Error e) {
            throw e;
        }
        if (t != null) {
            throw (RuntimeException) t;
        }
    }

    private void publish(Job next) {
        job = next;
        for (Worker w : workers) {
            if (w.parked) {
                LockSupport.unpark(w);
            }
        }
    }

    private static final class Job {
        final Chunks chunks;
        final int count;
        final AtomicInteger taken = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        volatile Throwable failure;

        Job(Chunks chunks, int count) {
            this.chunks = chunks;
            this.count = count;
        }

        void work() {
            for (int i = taken.getAndIncrement(); i < count; i = taken.getAndIncrement()) {
                try {
                    chunks.run(i);
                } catch (RuntimeException | Error t) {
                    failure = t;
                } finally {
                    done.incrementAndGet();
                }
            }
        }
    }

    private final class Worker extends Thread {
        volatile boolean parked;

        Worker(int number) {
            super("candela-worker-" + number);
            setDaemon(true);
        }

        @Override
        public void run() {
            Job last = null;
            while (true) {
                Job next = job;
                for (int spins = 0; (next == last || next == null) && spins < SPINS; spins++) {
                    Thread.onSpinWait();
                    next = job;
                }
                if (next == last || next == null) {
                    parked = true;
                    next = job; // read again after the flag is up, or a job published in between would be missed
                    if (next == last || next == null) {
                        LockSupport.park(Workers.this);
                    }
                    parked = false;
                    last = null;
                    continue;
                }
                if (next.chunks == null) {
                    return;
                }
                next.work();
                last = next;
            }
        }
    }
}
