package io.candela.io.npy;

import io.candela.io.ElementType;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.StorageRef;
import io.candela.io.TensorRef;
import io.candela.io.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What stands before the elements in a file of {@code numpy.save}, versions 1 to 3.
 *
 * @param type    the type of the elements
 * @param big     whether they are big-endian
 * @param fortran whether the first index varies fastest
 * @param sizes   the array's sizes
 * @param bytes   the length of the header itself
 */
record NpyHeader(ElementType type, boolean big, boolean fortran, long[] sizes, int bytes) {
    /** Reads bytes one after the other. */
    @FunctionalInterface
    interface Input {
        void read(ByteBuffer target) throws IOException;
    }

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int FIXED = 8; // magic and version
    private static final int MAX_BYTES = 1 << 20;
    private static final int ALIGNMENT = 64;
    private static final int GROWTH = 21; // digits that NumPy leaves room for, so that a file can be appended to

    /** @param start where in the file the header starts, for messages */
    static NpyHeader read(Input input, FileSource file, long start) throws IOException {
        ByteBuffer fixed = take(input, FIXED);
        if (!Arrays.equals(fixed.array(), 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw file.fail(start, "file of NumPy must start with 93 NUMPY, its first byte is 0x%02x", fixed.get(0));
        }
        int version = fixed.get(6);
        if (version < 1 || version > 3 || fixed.get(7) != 0) {
            throw file.fail(start + 6, "NumPy's format has version %d.%d, those from 1.0 to 3.0 are known", version, fixed.get(7));
        }
        int width = version == 1 ? 2 : 4;
        ByteBuffer count = take(input, width);
        long length = width == 2 ? count.getShort(0) & 0xFFFF : count.getInt(0) & 0xFFFFFFFFL;
        if (length > MAX_BYTES) {
            throw file.fail(start + FIXED, "header of a NumPy array has %d bytes, at most %d are taken", length, MAX_BYTES);
        }
        String text = new String(take(input, (int) length).array(), version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        return new NpyLiteral(text, file, start + FIXED + width).header(FIXED + width + (int) length);
    }

    private static ByteBuffer take(Input input, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        input.read(bytes);
        return bytes.flip();
    }

    /** The header of an array, byte for byte as NumPy writes it. */
    static byte[] of(TensorView view, boolean fortran) {
        String code = NumpyTypes.code(view.type());
        String order = view.type().bytes() == 1 ? "|" : "<";
        long[] sizes = view.sizes();
        String shape = LongStream.of(sizes).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", sizes.length == 1 ? ",)" : ")"));
        String text = "{'descr': '" + order + code + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
        if (sizes.length > 0) {
            text += " ".repeat(Math.max(0, GROWTH - Long.toString(sizes[fortran ? sizes.length - 1 : 0]).length()));
        }
        int prefix = FIXED + 2;
        int padding = ALIGNMENT - (prefix + text.length() + 1) % ALIGNMENT;
        byte[] line = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
        // 64 dimensions of 19 digits stay below version 1's limit
        return ByteBuffer.allocate(prefix + line.length).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC).put((byte) 1).put((byte) 0)
                .putShort((short) line.length).put(line).array();
    }

    /** The tensor that follows the header. */
    TensorRef tensor(String name, FileSource file, long at) throws FormatException {
        long numel = 1;
        try {
            for (long size : sizes) {
                numel = Math.multiplyExact(numel, size);
            }
            Math.multiplyExact(numel, type.bytes());
        } catch (ArithmeticException e) {
            throw file.fail(at, "array of sizes %s is too large", Arrays.toString(sizes));
        }
        StorageRef storage = new StorageRef(name, type, numel, "cpu");
        return new TensorRef(storage, type, 0, sizes, fortran ? columnMajor(sizes) : TensorRef.rowMajor(sizes), false, false);
    }

    static long[] columnMajor(long[] sizes) {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = 0; i < sizes.length; i++) {
            strides[i] = stride;
            stride *= Math.max(sizes[i], 1);
        }
        return strides;
    }
}
