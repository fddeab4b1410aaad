package io.candela.io;

import io.candela.io.FileSource;
import io.candela.io.FormatException;

/** Bounds the heap that one file may take before its contents are trusted, so that no file can make the program run out of memory. */
public final class HeapBudget {
    private static final long LEAST = 16 << 20;

    private final FileSource file;
    private final long total;
    private long left;

    /** Half of what Java may take. */
    public HeapBudget(FileSource file) {
        this(file, Math.max(LEAST, Runtime.getRuntime().maxMemory() / 2));
    }

    /** So many bytes. */
    public HeapBudget(FileSource file, long bytes) {
        this.file = file;
        this.total = bytes;
        this.left = bytes;
    }

    /**
     * Takes bytes off the budget.
     *
     * @param offset where in the file they are asked for
     * @throws FormatException if fewer are left
     */
    public void charge(long offset, long bytes) throws FormatException {
        if (bytes > left) {
            throw file.fail(offset, "file needs more than %d MiB of heap for its structure; if it is to be trusted, give Java more memory (-Xmx)",
                    total >> 20);
        }
        left -= bytes;
    }
}
