package io.candela.io.data;

import java.util.Iterator;

/**
 * The batches of one epoch, for one thread. Closing it early lets go of the batches that workers made ahead, and of the stream of an
 * {@link IterableDataset}; at the end of the epoch that happens by itself. After a failure there are no more batches.
 *
 * @param <B> what a batch is
 */
public interface DataIterator<B> extends Iterator<B>, AutoCloseable {
    @Override
    void close();
}
