package io.candela.io.pt;

import static io.candela.io.pt.PtFiles.golden;
import static io.candela.io.pt.PtFiles.load;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import io.candela.io.zip.Zip;
import io.candela.io.zip.ZipEntry;
import io.candela.io.zip.ZipReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The container: what other programs repack, what hostile ones put together, and byte order. */
class ZipFilesTest {
    @TempDir
    private Path folder;

    private Map<String, byte[]> entries() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (FileSource file = FileSource.open(golden("types.pth"))) {
            ZipReader zip = ZipReader.open(file, new HeapBudget(file));
            for (String name : zip.names()) {
                entries.put(name.substring("types/".length()), zip.read(zip.find(name)));
            }
        }
        return entries;
    }

    private Path repack(int method) throws IOException {
        Path path = folder.resolve("repacked.pth");
        try (OutputStream out = Files.newOutputStream(path); ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setComment("with a comment");
            for (Map.Entry<String, byte[]> entry : entries().entrySet()) {
                java.util.zip.ZipEntry header = new java.util.zip.ZipEntry("x/" + entry.getKey());
                header.setMethod(method);
                header.setSize(entry.getValue().length);
                CRC32 crc = new CRC32();
                crc.update(entry.getValue());
                header.setCrc(crc.getValue());
                zip.putNextEntry(header);
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return path;
    }

    @Test
    void repackedWithoutCompression() throws IOException {
        assertEquals(load(golden("types.pth")), load(repack(ZipOutputStream.STORED)));
    }

    @Test
    void repackedWithCompression() throws IOException {
        Path path = repack(ZipOutputStream.DEFLATED);
        FormatException e = assertThrows(FormatException.class, () -> load(path));
        assertTrue(e.getMessage().contains("is compressed (method 8)"), e.getMessage());
    }

    @Test
    void bigEndianFilesAreSwapped() throws IOException {
        Map<String, byte[]> entries = entries();
        entries.put("byteorder", "big".getBytes());
        int[] widths = {8, 4, 8, 4, 2, 1, 2, 2, 1, 1, 4, 4, 4}; // of the storages in types.pth
        for (int i = 0; i < widths.length; i++) {
            byte[] bytes = entries.get("data/" + i);
            for (int at = 0; at < bytes.length; at += widths[i]) {
                for (int k = 0; k < widths[i] / 2; k++) {
                    byte b = bytes[at + k];
                    bytes[at + k] = bytes[at + widths[i] - 1 - k];
                    bytes[at + widths[i] - 1 - k] = b;
                }
            }
        }
        assertEquals(load(golden("types.pth")), load(PtFiles.zip(folder, entries)));
    }

    @Test
    void requiredEntries() throws IOException {
        refused("has no entry archive/version", without("version"));
        refused("has no entry archive/data.pkl", without("data.pkl"));
        refused("there is no entry archive/data/3", without("data/3"));
        assertEquals(load(golden("types.pth")), load(PtFiles.zip(folder, without("byteorder"))));
    }

    private Map<String, byte[]> without(String name) throws IOException {
        Map<String, byte[]> entries = entries();
        entries.remove(name);
        return entries;
    }

    @Test
    void versionAndByteOrderAreChecked() throws IOException {
        for (String version : new String[] {"0\n", "11\n", "x", "", "-3", "99999999999"}) {
            Map<String, byte[]> entries = entries();
            entries.put("version", version.getBytes());
            refused("format version must be 1 to 10", entries);
        }
        Map<String, byte[]> entries = entries();
        entries.put("byteorder", "middle".getBytes());
        refused("byte order must be little or big", entries);
        entries.put("byteorder", new byte[10_000]);
        refused("at most 64 were expected", entries);
    }

    private void refused(String message, Map<String, byte[]> entries) throws IOException {
        Path path = PtFiles.zip(folder, entries);
        FormatException e = assertThrows(FormatException.class, () -> load(path));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void entriesThatOverlap() throws IOException {
        byte[] honest = Files.readAllBytes(PtFiles.zip(folder, entries()));
        ByteBuffer bytes = ByteBuffer.wrap(honest.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int entry = central(bytes, "archive/data/0");
        bytes.putInt(entry + 20, 300).putInt(entry + 24, 300); // reaches into the next one
        refused("entries archive/data/0 and archive/data/1 overlap", bytes);
        bytes = ByteBuffer.wrap(honest.clone()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(central(bytes, "archive/data/1") + 42, bytes.getInt(entry + 42)); // two names for one header
        refused("differs from the zip directory", bytes);
    }

    @Test
    void entriesOutsideOfTheFile() throws IOException {
        for (int field : new int[] {20, 24, 42}) { // two sizes, position
            for (int value : new int[] {-1, -2, Integer.MAX_VALUE, 100_000}) {
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(PtFiles.zip(folder, entries()))).order(ByteOrder.LITTLE_ENDIAN);
                bytes.putInt(central(bytes, "archive/data/0") + field, value);
                refused("", bytes);
            }
        }
    }

    @Test
    void nameTwice() throws IOException {
        byte[] bytes = Files.readAllBytes(PtFiles.zip(folder, entries()));
        for (int i = 0; i < bytes.length - 14; i++) {
            if (new String(bytes, i, 14, java.nio.charset.StandardCharsets.ISO_8859_1).equals("archive/data/8")) {
                bytes[i + 13] = '7';
            }
        }
        refused("entry archive/data/7 exists twice", ByteBuffer.wrap(bytes));
    }

    /** What files over 4 GiB have: numbers that stand in the zip64 field, in any mixture with others. */
    @Test
    void numbersInTheZip64Field() throws IOException {
        byte[] honest = Files.readAllBytes(PtFiles.zip(folder, entries()));
        ByteBuffer old = ByteBuffer.wrap(honest).order(ByteOrder.LITTLE_ENDIAN);
        int entry = central(old, "archive/data/0");
        int after = entry + Zip.CENTRAL_BYTES + "archive/data/0".length();
        int end64 = honest.length - Zip.END_BYTES - Zip.LOCATOR64_BYTES - Zip.END64_BYTES;
        int added = 5 + 4 + 24; // another field, and the three numbers
        ByteBuffer bytes = ByteBuffer.allocate(honest.length + added).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(honest, 0, after).putShort((short) 0x7777).putShort((short) 1).put((byte) 0);
        bytes.putShort((short) Zip.EXTRA64).putShort((short) 24);
        bytes.putLong(old.getInt(entry + 24)).putLong(old.getInt(entry + 20)).putLong(old.getInt(entry + 42));
        bytes.put(honest, after, honest.length - after);
        bytes.putInt(entry + 20, -1).putInt(entry + 24, -1).putInt(entry + 42, -1).putShort(entry + 30, (short) added);
        bytes.putLong(end64 + added + 40, old.getLong(end64 + 40) + added); // size of the directory
        bytes.putLong(end64 + added + Zip.END64_BYTES + 8, end64 + added);
        bytes.putInt(bytes.capacity() - 10, old.getInt(honest.length - 10) + added);
        Path path = Files.write(folder.resolve("zip64.pth"), bytes.array());
        assertEquals(load(golden("types.pth")), load(path));
        bytes.putShort(entry + Zip.CENTRAL_BYTES + 14 + 5, (short) 2); // no zip64 field any more
        refused("needs a zip64 field, which it lacks", bytes);
    }

    /** End records that promise a huge directory. */
    @Test
    void hugeNumbersInTheEndRecords() throws IOException {
        byte[] honest = Files.readAllBytes(PtFiles.zip(folder, entries()));
        int end64 = honest.length - Zip.END_BYTES - Zip.LOCATOR64_BYTES - Zip.END64_BYTES;
        for (int field : new int[] {24, 32, 40, 48}) {
            for (long value : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32, Integer.MAX_VALUE, 0}) {
                ByteBuffer bytes = ByteBuffer.wrap(honest.clone()).order(ByteOrder.LITTLE_ENDIAN);
                bytes.putLong(end64 + field, value);
                refused("", bytes);
                bytes.putLong(end64 + 24, value).putLong(end64 + 32, value); // both counts, so that they agree
                bytes.putShort(honest.length - 12, (short) -1).putInt(honest.length - 10, -1).putInt(honest.length - 6, -1);
                refused("", bytes);
            }
        }
    }

    private void refused(String message, ByteBuffer bytes) throws IOException {
        Path path = Files.write(Files.createTempFile(folder, "zip", ".pth"), bytes.array());
        FormatException e = assertThrows(FormatException.class, () -> load(path));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private static int central(ByteBuffer bytes, String name) {
        int at = bytes.capacity() - name.length();
        while (!new String(bytes.array(), at, name.length(), java.nio.charset.StandardCharsets.ISO_8859_1).equals(name)) {
            at--;
        }
        return at - Zip.CENTRAL_BYTES;
    }
}
