package io.candela.io;

import io.candela.backend.cpu.CpuBackend;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Reads storages while the caller makes the next ones: to take memory from the system costs about as much as to fill it. Threads join only
 * when there is enough to read.
 */
final class ReadCrew {
    /** Reads one storage. */
    @FunctionalInterface
    interface Job {
        void run() throws IOException;
    }

    private static final long WORTH_A_THREAD = 8 << 20;

    private final Queue<Job> jobs = new ArrayDeque<>();
    private final List<Thread> helpers = new ArrayList<>();
    private long waiting; // bytes of the jobs that no helper was there for
    private boolean complete;
    private Throwable failure;

    /** Takes over a job that reads so many bytes. It may run at once or later, on any thread. */
    synchronized void add(long bytes, Job job) {
        jobs.add(job);
        waiting += bytes;
        notify();
        if (waiting >= WORTH_A_THREAD && helpers.size() < CpuBackend.threads() - 1) {
            waiting -= WORTH_A_THREAD;
            Thread helper = new Thread(() -> work(true), "candela-read-" + (helpers.size() + 1));
            helper.setDaemon(true);
            helpers.add(helper);
            helper.start();
        }
    }

    /**
     * Works with the helpers until all jobs are done.
     *
     * @throws IOException the first failure of a job; the jobs after it are left out
     */
    void finish() throws IOException {
        synchronized (this) {
            complete = true;
            notifyAll();
        }
        work(false);
        join();
        if (failure instanceof IOException e) {
            throw e;
        } else if (failure instanceof RuntimeException e) {
            throw e;
        } else if (failure instanceof Error e) {
            throw e;
        }
    }

    /** Drops the jobs that are left, and returns when no helper works any more. */
    void cancel() {
        synchronized (this) {
            complete = true;
            jobs.clear();
            notifyAll();
        }
        try {
            join();
        } catch (InterruptedIOException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void join() throws InterruptedIOException {
        boolean interrupted = false;
        for (Thread helper : helpers) {
            while (helper.isAlive()) { // they write to memory that the caller may free afterwards: waited for in any case
                try {
                    helper.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            throw new InterruptedIOException("reading was interrupted");
        }
    }

    private void work(boolean patient) {
        for (Job job = next(patient); job != null; job = next(patient)) {
            try {
                job.run();
            } catch (IOException | RuntimeException | Error e) {
                synchronized (this) {
                    failure = failure == null ? e : failure;
                    jobs.clear();
                }
            }
        }
    }

    /** @return null when there is nothing left to do */
    private synchronized Job next(boolean patient) {
        while (patient && jobs.isEmpty() && !complete) {
            try {
                wait();
            } catch (InterruptedException e) {
                return null;
            }
        }
        return failure != null ? null : jobs.poll();
    }
}
