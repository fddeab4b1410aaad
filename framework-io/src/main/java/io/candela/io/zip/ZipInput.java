package io.candela.io.zip;

import io.candela.io.FileSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The contents of one entry of a {@link ZipReader} from front to back, decompressed if need be. */
public final class ZipInput implements AutoCloseable {
    private static final int CHUNK = 1 << 16;

    private final FileSource file;
    private final ZipReader zip;
    private final ZipEntry entry;
    private final Inflater inflater; // null if the entry is stored as it is
    private final ByteBuffer packed = ByteBuffer.allocate(CHUNK).limit(0);
    private final CRC32 crc = new CRC32();
    private long taken; // bytes of the file
    private long given; // bytes of the contents

    ZipInput(FileSource file, ZipReader zip, ZipEntry entry) {
        this.file = file;
        this.zip = zip;
        this.entry = entry;
        this.inflater = entry.method() == Zip.DEFLATED ? new Inflater(true) : null;
    }

    /** How many bytes are left. */
    public long remaining() {
        return entry.unpacked() - given;
    }

    /**
     * Fills what remains of a buffer.
     *
     * @throws io.candela.io.FormatException if the contents end before, or are damaged
     */
    public void read(ByteBuffer target) throws IOException {
        if (target.remaining() > remaining()) {
            throw file.fail(entry.data(), "entry %s has %d bytes, %d were expected", entry.name(), entry.unpacked(),
                    given + target.remaining());
        }
        ByteBuffer filled = target.duplicate();
        given += target.remaining();
        if (inflater == null) {
            file.read(entry.data() + taken, target);
            taken += filled.remaining();
        } else {
            inflate(target);
        }
        crc.update(filled);
    }

    /**
     * Checks that all was read and is what the directory promised.
     *
     * @throws io.candela.io.FormatException if bytes are left over or the checksum is wrong
     */
    public void finish() throws IOException {
        if (remaining() > 0) {
            throw file.fail(entry.data(), "entry %s has %d bytes too many", entry.name(), remaining());
        }
        if (inflater != null) {
            try {
                ByteBuffer none = ByteBuffer.allocate(1);
                while (!inflater.finished()) { // the end mark may follow the last byte
                    refill();
                    if (inflater.inflate(none) > 0) {
                        throw file.fail(entry.data(), "entry %s unpacks to more than its %d bytes", entry.name(), entry.unpacked());
                    }
                }
            } catch (DataFormatException e) {
                throw damaged();
            }
        }
        zip.checkCrc(entry, crc);
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
        }
    }

    private void inflate(ByteBuffer target) throws IOException {
        try {
            while (target.hasRemaining()) {
                refill();
                if (inflater.inflate(target) == 0 && inflater.finished()) {
                    throw file.fail(entry.data(), "entry %s unpacks to less than its %d bytes", entry.name(), entry.unpacked());
                }
            }
        } catch (DataFormatException e) {
            throw damaged();
        }
    }

    private void refill() throws IOException {
        if (inflater.needsDictionary()) {
            throw damaged();
        }
        if (!inflater.needsInput()) {
            return;
        }
        int count = (int) Math.min(CHUNK, entry.size() - taken);
        if (count == 0) {
            throw file.fail(entry.end(), "entry %s ends within its compressed data", entry.name());
        }
        file.read(entry.data() + taken, packed.clear().limit(count));
        taken += count;
        inflater.setInput(packed.flip());
    }

    private IOException damaged() {
        return file.fail(entry.data(), "entry %s is damaged: it cannot be decompressed", entry.name());
    }
}
