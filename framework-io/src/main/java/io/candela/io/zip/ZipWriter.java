package io.candela.io.zip;

import io.candela.io.ByteWindow;
import io.candela.io.ChannelOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes a zip file exactly as PyTorch does: entries stored, their data at multiples of 64 bytes behind a padding field, sizes and CRC in a
 * descriptor after the data, a zip64 end record always. Entries can be deflated instead, which PyTorch does not. The
 * output goes from front to back and depends on nothing but the entries.
 */
public final class ZipWriter {
    private static final int ALIGNMENT = 64;
    private static final int DEFLATE_ROOM = 1 << 12;

    private final ChannelOutput out;
    private final String folder;
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private final CRC32 contents = new CRC32();
    private final CRC32 names = new CRC32();
    private long count;

    /** @param folder the name that all entries start with, before a slash; empty for none */
    public ZipWriter(ChannelOutput out, String folder) {
        this.out = out;
        this.folder = folder.isEmpty() ? "" : folder + "/";
    }

    /** An entry of ASCII text. */
    public void write(String name, String ascii) throws IOException {
        write(name, ascii.getBytes(StandardCharsets.US_ASCII));
    }

    /** An entry of these bytes. */
    public void write(String name, byte[] data) throws IOException {
        write(name, data.length, (offset, length) -> ByteBuffer.wrap(data, (int) offset, length));
    }

    /** An entry of {@code size} bytes, stored as they are. */
    public void write(String name, long size, ByteWindow data) throws IOException {
        write(name, size, data, Zip.STORED);
    }

    /** An entry of {@code size} bytes, compressed. */
    public void deflate(String name, long size, ByteWindow data) throws IOException {
        write(name, size, data, size == 0 ? Zip.STORED : Zip.DEFLATED);
    }

    private void write(String name, long size, ByteWindow data, int method) throws IOException {
        byte[] fullName = (folder + name).getBytes(StandardCharsets.UTF_8);
        long header = out.position();
        byte[] extra64 = extra64(size, header, true);
        writeLocalHeader(fullName, header, size, extra64, method);
        long start = out.position();
        CRC32 crc = new CRC32();
        Deflater deflater = method == Zip.STORED ? null : new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            for (long offset = 0; offset < size; ) {
                int length = (int) Math.min(out.portion(), size - offset);
                ByteBuffer chunk = data.window(offset, length);
                if (chunk.remaining() != length) {
                    throw new IllegalArgumentException("ZipWriter: window of " + name + " has " + chunk.remaining() + " bytes, not " + length);
                }
                crc.update(chunk.duplicate());
                offset += length;
                if (deflater == null) {
                    out.put(chunk);
                } else {
                    put(chunk, deflater, offset == size);
                }
            }
        } finally {
            if (deflater != null) {
                deflater.end();
            }
        }
        Reference.reachabilityFence(data); // its memory is not reused while the last chunk is on its way
        long packed = out.position() - start;
        if (size > 0) {
            ByteBuffer descriptor = out.room(24).putInt(Zip.DESCRIPTOR).putInt((int) crc.getValue());
            if (extra64.length == 0) {
                descriptor.putInt((int) packed).putInt((int) size);
            } else {
                descriptor.putLong(packed).putLong(size);
            }
        }
        addToDirectory(fullName, new ZipEntry(name, header, start, packed, size, (int) crc.getValue(), method));
        names.update(fullName, folder.length(), fullName.length - folder.length());
        names.update(0);
        contents.update(ByteBuffer.allocate(4).putInt(0, (int) crc.getValue()));
        count++;
    }

    /** A number that depends on the names and the contents of all entries so far: 40 digits, as PyTorch writes. */
    public String fingerprint() {
        return String.format(Locale.ROOT, "%020d%020d", names.getValue(), contents.getValue());
    }

    /** Writes the directory. */
    public void finish() throws IOException {
        long start = out.position();
        out.put(ByteBuffer.wrap(directory.toByteArray()));
        long end = out.position();
        ByteBuffer record = out.room(Zip.END64_BYTES + Zip.LOCATOR64_BYTES + Zip.END_BYTES);
        record.putInt(Zip.END64).putLong(Zip.END64_BYTES - 12).putShort((short) 0x031e).putShort((short) 45);
        record.putInt(0).putInt(0).putLong(count).putLong(count).putLong(end - start).putLong(start);
        record.putInt(Zip.LOCATOR64).putInt(0).putLong(end).putInt(1);
        short shownCount = (short) Math.min(count, Zip.MAX16);
        record.putInt(Zip.END).putShort((short) 0).putShort((short) 0).putShort(shownCount).putShort(shownCount);
        record.putInt((int) Math.min(end - start, Zip.MAX32)).putInt((int) Math.min(start, Zip.MAX32)).putShort((short) 0);
        out.flush();
    }

    private void put(ByteBuffer chunk, Deflater deflater, boolean last) throws IOException {
        deflater.setInput(chunk);
        if (last) {
            deflater.finish();
        }
        while (!(last ? deflater.finished() : deflater.needsInput())) {
            deflater.deflate(out.room(DEFLATE_ROOM));
        }
    }

    private void writeLocalHeader(byte[] name, long header, long size, byte[] extra64, int method) throws IOException {
        int unpadded = Zip.LOCAL_BYTES + name.length + extra64.length + 4;
        int padding = (int) Math.floorMod(-(header + unpadded), (long) ALIGNMENT);
        ByteBuffer local = out.room(Zip.LOCAL_BYTES).putInt(Zip.LOCAL).putShort((short) 0).putShort(flags(size)).putShort((short) method);
        local.putInt(0).putInt(0).putInt(0).putInt(0).putShort((short) name.length).putShort((short) (extra64.length + 4 + padding));
        out.put(ByteBuffer.wrap(name));
        out.put(ByteBuffer.wrap(extra64));
        ByteBuffer pad = out.room(4 + padding).putShort((short) Zip.EXTRA_PADDING).putShort((short) padding);
        for (int i = 0; i < padding; i++) {
            pad.put((byte) 'Z');
        }
    }

    private void addToDirectory(byte[] name, ZipEntry written) {
        byte[] extra64 = extra64(written.unpacked(), written.header(), false);
        ByteBuffer entry = ByteBuffer.allocate(Zip.CENTRAL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int shownSize = (int) Math.min(written.unpacked(), Zip.MAX32);
        // with a zip64 field both sizes are in it
        int shownPacked = written.unpacked() >= Zip.MAX32 ? (int) Zip.MAX32 : (int) written.size();
        entry.putInt(Zip.CENTRAL).putInt(0).putShort(flags(written.unpacked())).putShort((short) written.method()).putInt(0);
        entry.putInt(written.crc()).putInt(shownPacked).putInt(shownSize).putShort((short) name.length).putShort((short) extra64.length);
        entry.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0).putInt((int) Math.min(written.header(), Zip.MAX32));
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
}
