package io.candela.io.pt;

import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.Utf8;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The bytes of a pickle, read one after the other and never past the end. */
final class PickleInput {
    private static final int MAX_LINE = 1024; // a global's module or name
    private static final int MAX_INTEGER = 1024; // bytes

    private final FileSource file;
    private final long start;
    private final byte[] bytes;
    private final ByteBuffer little;
    private int at;
    private int opcode; // where the current one is
    private boolean ranOut;

    /** @param start where in the file the bytes are, for messages */
    PickleInput(FileSource file, long start, byte[] bytes) {
        this.file = file;
        this.start = start;
        this.bytes = bytes;
        this.little = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** An exception about the current opcode. */
    FormatException fail(String format, Object... values) {
        return file.fail(offset(), format, values);
    }

    /** Where in the file the current opcode is. */
    long offset() {
        return start + opcode;
    }

    /** Where in the file the next byte is. */
    long position() {
        return start + at;
    }

    void skip(int count) throws FormatException {
        take(count);
    }

    /** Whether more bytes were asked for than there are. */
    boolean ranOut() {
        return ranOut;
    }

    int length() {
        return bytes.length;
    }

    int opcode() throws FormatException {
        opcode = at;
        return u1();
    }

    int u1() throws FormatException {
        return bytes[take(1)] & 0xFF;
    }

    int u2() throws FormatException {
        return little.getShort(take(2)) & 0xFFFF;
    }

    int i4() throws FormatException {
        return little.getInt(take(4));
    }

    /** Also for 8-byte counts: those which do not fit an int are longer than any pickle. */
    int count(int width) throws FormatException {
        long count = width == 1 ? u1() : width == 4 ? i4() & 0xFFFFFFFFL : little.getLong(take(8));
        if (count < 0 || count > bytes.length - at) {
            ranOut = true;
            throw fail("pickle asks for %s bytes, %d are left", Long.toUnsignedString(count), bytes.length - at);
        }
        return (int) count;
    }

    double f8() throws FormatException {
        return Double.longBitsToDouble(Long.reverseBytes(little.getLong(take(8))));
    }

    byte[] bytes(int count) throws FormatException {
        int from = take(count);
        return Arrays.copyOfRange(bytes, from, from + count);
    }

    String text(int count) throws FormatException {
        int from = take(count);
        String text = Utf8.decode(bytes, from, from + count);
        if (text == null) {
            throw fail("string in the pickle is not UTF-8");
        }
        return text;
    }

    /** A little-endian integer in two's complement: a Long, or a BigInteger if it does not fit one. */
    Object integer(int count) throws FormatException {
        if (count > MAX_INTEGER) {
            throw fail("integer of %d bytes in the pickle, at most %d are taken", count, MAX_INTEGER);
        }
        byte[] big = new byte[count];
        int from = take(count);
        for (int i = 0; i < count; i++) {
            big[count - 1 - i] = bytes[from + i];
        }
        BigInteger value = count == 0 ? BigInteger.ZERO : new BigInteger(big);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    String line() throws FormatException {
        int from = at;
        while (at < bytes.length && bytes[at] != '\n') {
            if (++at - from > MAX_LINE) {
                throw fail("name in the pickle is longer than %d bytes", MAX_LINE);
            }
        }
        int to = take(1);
        String text = Utf8.decode(bytes, from, to);
        if (text == null) {
            throw fail("name in the pickle is not UTF-8");
        }
        return text;
    }

    private int take(int count) throws FormatException {
        if (count > bytes.length - at) {
            ranOut = true;
            throw fail("pickle ends within an opcode");
        }
        int from = at;
        at += count;
        return from;
    }
}
