package io.candela.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;

/**
 * Lets the disk write the front of a large file while its end is still being made. Without it the system holds everything back until the file is
 * forced, and the disk waits meanwhile. One thread forces what has gathered, again and again; small files have none.
 */
final class EarlyForce {
    private static final long WORTH_IT = 16 << 20;

    private final FileChannel channel;
    private Thread thread;
    private long written;
    private long asked; // how much was there when the last force began
    private boolean finished;
    private IOException failure;

    EarlyForce(FileChannel channel) {
        this.channel = channel;
    }

    /** Tells that more bytes went to the channel. */
    synchronized void written(long bytes) {
        written += bytes;
        if (written - asked >= WORTH_IT) {
            if (thread == null) {
                thread = new Thread(this::run, "candela-force");
                thread.setDaemon(true);
                thread.start();
            }
            notifyAll();
        }
    }

    private void run() {
        while (more()) {
            try {
                channel.force(false);
            } catch (IOException e) {
                synchronized (this) {
                    failure = e;
                    return;
                }
            }
        }
    }

    private synchronized boolean more() {
        while (!finished && written - asked < WORTH_IT) {
            try {
                wait();
            } catch (InterruptedException e) {
                return false; // nobody does so; the file is forced at its end in any case
            }
        }
        asked = written;
        return !finished;
    }

    /**
     * Returns when the channel is no longer in use here.
     *
     * @throws IOException what went wrong meanwhile: the system tells of a failed write once, and may call the next force a success
     */
    void finish() throws IOException {
        Thread helper;
        synchronized (this) {
            finished = true;
            helper = thread;
            notifyAll();
        }
        boolean interrupted = false;
        while (helper != null && helper.isAlive()) { // waited for in any case: the channel is closed next
            try {
                helper.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("saving was interrupted");
        }
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
