package io.candela.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is replaced as a whole or not at all. */
class AtomicFileTest {
    @TempDir
    private Path folder;

    private static void write(Path path, String text) throws IOException {
        try (AtomicFile file = AtomicFile.open(path)) {
            file.channel().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            file.commit();
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void newFile() throws IOException {
        write(folder.resolve("a"), "one");
        assertEquals("one", Files.readString(folder.resolve("a")));
        assertEquals(List.of("a"), names());
    }

    @Test
    void readersSeeTheOldContentsUntilTheCommit() throws IOException {
        Path path = folder.resolve("a");
        write(path, "one");
        try (AtomicFile file = AtomicFile.open(path)) {
            file.channel().write(ByteBuffer.wrap(new byte[100]));
            assertEquals("one", Files.readString(path));
        }
        assertEquals("one", Files.readString(path), "no commit");
        write(path, "two");
        assertEquals("two", Files.readString(path));
        assertEquals(List.of("a"), names());
    }

    /** Large files go to the disk while they are written, and the old ones are let go aside. */
    @Test
    void largeFiles() throws IOException {
        Path path = folder.resolve("a");
        for (int fill = 1; fill <= 3; fill++) {
            byte[] part = new byte[1 << 20];
            Arrays.fill(part, (byte) fill);
            try (AtomicFile file = AtomicFile.open(path)) {
                ChannelOutput out = file.output();
                for (int i = 0; i < 40; i++) {
                    out.put(ByteBuffer.wrap(part));
                }
                out.put(ByteBuffer.wrap(new byte[] {9}));
                out.flush();
                if (fill < 3) { // the third is given up
                    file.commit();
                }
            }
            byte[] all = Files.readAllBytes(path);
            byte[] expected = new byte[(40 << 20) + 1];
            Arrays.fill(expected, (byte) Math.min(fill, 2));
            expected[40 << 20] = 9;
            assertTrue(Arrays.equals(expected, all));
            assertEquals(List.of("a"), names());
        }
    }

    /** Whole blocks go to the file as they fill up, the rest with the flush; it may come in the midst. */
    @Test
    void uncachedFilesHaveTheBytesThatWerePut() throws IOException {
        ByteBuffer buffer = ChannelOutput.uncachedBuffer(folder);
        assumeTrue(buffer != null, "a file system with other blocks");
        for (int size : new int[] {0, 1, 4095, 4096, 4097, 1 << 20, (3 << 20) + 5}) {
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            try (AtomicFile file = AtomicFile.openUncached(folder.resolve("a"), buffer)) {
                ChannelOutput out = file.output();
                for (int round = 0; round < 3; round++) {
                    byte[] part = new byte[size];
                    new Random(size + round).nextBytes(part);
                    out.room(8).putLong(round);
                    out.put(ByteBuffer.wrap(part));
                    expected.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(round).array());
                    expected.writeBytes(part);
                    assertEquals(expected.size(), out.position());
                    if (round != 1) {
                        out.flush();
                    }
                }
                file.commit();
            }
            assertTrue(Arrays.equals(expected.toByteArray(), Files.readAllBytes(folder.resolve("a"))), () -> size + " bytes");
            assertEquals(List.of("a"), names());
        }
    }

    @Test
    void failureLeavesTheOldFileAndNothingElse() throws IOException {
        Path path = folder.resolve("a");
        write(path, "one");
        assertThrows(IllegalStateException.class, () -> {
            try (AtomicFile file = AtomicFile.open(path)) {
                file.channel().write(ByteBuffer.wrap(new byte[100]));
                throw new IllegalStateException("disk full");
            }
        });
        assertEquals("one", Files.readString(path));
        assertEquals(List.of("a"), names());
    }

    @Test
    void permissionsAreKept() throws IOException {
        Path path = folder.resolve("a");
        write(path, "one");
        assumeTrue(Files.getFileStore(path).supportsFileAttributeView("posix"));
        for (String permissions : List.of("rw-------", "rwxr-x--x", "rw-rw-rw-")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
            write(path, permissions);
            assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            assertEquals(permissions, Files.readString(path));
        }
    }

    @Test
    void newFilesHaveTheUsualPermissions() throws IOException {
        write(folder.resolve("a"), "one");
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        Files.createFile(folder.resolve("b"));
        assertEquals(Files.getPosixFilePermissions(folder.resolve("b")), Files.getPosixFilePermissions(folder.resolve("a")));
    }

    @Test
    void symbolicLinksStayLinks() throws IOException {
        Files.createDirectory(folder.resolve("data"));
        Path file = folder.resolve("data/file");
        Path link = folder.resolve("link");
        Path second = folder.resolve("second");
        Files.createSymbolicLink(link, Path.of("data/file"));
        Files.createSymbolicLink(second, link);
        write(link, "through a link to nothing");
        assertEquals("through a link to nothing", Files.readString(file));
        write(second, "through two");
        assertEquals("through two", Files.readString(file));
        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.isSymbolicLink(second));
        Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
        assertThrows(FileSystemException.class, () -> write(folder.resolve("loop"), "never"));
    }

    @Test
    void onlyFilesAreReplaced() throws IOException {
        assertThrows(FileSystemException.class, () -> write(folder, "never"));
        NoSuchFileException e = assertThrows(NoSuchFileException.class, () -> write(folder.resolve("none/file"), "never"));
        assertTrue(e.getMessage().contains("there is no folder"), e.getMessage());
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device));
        assertThrows(FileSystemException.class, () -> write(device, "never"));
        assertFalse(Files.isRegularFile(device));
    }

    @Test
    void readOnlyFilesStay() throws IOException {
        Path path = folder.resolve("a");
        write(path, "one");
        assumeTrue(path.toFile().setWritable(false) && !Files.isWritable(path), "root may write everything");
        assertThrows(FileSystemException.class, () -> write(path, "two"));
        assertEquals("one", Files.readString(path));
    }

    @Test
    void longNames() throws IOException {
        String name = "x".repeat(255);
        write(folder.resolve(name), "one");
        write(folder.resolve("\u00e4".repeat(127)), "two");
        assertEquals("one", Files.readString(folder.resolve(name)));
    }

    @Test
    void commitOnlyOnce() throws IOException {
        try (AtomicFile file = AtomicFile.open(folder.resolve("a"))) {
            file.commit();
            assertThrows(IllegalStateException.class, file::commit);
        }
        assertEquals(List.of("a"), names());
    }
}
