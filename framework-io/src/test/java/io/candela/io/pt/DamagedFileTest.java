package io.candela.io.pt;

import static io.candela.io.pt.PtFiles.golden;
import static io.candela.io.pt.PtFiles.load;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import io.candela.io.zip.ZipReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged file gives one kind of exception, and never other contents. */
class DamagedFileTest {
    private static final String OPCODES = "(.01GJKMNQRTUXabcehjqrstu)]}d\u0081\u0085\u0086\u0087\u008a\u0090\u0093\u0094";

    @TempDir
    private Path folder;
    private int files;

    @ParameterizedTest
    @ValueSource(strings = {"state_dict", "protocol4", "numpy"})
    void cutOffAtAnyByte(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(golden(name + ".pth"));
        for (int length = 0; length < bytes.length; length++) {
            Path path = fresh(Arrays.copyOf(bytes, length));
            FormatException e = assertThrows(FormatException.class, () -> load(path), "cut at " + length);
            assertTrue(e.offset() >= 0 && e.offset() <= length, "cut at " + length + ": " + e.getMessage());
            Files.delete(path);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tied", "refused_uint16"})
    void anyByteChanged(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(golden(name + ".pth"));
        Object honest = load(golden(name + ".pth"));
        for (int at = 0; at < bytes.length; at++) {
            for (int mask : new int[] {0xFF, 1 << at % 8}) {
                byte[] changed = bytes.clone();
                changed[at] ^= (byte) mask;
                Path path = fresh(changed);
                Object value;
                try {
                    value = load(path);
                } catch (FormatException expected) {
                    continue;
                } finally {
                    Files.delete(path);
                }
                // padding and dates mean nothing
                assertEquals(honest.toString(), value.toString(), "byte " + at);
            }
        }
    }

    /** The checksum keeps damage away from the pickle; whoever writes hostile files makes it fit. */
    @ParameterizedTest
    @ValueSource(strings = {"tied", "sets", "values", "protocol4", "numpy"})
    void anyByteOfThePickleChanged(String name) throws IOException {
        byte[] pickle;
        try (FileSource file = FileSource.open(golden(name + ".pth"))) {
            ZipReader zip = ZipReader.open(file, new HeapBudget(file));
            pickle = zip.read(zip.find(name + "/data.pkl"));
        }
        Random random = new Random(1);
        for (int at = 0; at < pickle.length; at++) {
            for (int i = 0; i < 4; i++) {
                byte[] changed = pickle.clone();
                changed[at] = (byte) (i == 0 ? changed[at] ^ 1 : i == 1 ? OPCODES.charAt(random.nextInt(OPCODES.length())) : random.nextInt());
                Path path = PtFiles.crafted(folder, changed, 16, 32, 8, 8, 8, 8, 8);
                try {
                    load(path);
                } catch (FormatException expected) {
                    assertTrue(expected.offset() <= Files.size(path));
                } finally {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void payloadIsChecked() throws IOException {
        Path path = folder.resolve("payload.pth");
        byte[] bytes = Files.readAllBytes(golden("tied.pth"));
        int payload = indexOf(bytes, new byte[] {0, 0, (byte) 0x80, 0x40, 0, 0, (byte) 0xa0, 0x40}); // 4f, 5f
        bytes[payload] ^= 1;
        Files.write(path, bytes);
        FormatException e = assertThrows(FormatException.class, () -> load(path));
        assertTrue(e.getMessage().contains("entry tied/data/0 is damaged: its CRC-32 is"), e.getMessage());
        assertEquals(payload, e.offset());
        assertEquals("payload.pth", e.file());
    }

    @Test
    void noFile() {
        assertThrows(NoSuchFileException.class, () -> load(folder.resolve("none.pth")));
    }

    @Test
    void folderInsteadOfAFile() {
        assertThrows(IOException.class, () -> load(folder));
    }

    @Test
    void otherFiles() throws IOException {
        Path path = folder.resolve("other.pth");
        for (String contents : new String[] {"", "P", "PK", "hello", "PK\3\4 but no more of it than this, and no end record"}) {
            Files.writeString(path, contents);
            assertThrows(FormatException.class, () -> load(path), contents);
        }
    }

    /** A file of its own each time: to write over one costs a wait for the disk. */
    private Path fresh(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("damaged" + ++files + ".pth"), bytes);
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        int at = 0;
        while (!Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
            at++;
        }
        return at;
    }
}
