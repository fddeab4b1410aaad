package io.candela.io;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;

/**
 * A file whose structure was read and checked, and none of its payload: what is in it, and where the bytes of each storage are. Every format
 * has one.
 */
public interface TensorSource extends Closeable {
    /**
     * Where a storage stands in a file just as it has to stand in memory.
     *
     * @param file     the file
     * @param position its first byte
     */
    record Region(FileSource file, long position) {
    }

    /** What kind of file it is, for people to read. */
    String format();

    /** What the file says about itself by name. */
    Map<String, String> metadata();

    /** The nest in the file, its leaves made by {@code leaves}; each call makes another one. */
    Object read(Leaves leaves) throws IOException;

    /**
     * Copies a storage into memory, little-endian, and checks it as far as the format allows. Several threads may do so at once.
     *
     * @param storage one of this source's
     * @param target  {@link StorageRef#bytes()} bytes
     * @throws FormatException if the payload is damaged or has become shorter
     */
    void readStorage(StorageRef storage, ByteWindow target) throws IOException;

    /** Where the bytes are; null if they have to be decompressed or swapped. */
    Region region(StorageRef storage) throws IOException;

    /** The storage whose bytes this one is said to repeat, because the format cannot let two names share bytes; else itself. */
    default StorageRef original(StorageRef storage) {
        return storage;
    }

    /** Whether a storage really has the bytes of its {@link #original}; reads both. */
    default boolean repeatsOriginal(StorageRef storage) throws IOException {
        return false;
    }

    /** An exception about the file as a whole, for what only the caller can find wrong; see {@link FormatException} for the arguments. */
    FormatException fail(String format, Object... values);
}
