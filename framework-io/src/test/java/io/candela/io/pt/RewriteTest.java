package io.candela.io.pt;

import static io.candela.io.pt.PtFiles.golden;
import static io.candela.io.pt.PtFiles.load;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.io.zip.Zip;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is loaded and saved again is, byte by byte, what {@code torch.save} wrote. */
class RewriteTest {
    private static final int ID_BYTES = 40;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"state_dict", "tied", "adam", "sgd", "checkpoint", "types", "shared", "parameter", "refused_uint16", "refused_complex64"})
    void sameBytes(String name) throws IOException {
        Path copy = folder.resolve(name + ".pth");
        PtFiles.save(load(golden(name + ".pth")), copy);
        assertArrayEquals(withoutId(golden(name + ".pth"), name), withoutId(copy, name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"views", "values", "batches", "gpu"})
    void sameContents(String name) throws IOException {
        Path copy = folder.resolve(name + ".pth");
        Object value = load(golden(name + ".pth"));
        PtFiles.save(value, copy);
        // byte arrays are equal only to themselves
        PtFiles.map(value).remove("bytes");
        Object again = load(copy);
        PtFiles.map(again).remove("bytes");
        assertEquals(value, again);
    }

    @Test
    void savingTwiceGivesTheSameBytes() throws IOException {
        Path copy = folder.resolve("state_dict.pth");
        PtFiles.save(load(golden("state_dict.pth")), copy);
        byte[] first = Files.readAllBytes(copy);
        PtFiles.save(load(golden("state_dict.pth")), copy);
        assertArrayEquals(first, Files.readAllBytes(copy));
    }

    /** PyTorch's serialization id comes from hash codes of the C++ library; ours is another. It and its checksums are blanked. */
    private static byte[] withoutId(Path path, String stem) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        byte[] name = (stem + "/.data/serialization_id").getBytes(StandardCharsets.UTF_8);
        int local = find(bytes, name, 0);
        int extra = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getShort(local - 2);
        int data = local + name.length + extra;
        Arrays.fill(bytes, data, data + ID_BYTES, (byte) '?');
        Arrays.fill(bytes, data + ID_BYTES + 4, data + ID_BYTES + 8, (byte) '?');
        int central = find(bytes, name, data) - Zip.CENTRAL_BYTES;
        Arrays.fill(bytes, central + 16, central + 20, (byte) '?');
        return bytes;
    }

    private static int find(byte[] bytes, byte[] part, int from) {
        int at = from;
        while (!Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
            at++;
        }
        return at;
    }
}
