package io.candela.io.data;

/** A sample or batch could not be loaded. The cause is what the dataset or the collation threw, on whatever thread. */
public final class DataLoaderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long index;

    DataLoaderException(long index, String message, Throwable cause) {
        super(message, cause);
        this.index = index;
    }

    /** The sample's number in the dataset, or its place in the stream; -1 if it was not one sample that failed but a batch as a whole. */
    public long index() {
        return index;
    }
}
