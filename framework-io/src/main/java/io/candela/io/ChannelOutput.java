package io.candela.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Writes a channel from front to back: small pieces are gathered, large direct buffers go to the file without a copy. */
public final class ChannelOutput {
    /** Uncached files are written in blocks of so many bytes, from addresses that are multiples of it. */
    private static final int BLOCK = 4096;
    private static final int BUFFER = 1 << 16;
    private static final int PORTION = 1 << 20;
    private static final int UNCACHED_BUFFER = 1 << 20;
    private static final int UNCACHED_PORTION = 1 << 17;

    private final FileChannel out;
    private final LongConsumer written; // is told of bytes that went to the channel
    private final boolean uncached;
    private final ByteBuffer buffer;
    private long flushed; // bytes that have left the buffer

    /**
     * Writes from the channel's position on.
     *
     * @param written is told how many bytes went to the channel, each time
     */
    ChannelOutput(FileChannel out, LongConsumer written) {
        this(out, written, ByteBuffer.allocateDirect(BUFFER), false);
    }

    private ChannelOutput(FileChannel out, LongConsumer written, ByteBuffer buffer, boolean uncached) {
        this.out = out;
        this.written = written;
        this.buffer = buffer.order(ByteOrder.LITTLE_ENDIAN);
        this.uncached = uncached;
    }

    /**
     * Writes an empty file from its start on, in whole blocks and all of it from one buffer, as the system demands of a channel opened with {@code DIRECT}.
     *
     * @param buffer of {@link #uncachedBuffer}
     */
    ChannelOutput(FileChannel out, ByteBuffer buffer) {
        this(out, count -> { }, buffer.clear(), true);
    }

    /**
     * A buffer for uncached files in a folder.
     *
     * @return null if its file system has other blocks
     */
    static ByteBuffer uncachedBuffer(Path folder) throws IOException {
        return Files.getFileStore(folder).getBlockSize() == BLOCK ? ByteBuffer.allocateDirect(UNCACHED_BUFFER + BLOCK).alignedSlice(BLOCK) : null;
    }

    /** How many bytes to put at once, if there are so many: few enough that who has just read them finds them in the cache again where they are copied. */
    public int portion() {
        return uncached ? UNCACHED_PORTION : PORTION;
    }

    /** How many bytes were written so far. */
    public long position() {
        return flushed + buffer.position();
    }

    /**
     * A little-endian buffer to put the next bytes in.
     *
     * @param bytes how many at most; up to some thousand
     */
    public ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            drain();
        }
        return buffer;
    }

    /** Writes what remains in a buffer. */
    public void put(ByteBuffer data) throws IOException {
        if (uncached) {
            while (data.hasRemaining()) {
                int count = Math.min(room(1).remaining(), data.remaining());
                buffer.put(data.slice(data.position(), count));
                data.position(data.position() + count);
            }
            return;
        }
        if (data.remaining() <= BUFFER / 4) {
            room(data.remaining()).put(data);
            return;
        }
        drain();
        while (data.hasRemaining()) {
            int limit = data.limit();
            if (!data.isDirect()) {
                data.limit(Math.min(limit, data.position() + BUFFER)); // else the JDK makes a direct copy of it all
            }
            write(data);
            data.limit(limit);
        }
    }

    /** Hands all that was gathered to the channel. */
    public void flush() throws IOException {
        int end = buffer.position();
        if (!uncached || end % BLOCK == 0) {
            drain();
            return;
        }
        long at = flushed;
        buffer.limit((end + BLOCK - 1) / BLOCK * BLOCK).position(0); // with what lies behind the end, which is cut off again
        while (buffer.hasRemaining()) {
            at += out.write(buffer, at);
        }
        out.truncate(flushed + end);
        buffer.clear().position(end);
    }

    /** Empties the buffer, but for an uncached file's last block if that is not full. */
    private void drain() throws IOException {
        int end = buffer.position();
        int whole = uncached ? end / BLOCK * BLOCK : end;
        buffer.limit(whole).position(0);
        while (buffer.hasRemaining()) {
            write(buffer);
        }
        buffer.limit(end).position(whole);
        buffer.compact();
    }

    private void write(ByteBuffer bytes) throws IOException {
        int count = out.write(bytes);
        flushed += count;
        written.accept(count);
    }
}
