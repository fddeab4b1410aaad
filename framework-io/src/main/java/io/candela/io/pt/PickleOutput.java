package io.candela.io.pt;

import io.candela.io.Utf8;
import java.math.BigInteger;
import java.util.Arrays;

/** The bytes of a pickle of protocol 2, as they are written. */
final class PickleOutput {
    private static final int LONGEST_SHORT_INTEGER = 255;

    private byte[] bytes = new byte[1024];
    private int size;
    private int memoized;

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    void op(int opcode) {
        u1(opcode);
    }

    /** The value just written is remembered; its number is for {@link #get}. */
    int put() {
        indexed(Op.BINPUT, Op.LONG_BINPUT, memoized);
        return memoized++;
    }

    void get(int index) {
        indexed(Op.BINGET, Op.LONG_BINGET, index);
    }

    void integer(long value) {
        if (value >= 0 && value <= 0xFF) {
            u1(Op.BININT1);
            u1((int) value);
        } else if (value >= 0 && value <= 0xFFFF) {
            u1(Op.BININT2);
            u1((int) value);
            u1((int) value >> 8);
        } else if (value == (int) value) {
            u1(Op.BININT);
            i4((int) value);
        } else {
            integer(BigInteger.valueOf(value));
        }
    }

    void integer(BigInteger value) {
        if (value.bitLength() < Integer.SIZE) {
            integer(value.intValue());
            return;
        }
        byte[] big = value.toByteArray();
        if (big.length <= LONGEST_SHORT_INTEGER) {
            u1(Op.LONG1);
            u1(big.length);
        } else {
            u1(Op.LONG4);
            i4(big.length);
        }
        for (int i = big.length - 1; i >= 0; i--) {
            u1(big[i]);
        }
    }

    void number(double value) {
        u1(Op.BINFLOAT);
        long bits = Double.doubleToRawLongBits(value);
        for (int shift = 56; shift >= 0; shift -= 8) {
            u1((int) (bits >>> shift));
        }
    }

    void text(String value) {
        byte[] encoded = Utf8.encode(value);
        u1(Op.BINUNICODE);
        i4(encoded.length);
        raw(encoded);
    }

    /** @param name module and name with a blank between them, all ASCII */
    void global(String name) {
        u1(Op.GLOBAL);
        for (int i = 0; i < name.length(); i++) {
            u1(name.charAt(i) == ' ' ? '\n' : name.charAt(i));
        }
        u1('\n');
    }

    void u1(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.multiplyExact(2, size));
        }
        bytes[size++] = (byte) value;
    }

    private void i4(int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += 8) {
            u1(value >>> shift);
        }
    }

    private void raw(byte[] more) {
        if (more.length > bytes.length - size) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * size, Math.addExact(size, more.length)));
        }
        System.arraycopy(more, 0, bytes, size, more.length);
        size += more.length;
    }

    private void indexed(int shortOp, int longOp, int index) {
        if (index <= 0xFF) {
            u1(shortOp);
            u1(index);
        } else {
            u1(longOp);
            i4(index);
        }
    }
}
