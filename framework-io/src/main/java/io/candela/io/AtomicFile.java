package io.candela.io;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Replaces a file as a whole: whoever opens it sees the old contents or the new, also after a crash or a full disk.
 *
 * <p>The new contents go to a temporary file beside the target. {@link #commit()} forces them to the disk, gives them the target's name
 * in one step, and forces the folder. Without a commit, {@link #close()} removes the temporary file and the target stays as it was. A
 * symbolic link stays a link: the file that it points to is replaced. The permissions of an existing file are kept; a file that may not be
 * written is not replaced.
 *
 * <pre>{@code
 * try (AtomicFile file = AtomicFile.open(path)) {
 *     file.channel().write(buffer);
 *     file.commit();
 * }
 * }</pre>
 */
public final class AtomicFile implements Closeable {
    private static final int MAX_LINKS = 40; // the limit of Linux
    private static final long LARGE = 16 << 20;
    private static final Set<OpenOption> CACHED = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final Set<OpenOption> UNCACHED = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
    private static final int NAME_KEPT = 60; // characters of the target's name in the temporary one, which has to fit 255 bytes

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final EarlyForce early;
    private final ByteBuffer uncached; // null if the file goes through the system's memory
    private boolean committed;

    private AtomicFile(Path target, Path temporary, FileChannel channel, ByteBuffer uncached) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
        this.early = new EarlyForce(channel);
        this.uncached = uncached;
    }

    /**
     * Creates the temporary file beside {@code path}. The target need not exist, its folder must.
     *
     * @throws AccessDeniedException if the file exists and may not be written
     * @throws FileSystemException if the path is something else than a file, such as a folder or a device, or if its folder is missing
     */
    public static AtomicFile open(Path path) throws IOException {
        return open(path, null);
    }

    /**
     * As {@link #open}, but {@link #output()} goes past the system's memory for files if the file system lets it. It takes less of the processors' time;
     * who reads the file soon has to fetch it from the disk.
     *
     * @param buffer of {@link ChannelOutput#uncachedBuffer}, for one file at a time
     */
    public static AtomicFile openUncached(Path path, ByteBuffer buffer) throws IOException {
        return open(path, buffer);
    }

    private static AtomicFile open(Path path, ByteBuffer wanted) throws IOException {
        Path target = followLinks(path.toAbsolutePath());
        if (Files.exists(target)) {
            if (!Files.isRegularFile(target)) {
                throw new FileSystemException(path.toString(), null, "cannot be replaced by a file, because it is not a regular file");
            }
            if (!Files.isWritable(target)) {
                throw new AccessDeniedException(path.toString());
            }
        }
        Path folder = target.getParent();
        if (folder == null || target.getFileName() == null) {
            throw new FileSystemException(path.toString(), null, "is not the name of a file");
        }
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(path.toString(), null, "there is no folder " + folder);
        }
        String name = target.getFileName().toString();
        ByteBuffer uncached = wanted;
        String stem = name.length() <= NAME_KEPT ? name : name.substring(0, NAME_KEPT);
        while (true) {
            Path temporary = folder.resolve("." + stem + "." + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp");
            FileChannel channel;
            try {
                channel = FileChannel.open(temporary, uncached == null ? CACHED : UNCACHED);
            } catch (FileAlreadyExistsException taken) {
                continue; // another random name
            } catch (IOException | UnsupportedOperationException e) {
                if (uncached == null) {
                    throw e;
                }
                Files.deleteIfExists(temporary);
                uncached = null; // the file system cannot
                continue;
            }
            try {
                copyPermissions(target, temporary);
            } catch (IOException | RuntimeException e) {
                channel.close();
                Files.deleteIfExists(temporary);
                throw e;
            }
            return new AtomicFile(target, temporary, channel, uncached);
        }
    }

    /** The new contents; unless opened uncached, open for reading and writing until {@link #commit()} or {@link #close()}. */
    public FileChannel channel() {
        return channel;
    }

    /** Writes the new contents from front to back; large ones are on their way to the disk before the end is reached. */
    public ChannelOutput output() {
        return uncached == null ? new ChannelOutput(channel, early::written) : new ChannelOutput(channel, uncached);
    }

    /**
     * Makes the new contents the file's. When it returns, they are on the disk.
     *
     * @throws IllegalStateException if it was called before or the file was closed
     */
    public void commit() throws IOException {
        if (committed || !channel.isOpen()) {
            throw new IllegalStateException("AtomicFile: " + target.getFileName() + " is already committed or closed");
        }
        early.finish();
        channel.force(true);
        channel.close();
        FileChannel replaced = openLarge(target);
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            closeAside(replaced);
        }
        committed = true;
        forceFolder(target.getParent());
    }

    /**
     * A large file that is to be replaced. Whoever closes a file without a name waits until the system has freed its memory and its place on the disk,
     * which takes some 50 ms for 256 MiB.
     *
     * @return null if it is small, missing, or on a system that replaces no open files
     */
    private static FileChannel openLarge(Path file) {
        try {
            boolean posix = Files.getFileAttributeView(file, PosixFileAttributeView.class) != null;
            return posix && Files.exists(file) && Files.size(file) >= LARGE ? FileChannel.open(file, StandardOpenOption.READ) : null;
        } catch (IOException e) {
            return null; // may be written, but not read
        }
    }

    private static void closeAside(FileChannel replaced) {
        if (replaced == null) {
            return;
        }
        Thread closer = new Thread(() -> {
            try {
                replaced.close();
            } catch (IOException e) {
                // nothing was written through it
            }
        }, "candela-close");
        closer.setDaemon(true);
        closer.start();
    }

    /** Removes the temporary file, unless it was committed. */
    @Override
    public void close() throws IOException {
        if (committed) {
            return;
        }
        try {
            early.finish();
        } catch (IOException e) {
            // the contents are given up anyway
        } finally {
            channel.close();
            Files.deleteIfExists(temporary);
        }
    }

    private static Path followLinks(Path path) throws IOException {
        Path current = path;
        for (int i = 0; i < MAX_LINKS; i++) {
            if (!Files.isSymbolicLink(current)) {
                return current;
            }
            // step by step, because the last link may point to a file that is still to be written
            current = current.resolveSibling(Files.readSymbolicLink(current));
        }
        throw new FileSystemException(path.toString(), null, "more than " + MAX_LINKS + " symbolic links, one after the other");
    }

    private static void copyPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView source = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        PosixFileAttributeView copy = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (source == null || copy == null || !Files.exists(from)) {
            return; // no such permissions on this file system, or a new file: the process's defaults
        }
        Set<PosixFilePermission> permissions = source.readAttributes().permissions();
        if (!permissions.equals(copy.readAttributes().permissions())) {
            copy.setPermissions(permissions);
        }
    }

    private static void forceFolder(Path folder) throws IOException {
        FileChannel opened;
        try {
            opened = FileChannel.open(folder, StandardOpenOption.READ);
        } catch (IOException e) {
            return; // Windows opens no folders; there the rename itself is durable
        }
        try (opened) {
            opened.force(true);
        }
    }
}
