package io.candela.io.data;

import java.util.Iterator;

/**
 * Samples that come one after the other, such as the lines of a large file. A {@link DataLoader} asks for a new iterator at the start of each epoch,
 * uses it on one thread at a time, and closes it if it is {@link AutoCloseable}.
 *
 * @param <T> what a sample is
 */
@FunctionalInterface
public interface IterableDataset<T> {
    /** Starts from the first sample. */
    Iterator<T> iterator() throws Exception;
}
