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
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;

/** A file that is read by position, and that knows its name for messages. Its length is taken once, when it is opened. */
public final class FileSource implements Closeable {
    private static final int HEAP_CHUNK = 1 << 16; // the JDK copies through a direct buffer of the size asked for, and keeps it

    private final Path path;
    private final FileChannel channel;
    private final Object identity;
    private final long length;

    private FileSource(Path path, FileChannel channel, Object identity) throws IOException {
        this.path = path;
        this.channel = channel;
        this.identity = identity;
        this.length = channel.size();
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
        while (true) {
            Object before = identity(path);
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                if (before.equals(identity(path))) {
                    return new FileSource(path, channel, before);
                }
                channel.close(); // replaced just now: which of the two it is cannot be told
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }
    }

    /** What tells the file under a name from another one that takes the name later; the same for all names without a file. */
    static Object identity(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return List.of(Objects.requireNonNullElse(attributes.fileKey(), ""), attributes.lastModifiedTime(), attributes.size());
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Opens the same file once more, for mapping.
     *
     * @return null if it may not be written, which the JDK asks for though nothing ever is, or if another file has its name by now
     */
    FileChannel reopen() throws IOException {
        FileChannel again;
        try {
            again = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            return null;
        }
        if (!identity.equals(identity(path))) { // while the first is open, no other file gets its key
            again.close();
            return null;
        }
        return again;
    }

    /** The file's name without its folder. */
    public String name() {
        return String.valueOf(path.getFileName() == null ? path : path.getFileName());
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
        return new FormatException(name(), offset, format, values);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
