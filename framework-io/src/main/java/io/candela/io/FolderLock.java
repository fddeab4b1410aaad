package io.candela.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second writer out of a folder. The operating system holds the lock and drops it with the process, however that ends; the file that
 * carries it stays, with the number of the last process in it.
 */
final class FolderLock implements Closeable {
    private static final String NAME = ".lock";
    private static final int LONGEST_NUMBER = 20;
    /** The folders locked by this process. Its locks are kept here too: on POSIX, closing any channel of a file drops the process's lock on it. */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws FileSystemException if this or another process has it
     */
    static FolderLock of(Path path) throws IOException {
        Path folder = path.toRealPath();
        if (!OWN.add(folder)) {
            throw taken(path, "this process");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            // a byte far behind the contents, because Windows lets nobody read what is locked
            FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
            if (lock == null) {
                throw taken(path, "process " + holder(channel));
            }
            channel.truncate(0).write(StandardCharsets.US_ASCII.encode(Long.toString(ProcessHandle.current().pid())), 0);
            return new FolderLock(folder, channel);
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            OWN.remove(folder);
            throw e;
        }
    }

    private static FileSystemException taken(Path folder, String who) {
        return new FileSystemException(folder.toString(), null, who + " saves checkpoints there; close that Checkpointer, or take another folder");
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer number = ByteBuffer.allocate(LONGEST_NUMBER);
        channel.read(number, 0);
        return StandardCharsets.US_ASCII.decode(number.flip()).toString();
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            OWN.remove(folder);
        }
    }
}
