package io.candela.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is read by position, and that knows its name for messages. Its length is taken once, when it is opened. */
public final class FileSource implements Closeable {
    private static final int HEAP_CHUNK = 1 << 16; // the JDK copies through a direct buffer of the size asked for, and keeps it

    private final FileChannel channel;
    private final String name;
    private final long length;

    private FileSource(FileChannel channel, String name, long length) {
        this.channel = channel;
        this.name = name;
        this.length = length;
    }

    /**
     * Opens a file for reading.
     *
     * @throws IOException if there is no such file, it may not be read, or it is a folder
     */
    public static FileSource open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FileSystemException(path.toString(), null, "is a folder");
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            Path name = path.getFileName();
            return new FileSource(channel, name == null ? path.toString() : name.toString(), channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The file's name without its folder. */
    public String name() {
        return name;
    }

    /** The file's length in bytes. */
    public long length() {
        return length;
    }

    /**
     * Fills what remains of a buffer from a position on. A direct buffer is filled without a copy.
     *
     * @throws FormatException if the file ends before
     */
    public void read(long position, ByteBuffer target) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int limit = target.limit();
            if (!target.isDirect()) {
                target.limit(Math.min(limit, target.position() + HEAP_CHUNK));
            }
            int count = at < 0 || at >= length ? -1 : channel.read(target, at);
            target.limit(limit);
            if (count < 0) {
                throw fail(Math.max(at, 0), "file ends here, %d more bytes were expected", target.remaining());
            }
            at += count;
        }
    }

    /**
     * The bytes at a position, little-endian, from 0 to the limit.
     *
     * @param count how many; the caller has compared it with {@link #length()}
     * @throws FormatException if the file ends before
     */
    public ByteBuffer read(long position, int count) throws IOException {
        if (position < 0 || count > length - position) {
            throw fail(length, "file ends here, bytes %d to %d were expected", position, position + count);
        }
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        read(position, bytes);
        return bytes.flip();
    }

    /** An exception about a byte of this file; see {@link FormatException} for the arguments. */
    public FormatException fail(long offset, String format, Object... values) {
        return new FormatException(name, offset, format, values);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
