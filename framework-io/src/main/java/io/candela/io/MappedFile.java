package io.candela.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.HashMap;
import java.util.Map;

/**
 * A file mapped copy-on-write, in as few pieces as the JDK's limit of 2 GiB per piece allows. The pieces outlive this object: they are unmapped
 * when no buffer over them is reachable.
 */
final class MappedFile implements AutoCloseable {
    private static final long STEP = 1L << 30; // pieces start at its multiples and overlap, so that nearly every storage lies in one

    private final FileChannel channel;
    private final TensorSource source;
    private final Map<Long, ByteBuffer> pieces = new HashMap<>(); // by position

    private MappedFile(FileChannel channel, TensorSource source) {
        this.channel = channel;
        this.source = source;
    }

    /**
     * Maps an open file.
     *
     * @param source who tells about the file in exceptions
     * @return null if it has to be read, see {@link FileSource#reopen}
     */
    static MappedFile open(FileSource file, TensorSource source) throws IOException {
        FileChannel channel = file.reopen();
        return channel == null ? null : new MappedFile(channel, source);
    }

    /**
     * Bytes of the file.
     *
     * @throws FormatException if the file ends before
     */
    ByteBuffer bytes(long position, int length) throws IOException {
        long size = channel.size();
        if (position > size - length) { // beyond its end the JDK would let the file grow
            throw source.fail("file has become shorter: it has %d bytes, %d are needed", size, position + length);
        }
        long start = position - position % STEP;
        if (position + length - start > Integer.MAX_VALUE) {
            return channel.map(MapMode.PRIVATE, position, length);
        }
        ByteBuffer piece = pieces.get(start);
        if (piece == null) {
            piece = channel.map(MapMode.PRIVATE, start, Math.min(size - start, Integer.MAX_VALUE));
            pieces.put(start, piece);
        }
        return piece.slice((int) (position - start), length);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
