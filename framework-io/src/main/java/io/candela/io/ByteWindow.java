package io.candela.io;

import java.nio.ByteBuffer;

/** Memory of any size, seen through byte buffers. */
@FunctionalInterface
public interface ByteWindow {
    /**
     * The bytes from {@code offset} to {@code offset + length}, from the buffer's position to its limit; its byte order does not matter. A
     * direct buffer that shares the memory is read from and written to files without a copy. The buffer is used until the next call.
     */
    ByteBuffer window(long offset, int length);

    /**
     * Called by readers when they have filled a window; for memory that buffers cannot share, and that is to be copied to.
     *
     * @param bytes the window, from position to limit
     */
    default void filled(long offset, ByteBuffer bytes) {
    }
}
