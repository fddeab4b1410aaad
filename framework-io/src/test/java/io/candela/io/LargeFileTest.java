package io.candela.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A safetensors file of 6 GiB, of which one small tensor at the end is read and nothing else. Runs with {@code -Dcandela.large=true}: where the file
 * system knows no holes, the file takes its whole size. The last run (OpenJDK 17, Linux, ext4) read 5 226 bytes of it.
 */
@EnabledIfSystemProperty(named = "candela.large", matches = "true")
class LargeFileTest {
    private static final long BYTES = 6L << 30;
    private static final float[] LAST = {1, -2, 3.5f, Float.NaN};
    private static final long MOST_READ = 1 << 16;

    @TempDir
    private Path folder;
    private Path path;

    @BeforeEach
    void write() throws IOException {
        path = folder.resolve("large.safetensors");
        long big = BYTES / Float.BYTES;
        byte[] header = "{\"big\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]},\"last\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[%d,%d]}}"
                .formatted(big, BYTES, BYTES, BYTES + 16).getBytes(StandardCharsets.US_ASCII);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            file.write(ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).flip());
            ByteBuffer last = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
            last.asFloatBuffer().put(LAST);
            file.write(last, 8 + header.length + BYTES);
        }
        assertTrue(Files.size(path) > BYTES);
    }

    @Test
    void oneTensorOfManyBytes() throws IOException {
        for (boolean mmap : new boolean[] {false, true}) {
            readLast(mmap); // loads classes, which are read from files too
            long before = bytesRead();
            readLast(mmap);
            long read = bytesRead() - before;
            System.out.printf("LargeFileTest: of %d bytes %d were read%s%n", Files.size(path), read, mmap ? ", and one page mapped" : "");
            assertTrue(read < MOST_READ, () -> read + " bytes were read");
        }
    }

    private void readLast(boolean mmap) throws IOException {
        try (TensorFile file = TensorIO.open(path, ReadOptions.defaults().mmap(mmap))) {
            assertEquals(BYTES, file.info("big").bytes());
            assertArrayEquals(LAST, file.read("last").toFloatArray());
            FormatException e = assertThrows(FormatException.class, () -> file.read("big"));
            assertTrue(e.getMessage().contains("has 6442450944 bytes, at most"), e.getMessage());
        }
    }

    /** What this process has read by system calls so far; 0 where the system does not tell. */
    private static long bytesRead() throws IOException {
        Path io = Path.of("/proc/self/io");
        return !Files.isReadable(io) ? 0 : Files.readAllLines(io).stream().filter(line -> line.startsWith("rchar: "))
                .mapToLong(line -> Long.parseLong(line.substring(7))).sum();
    }
}
