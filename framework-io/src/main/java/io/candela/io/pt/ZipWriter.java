package io.candela.io.pt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * Writes a zip file exactly as PyTorch does: entries stored, their data at multiples of 64 bytes behind a padding field, sizes and CRC in a
 * descriptor after the data, a zip64 end record always. The output goes from front to back and depends on nothing but the entries.
 */
final class ZipWriter {
    private static final int ALIGNMENT = 64;
    private static final int CHUNK = 1 << 20; // small enough that the checksum finds the bytes in the cache
    private static final int BUFFER = 1 << 16;

    private final FileChannel out;
    private final String folder;
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN); // headers wait here for the next write
    private final CRC32 contents = new CRC32();
    private final CRC32 names = new CRC32();
    private long flushed; // bytes that have left the buffer
    private long count;

    /** @param folder the name that all entries start with, before a slash */
    ZipWriter(FileChannel out, String folder) {
        this.out = out;
        this.folder = folder;
    }

    void write(String name, String ascii) throws IOException {
        write(name, ascii.getBytes(StandardCharsets.US_ASCII));
    }

    void write(String name, byte[] data) throws IOException {
        write(name, data.length, (offset, length) -> ByteBuffer.wrap(data, (int) offset, length));
    }

    void write(String name, long size, ByteWindow data) throws IOException {
        byte[] fullName = (folder + "/" + name).getBytes(StandardCharsets.UTF_8);
        long header = position();
        byte[] extra64 = extra64(size, header, true);
        writeLocalHeader(fullName, header, size, extra64);
        CRC32 crc = new CRC32();
        for (long offset = 0; offset < size; ) {
            int length = (int) Math.min(CHUNK, size - offset);
            ByteBuffer chunk = data.window(offset, length);
            if (chunk.remaining() != length) {
                throw new IllegalArgumentException("ZipWriter: window of " + name + " has " + chunk.remaining() + " bytes, not " + length);
            }
            crc.update(chunk.duplicate());
            put(chunk);
            offset += length;
        }
        if (size > 0) {
            room(24).putInt(Zip.DESCRIPTOR).putInt((int) crc.getValue());
            if (extra64.length == 0) {
                buffer.putInt((int) size).putInt((int) size);
            } else {
                buffer.putLong(size).putLong(size);
            }
        }
        addToDirectory(fullName, header, size, (int) crc.getValue(), extra64(size, header, false));
        names.update(fullName, folder.length() + 1, fullName.length - folder.length() - 1);
        names.update(0);
        contents.update(ByteBuffer.allocate(4).putInt(0, (int) crc.getValue()));
        count++;
    }

    /** A number that depends on the names and the contents of all entries so far: 40 digits, as PyTorch writes. */
    String fingerprint() {
        return String.format(Locale.ROOT, "%020d%020d", names.getValue(), contents.getValue());
    }

    /** Writes the directory. */
    void finish() throws IOException {
        long start = position();
        put(ByteBuffer.wrap(directory.toByteArray()));
        long end = position();
        room(Zip.END64_BYTES).putInt(Zip.END64).putLong(Zip.END64_BYTES - 12).putShort((short) 0x031e).putShort((short) 45);
        buffer.putInt(0).putInt(0).putLong(count).putLong(count).putLong(end - start).putLong(start);
        room(Zip.LOCATOR64_BYTES).putInt(Zip.LOCATOR64).putInt(0).putLong(end).putInt(1);
        short shownCount = (short) Math.min(count, Zip.MAX16);
        room(Zip.END_BYTES).putInt(Zip.END).putShort((short) 0).putShort((short) 0).putShort(shownCount).putShort(shownCount);
        buffer.putInt((int) Math.min(end - start, Zip.MAX32)).putInt((int) Math.min(start, Zip.MAX32)).putShort((short) 0);
        flush();
    }

    private void writeLocalHeader(byte[] name, long header, long size, byte[] extra64) throws IOException {
        int unpadded = Zip.LOCAL_BYTES + name.length + extra64.length + 4;
        int padding = (int) Math.floorMod(-(header + unpadded), (long) ALIGNMENT);
        room(Zip.LOCAL_BYTES).putInt(Zip.LOCAL).putShort((short) 0).putShort(flags(size)).putShort((short) 0).putInt(0);
        buffer.putInt(0).putInt(0).putInt(0).putShort((short) name.length).putShort((short) (extra64.length + 4 + padding));
        put(ByteBuffer.wrap(name));
        put(ByteBuffer.wrap(extra64));
        room(4 + padding).putShort((short) Zip.EXTRA_PADDING).putShort((short) padding);
        for (int i = 0; i < padding; i++) {
            buffer.put((byte) 'Z');
        }
    }

    private void addToDirectory(byte[] name, long header, long size, int crc, byte[] extra64) {
        ByteBuffer entry = ByteBuffer.allocate(Zip.CENTRAL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int shownSize = (int) Math.min(size, Zip.MAX32);
        entry.putInt(Zip.CENTRAL).putInt(0).putShort(flags(size)).putShort((short) 0).putInt(0);
        entry.putInt(crc).putInt(shownSize).putInt(shownSize).putShort((short) name.length).putShort((short) extra64.length);
        entry.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0).putInt((int) Math.min(header, Zip.MAX32));
        directory.writeBytes(entry.array());
        directory.writeBytes(name);
        directory.writeBytes(extra64);
    }

    private static short flags(long size) {
        return (short) (Zip.FLAG_UTF8 | (size > 0 ? Zip.FLAG_DESCRIPTOR : 0));
    }

    /**
     * The extra field with those numbers that do not fit 32 bits; empty if they do.
     *
     * @param local whether it is for the local header, where PyTorch does not know the second size yet
     */
    private static byte[] extra64(long size, long header, boolean local) {
        boolean longSize = size >= Zip.MAX32;
        boolean farHeader = header >= Zip.MAX32;
        if (!longSize && !farHeader) {
            return new byte[0];
        }
        int length = (longSize ? 16 : 0) + (farHeader ? 8 : 0);
        ByteBuffer extra = ByteBuffer.allocate(4 + length).order(ByteOrder.LITTLE_ENDIAN);
        extra.putShort((short) Zip.EXTRA64).putShort((short) length);
        if (longSize) {
            extra.putLong(size).putLong(local ? 0 : size);
        }
        if (farHeader) {
            extra.putLong(header);
        }
        return extra.array();
    }

    private long position() {
        return flushed + buffer.position();
    }

    private ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    private void put(ByteBuffer data) throws IOException {
        if (data.remaining() <= buffer.capacity() / 4) {
            room(data.remaining()).put(data);
            return;
        }
        flush();
        while (data.hasRemaining()) {
            int limit = data.limit();
            if (!data.isDirect()) {
                data.limit(Math.min(limit, data.position() + BUFFER)); // else the JDK makes a direct copy of it all
            }
            flushed += out.write(data);
            data.limit(limit);
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            flushed += out.write(buffer);
        }
        buffer.clear();
    }
}
