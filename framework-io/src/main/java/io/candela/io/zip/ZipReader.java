package io.candela.io.zip;

import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import io.candela.io.Utf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * The directory of a zip file, with or without zip64. Opening it checks that every entry lies inside of the file, that no two overlap, and that
 * local headers and central directory say the same; no payload is read.
 */
public final class ZipReader {
    private static final int HEAP_PER_ENTRY = 256;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final int MOST_DEFLATED = 1032; // bytes that one byte of deflated data can stand for

    private final FileSource file;
    private final HeapBudget budget;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();
    private long end; // of the entries: where the central directory starts
    private boolean checksums;

    private ZipReader(FileSource file, HeapBudget budget) {
        this.file = file;
        this.budget = budget;
    }

    /**
     * Reads the directory of a file.
     *
     * @throws FormatException if it is damaged or hostile
     */
    public static ZipReader open(FileSource file, HeapBudget budget) throws IOException {
        ZipReader zip = new ZipReader(file, budget);
        zip.readDirectory();
        zip.checkLayout();
        return zip;
    }

    /** The names of all entries, in the order of the directory. */
    public Set<String> names() {
        return entries.keySet();
    }

    /**
     * An entry that is stored as it is.
     *
     * @return null if there is none of that name
     * @throws FormatException if it is compressed
     */
    public ZipEntry find(String name) throws FormatException {
        ZipEntry entry = entries.get(name);
        if (entry != null && entry.method() != Zip.STORED) {
            throw file.fail(entry.header(), "entry %s is compressed (method %d), PyTorch stores entries as they are", name, entry.method());
        }
        return entry;
    }

    /**
     * An entry, compressed or not.
     *
     * @return null if there is none of that name
     */
    public ZipEntry entry(String name) {
        return entries.get(name);
    }

    /** Whether the file has checksums: PyTorch can be told to leave them out, and then writes 0 everywhere. */
    public boolean hasChecksums() {
        return checksums;
    }

    /** A small entry as a whole, its checksum verified. */
    public byte[] read(ZipEntry entry) throws IOException {
        if (entry.size() > Integer.MAX_VALUE - 16) {
            throw file.fail(entry.data(), "entry %s has %d bytes, too many for its kind", entry.name(), entry.size());
        }
        budget.charge(entry.data(), entry.size());
        byte[] bytes = new byte[(int) entry.size()];
        file.read(entry.data(), ByteBuffer.wrap(bytes));
        CRC32 crc = new CRC32();
        crc.update(bytes);
        checkCrc(entry, crc);
        return bytes;
    }

    /**
     * The contents of an entry, compressed or not.
     *
     * @param name one of {@link #names()}
     * @throws FormatException if it is compressed in another way than by deflating
     */
    public ZipInput input(String name) throws FormatException {
        ZipEntry entry = entries.get(name);
        if (entry.method() != Zip.STORED && entry.method() != Zip.DEFLATED) {
            throw file.fail(entry.header(), "entry %s is compressed in a way that is not supported (method %d)", name, entry.method());
        }
        return new ZipInput(file, this, entry);
    }

    /** Compares a checksum of an entry's contents with the directory's. */
    public void checkCrc(ZipEntry entry, CRC32 crc) throws FormatException {
        if (checksums && (int) crc.getValue() != entry.crc()) {
            throw file.fail(entry.data(), "entry %s is damaged: its CRC-32 is %08x, the directory says %08x", entry.name(), crc.getValue(),
                    entry.crc());
        }
    }

    private void readDirectory() throws IOException {
        long endRecord = findEnd();
        ByteBuffer record = file.read(endRecord, Zip.END_BYTES);
        int disk = record.getShort(4) | record.getShort(6);
        long count = record.getShort(10) & Zip.MAX16;
        long size = record.getInt(12) & Zip.MAX32;
        long start = record.getInt(16) & Zip.MAX32;
        if (disk != 0 || record.getShort(8) != record.getShort(10)) {
            throw file.fail(endRecord, "zip archive is split over several files");
        }
        long directoryEnd = endRecord;
        long locator = endRecord - Zip.LOCATOR64_BYTES;
        ByteBuffer bytes = locator < 0 ? null : file.read(locator, Zip.LOCATOR64_BYTES);
        if (bytes != null && bytes.getInt(0) == Zip.LOCATOR64) {
            directoryEnd = bytes.getLong(8);
            if (directoryEnd < 0 || directoryEnd > locator - Zip.END64_BYTES) {
                throw file.fail(locator, "zip64 end record is said to be at byte %d, outside of the file", directoryEnd);
            }
            ByteBuffer end64 = file.read(directoryEnd, Zip.END64_BYTES);
            if (end64.getInt(0) != Zip.END64 || end64.getLong(4) != locator - directoryEnd - 12 || end64.getLong(24) != end64.getLong(32)) {
                throw file.fail(directoryEnd, "zip64 end record is damaged");
            }
            count = agreed(directoryEnd, "number of entries", end64.getLong(32), count, Zip.MAX16);
            size = agreed(directoryEnd, "size of the directory", end64.getLong(40), size, Zip.MAX32);
            start = agreed(directoryEnd, "start of the directory", end64.getLong(48), start, Zip.MAX32);
        }
        if (start < 0 || size < 0 || start != directoryEnd - size) {
            throw file.fail(endRecord, "zip directory is said to take bytes %d to %d, but must end at byte %d", start, start + size, directoryEnd);
        }
        if (count < 0 || count > size / Zip.CENTRAL_BYTES || size > Integer.MAX_VALUE - 16) {
            throw file.fail(endRecord, "zip directory of %d bytes cannot hold %d entries", size, count);
        }
        budget.charge(start, size * 2 + count * HEAP_PER_ENTRY);
        end = start;
        ByteBuffer directory = file.read(start, (int) size);
        for (long i = 0; i < count; i++) {
            readEntry(directory, start);
        }
        if (directory.hasRemaining()) {
            throw file.fail(start + directory.position(), "zip directory has %d bytes after its last entry", directory.remaining());
        }
    }

    private long agreed(long offset, String what, long in64, long in32, long unknown) throws FormatException {
        if (in32 != unknown && in32 != in64) {
            throw file.fail(offset, "zip end records differ about the %s: %d and %d", what, in64, in32);
        }
        return in64;
    }

    private long findEnd() throws IOException {
        long length = file.length();
        if (length >= Zip.END_BYTES) {
            int window = (int) Math.min(length, Zip.END_BYTES + MAX_COMMENT);
            ByteBuffer tail = file.read(length - window, window);
            for (int i = window - Zip.END_BYTES; i >= 0; i--) {
                if (tail.getInt(i) == Zip.END && (tail.getShort(i + 20) & Zip.MAX16) == window - Zip.END_BYTES - i) {
                    return length - window + i;
                }
            }
        }
        throw file.fail(length, "file has no zip end record: it is cut off, or no zip file");
    }

    private void readEntry(ByteBuffer directory, long start) throws IOException {
        int at = directory.position();
        long offset = start + at;
        if (directory.remaining() < Zip.CENTRAL_BYTES || directory.getInt(at) != Zip.CENTRAL) {
            throw file.fail(offset, "zip directory is damaged: an entry was expected");
        }
        int flags = directory.getShort(at + 8);
        int method = directory.getShort(at + 10) & Zip.MAX16;
        int crc = directory.getInt(at + 16);
        long packed = directory.getInt(at + 20) & Zip.MAX32;
        long size = directory.getInt(at + 24) & Zip.MAX32;
        int nameLength = directory.getShort(at + 28) & Zip.MAX16;
        int extraLength = directory.getShort(at + 30) & Zip.MAX16;
        int commentLength = directory.getShort(at + 32) & Zip.MAX16;
        long header = directory.getInt(at + 42) & Zip.MAX32;
        if (directory.remaining() - Zip.CENTRAL_BYTES < nameLength + extraLength + commentLength) {
            throw file.fail(offset, "zip directory is damaged: an entry runs over its end");
        }
        int nameAt = at + Zip.CENTRAL_BYTES;
        String name = Utf8.decode(directory.array(), nameAt, nameAt + nameLength);
        if (name == null || name.isEmpty()) {
            throw file.fail(offset, "zip entry has a name that is %s", name == null ? "not UTF-8" : "empty");
        }
        if ((flags & Zip.FLAG_ENCRYPTED) != 0) {
            throw file.fail(offset, "entry %s is encrypted", name);
        }
        if (size == Zip.MAX32 || packed == Zip.MAX32 || header == Zip.MAX32) {
            ByteBuffer extra = directory.duplicate().order(directory.order());
            extra.position(nameAt + nameLength).limit(nameAt + nameLength + extraLength);
            findExtra64(extra, name, offset);
            size = size == Zip.MAX32 ? extra64(extra, name, offset) : size;
            packed = packed == Zip.MAX32 ? extra64(extra, name, offset) : packed;
            header = header == Zip.MAX32 ? extra64(extra, name, offset) : header;
        }
        if (size != packed && method == Zip.STORED) {
            throw file.fail(offset, "entry %s is stored, but has two sizes: %d and %d bytes", name, size, packed);
        }
        if (size / MOST_DEFLATED > packed) {
            throw file.fail(offset, "entry %s is said to unpack from %d to %d bytes, more than compression can save", name, packed, size);
        }
        long data = readLocalHeader(new ZipEntry(name, header, header, packed, size, crc, method), flags);
        if (data > end || packed > end - data) {
            throw file.fail(offset, "entry %s of %d bytes at byte %d runs over the end of the data at byte %d", name, packed, data, end);
        }
        if (entries.put(name, new ZipEntry(name, header, data, packed, size, crc, method)) != null) {
            throw file.fail(offset, "entry %s exists twice", name);
        }
        checksums |= size > 0 && crc != 0;
        directory.position(nameAt + nameLength + extraLength + commentLength);
    }

    /** Narrows the buffer to the contents of the zip64 extra field. */
    private void findExtra64(ByteBuffer extra, String name, long offset) throws FormatException {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & Zip.MAX16;
            int length = extra.getShort() & Zip.MAX16;
            if (length > extra.remaining()) {
                break;
            }
            if (id == Zip.EXTRA64) {
                extra.limit(extra.position() + length);
                return;
            }
            extra.position(extra.position() + length);
        }
        throw file.fail(offset, "entry %s needs a zip64 field, which it lacks", name);
    }

    private long extra64(ByteBuffer extra, String name, long offset) throws FormatException {
        long value = extra.remaining() < 8 ? -1 : extra.getLong();
        if (value < 0) {
            throw file.fail(offset, "zip64 field of entry %s is damaged", name);
        }
        return value;
    }

    /** @return where the data starts */
    private long readLocalHeader(ZipEntry entry, int flags) throws IOException {
        byte[] name = Utf8.encode(entry.name());
        ByteBuffer bytes = file.read(entry.header(), Zip.LOCAL_BYTES + name.length);
        boolean later = (flags & Zip.FLAG_DESCRIPTOR) != 0;
        boolean same = bytes.getInt(0) == Zip.LOCAL && bytes.getShort(6) == (short) flags && bytes.getShort(8) == (short) entry.method()
                && (bytes.getShort(26) & Zip.MAX16) == name.length
                && (bytes.getInt(14) == entry.crc() || later && bytes.getInt(14) == 0)
                && sameSize(bytes.getInt(18), entry.size(), later) && sameSize(bytes.getInt(22), entry.unpacked(), later);
        for (int i = 0; same && i < name.length; i++) {
            same = bytes.get(Zip.LOCAL_BYTES + i) == name[i];
        }
        if (!same) {
            throw file.fail(entry.header(), "local header of entry %s is damaged or differs from the zip directory", entry.name());
        }
        return entry.header() + Zip.LOCAL_BYTES + name.length + (bytes.getShort(28) & Zip.MAX16);
    }

    private static boolean sameSize(int local, long size, boolean later) {
        return (local & Zip.MAX32) == Math.min(size, Zip.MAX32) || local == -1 || later && local == 0;
    }

    private void checkLayout() throws FormatException {
        List<ZipEntry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(ZipEntry::header));
        for (int i = 1; i < sorted.size(); i++) {
            ZipEntry before = sorted.get(i - 1);
            ZipEntry entry = sorted.get(i);
            if (before.end() > entry.header()) {
                throw file.fail(entry.header(), "entries %s and %s overlap", before.name(), entry.name());
            }
        }
    }
}
