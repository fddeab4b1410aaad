package io.candela.train;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Records of TensorBoard's event files: a length, its checksum, a protocol buffer {@code tensorflow.Event}, its checksum. The fields needed are few enough
 * to write them by hand.
 */
final class EventRecord {
    // field numbers of tensorflow.Event, Summary, Summary.Value and SessionLog, from TensorFlow's event.proto and summary.proto
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int SESSION_STATUS = 1;
    private static final int SESSION_START = 1;
    // wire types
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int CRC_MASK = 0xa282ead8; // TFRecord's, so that checksums of checksums work

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private EventRecord() {
    }

    /** The first event of a file. */
    static byte[] version(double time) {
        return event(time, 0).bytes(FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8)).toBytes();
    }

    /** A run begins: earlier events of the folder from this step on are void. */
    static byte[] start(double time, long step) {
        return event(time, step).bytes(SESSION_LOG, new EventRecord().varint(SESSION_STATUS, SESSION_START).toBytes()).toBytes();
    }

    static byte[] scalars(double time, long step, Map<String, Double> values) {
        EventRecord summary = new EventRecord();
        values.forEach((tag, value) -> summary.bytes(SUMMARY_VALUE, new EventRecord().bytes(VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8))
                .fixed32(VALUE_SIMPLE, Float.floatToIntBits(value.floatValue())).toBytes()));
        return event(time, step).bytes(SUMMARY, summary.toBytes()).toBytes();
    }

    /** Writes an event with its length and checksums. */
    static void write(OutputStream out, byte[] event) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(event.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(event.length).putInt(checksum(record.array(), 0, 8)).put(event).putInt(checksum(event, 0, event.length));
        out.write(record.array());
    }

    private static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
    }

    private static EventRecord event(double time, long step) {
        EventRecord event = new EventRecord().fixed64(WALL_TIME, Double.doubleToLongBits(time));
        return step == 0 ? event : event.varint(STEP, step); // what is 0 is left out
    }

    private byte[] toBytes() {
        return out.toByteArray();
    }

    private EventRecord varint(int field, long value) {
        raw(field << 3 | VARINT);
        raw(value);
        return this;
    }

    private EventRecord bytes(int field, byte[] value) {
        raw(field << 3 | BYTES);
        raw(value.length);
        out.writeBytes(value);
        return this;
    }

    private EventRecord fixed64(int field, long bits) {
        raw(field << 3 | FIXED64);
        out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bits).array());
        return this;
    }

    private EventRecord fixed32(int field, int bits) {
        raw(field << 3 | FIXED32);
        out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bits).array());
        return this;
    }

    /** Seven bits a byte, the lowest first. */
    private void raw(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
