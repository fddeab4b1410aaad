package io.candela.io;

/**
 * A run of elements in a file, shared by one or more tensors. Each reader gives the same object for the same storage.
 *
 * @param key      the storage's name in the file
 * @param type     the type of its elements
 * @param numel    how many elements it has; the file is known to hold them all
 * @param location the device it was saved from, such as {@code cpu} or {@code cuda:0}
 */
public record StorageRef(String key, ElementType type, long numel, String location) {
    /** Size in bytes. */
    public long bytes() {
        return numel * type.bytes();
    }
}
