package io.candela.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** Writes a channel from front to back: small pieces are gathered, large direct buffers go to the file without a copy. */
public final class ChannelOutput {
    private static final int BUFFER = 1 << 16;

    private final FileChannel out;
    private final LongConsumer written; // is told of bytes that went to the channel
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private long flushed; // bytes that have left the buffer

    /**
     * Writes from the channel's position on.
     *
     * @param written is told how many bytes went to the channel, each time
     */
    ChannelOutput(FileChannel out, LongConsumer written) {
        this.out = out;
        this.written = written;
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
            flush();
        }
        return buffer;
    }

    /** Writes what remains in a buffer. */
    public void put(ByteBuffer data) throws IOException {
        if (data.remaining() <= BUFFER / 4) {
            room(data.remaining()).put(data);
            return;
        }
        flush();
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
        buffer.flip();
        while (buffer.hasRemaining()) {
            write(buffer);
        }
        buffer.clear();
    }

    private void write(ByteBuffer bytes) throws IOException {
        int count = out.write(bytes);
        flushed += count;
        written.accept(count);
    }
}
