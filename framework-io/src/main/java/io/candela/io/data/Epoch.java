package io.candela.io.data;

import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** One epoch under way: hands out the batches of a source in order, made on the caller's thread or ahead of it by workers. */
final class Epoch<B> implements DataIterator<B> {
    private final BatchSource<B> source;
    private final ExecutorService workers; // null to load on the caller's thread
    private final int ahead;
    private final Runnable atEnd;
    private final Queue<Future<B>> loading = new ArrayDeque<>();
    private int asked; // batches that loading has begun for
    private volatile int position; // batches handed out
    private B next; // of a source that does not know its count: looked at by hasNext, not handed out yet
    private boolean closed;

    /**
     * @param position batches that were handed out before
     * @param ahead    how many batches workers may make ahead
     * @param atEnd    called once when the source has no more batches
     */
    Epoch(BatchSource<B> source, int position, ExecutorService workers, int ahead, Runnable atEnd) {
        this.source = source;
        this.position = position;
        this.asked = position;
        this.workers = workers;
        this.ahead = ahead;
        this.atEnd = atEnd;
    }

    /** Batches handed out in this epoch, also before it was resumed. */
    int position() {
        return position;
    }

    @Override
    public boolean hasNext() {
        if (closed || next != null) {
            return !closed;
        }
        boolean more;
        if (source.count() >= 0) {
            more = position < source.count();
        } else {
            next = load();
            more = next != null;
        }
        if (!more) {
            close();
            atEnd.run();
        }
        return more;
    }

    @Override
    public B next() {
        if (!hasNext()) {
            throw new NoSuchElementException("DataLoader: the epoch has no more batches");
        }
        B batch = next != null ? next : load();
        next = null;
        position++;
        return batch;
    }

    private B load() {
        boolean good = false;
        try {
            B batch = workers == null ? source.load(asked++) : await();
            good = true;
            return batch;
        } finally {
            if (!good) {
                close();
            }
        }
    }

    private B await() {
        while (loading.size() < ahead && (source.count() < 0 || asked < source.count())) {
            int number = asked++;
            loading.add(workers.submit(() -> source.load(number)));
        }
        try {
            return loading.remove().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("DataLoader: interrupted while waiting for a batch", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DataLoaderException failure) {
                failure.addSuppressed(new IllegalStateException("a batch was waited for here")); // the cause has the worker's stack only
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause(); // load declares nothing else
        }
    }

    @Override
    public void close() {
        closed = true;
        next = null;
        loading.forEach(batch -> batch.cancel(false)); // not interrupted: that would close files which others read too
        loading.clear();
        source.close();
    }
}
