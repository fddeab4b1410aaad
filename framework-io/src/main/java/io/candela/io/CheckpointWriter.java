package io.candela.io;

import java.io.IOException;

/**
 * A thread that writes checkpoints aside, one at a time. It stays from the first to the last of them: starting a thread takes longer than copying a
 * small model.
 *
 * <p>It does not keep the process alive, but a process that ends waits for the file under way.
 */
final class CheckpointWriter {
    /** Writes one checkpoint. */
    @FunctionalInterface
    interface Job {
        void run() throws IOException;
    }

    private final Thread ending = new Thread(this::await, "candela-checkpoint-end");
    private Job job; // null unless a file is under way
    private Throwable failure; // of the last job
    private boolean stopped;

    CheckpointWriter() {
        Thread thread = new Thread(this::run, "candela-checkpoint");
        thread.setDaemon(true);
        thread.start();
        try {
            Runtime.getRuntime().addShutdownHook(ending);
        } catch (IllegalStateException e) {
            // the process ends already; who saves now waits for the file itself
        }
    }

    private void run() {
        for (Job next = next(); next != null; next = next()) {
            Throwable thrown = null;
            try {
                next.run();
            } catch (IOException | RuntimeException | Error e) { // all of it is for the caller's thread
                thrown = e;
            }
            next = null; // while this thread waits for the next one, nothing holds the copy
            finished(thrown);
        }
    }

    private synchronized Job next() {
        while (job == null && !stopped) {
            try {
                wait();
            } catch (InterruptedException e) {
                // nobody's business here: stop() ends the thread
            }
        }
        return job;
    }

    private synchronized void finished(Throwable thrown) {
        job = null;
        failure = thrown;
        notifyAll();
    }

    /** Hands over the next checkpoint; the one before it must have been awaited. */
    synchronized void start(Job next) {
        job = next;
        notifyAll();
    }

    /**
     * Waits until no file is under way.
     *
     * @return what went wrong with the last one; null if nothing did, or if it was told before
     */
    synchronized Throwable await() {
        boolean interrupted = false;
        while (job != null) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true; // for the caller to see; the file needs no more than a moment
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable e = failure;
        failure = null;
        return e;
    }

    /** Ends the thread, after the file under way. */
    void stop() {
        synchronized (this) {
            stopped = true;
            notifyAll();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException e) {
            // the process ends already
        }
    }
}
