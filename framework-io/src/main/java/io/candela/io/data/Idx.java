package io.candela.io.data;

import io.candela.io.ByteSwap;
import io.candela.io.FormatException;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files, the format of MNIST and its kin: two zero bytes, a byte for the type, one for the number of dimensions, the sizes as big-endian
 * 32-bit numbers, then the elements, big-endian. Packed by gzip or not, whatever the name says. Offsets in messages are those of the unpacked bytes.
 */
public final class Idx {
    private static final int GZIP = 0x1f8b;
    private static final int MOST_BYTES = Integer.MAX_VALUE - 8; // of an array

    private Idx() {
    }

    /**
     * Reads one tensor, of type uint8, int8, int16, int32, float32 or float64 as the file says.
     *
     * @throws FormatException if the file is none of these, too short or too long
     * @throws IOException     if it cannot be read
     */
    public static Tensor read(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        try (InputStream in = open(path)) {
            return read(in, name);
        } catch (ZipException | EOFException e) { // only gzip throws them: the reader below counts for itself
            throw new FormatException(name, 0, "is damaged: %s", e.getMessage());
        }
    }

    private static InputStream open(Path path) throws IOException {
        InputStream file = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        try {
            file.mark(2);
            int start = file.read() << 8 | file.read();
            file.reset();
            return start == GZIP ? new GZIPInputStream(file, 1 << 16) : file;
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static Tensor read(InputStream in, String name) throws IOException {
        byte[] magic = in.readNBytes(4);
        if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
            throw new FormatException(name, 0, "is no IDX file: it starts with %s, one starts with 0, 0, type, dimensions", text(magic));
        }
        DType type = type(magic[2]);
        if (type == null) {
            throw new FormatException(name, 2, "IDX has no type 0x%02x; there are 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e", magic[2]);
        }
        int rank = magic[3] & 0xff;
        byte[] header = in.readNBytes(4 * rank);
        if (header.length < 4 * rank) {
            throw new FormatException(name, 4L + header.length, "the file ends within the sizes of its %d dimensions", rank);
        }
        ByteBuffer sizes = ByteBuffer.wrap(header);
        int[] shape = new int[rank];
        long bytes = type.bytes();
        for (int i = 0; i < rank; i++) {
            shape[i] = sizes.getInt();
            long count = shape[i] & 0xffffffffL;
            if (count * bytes > MOST_BYTES) { // no overflow: both are below 2^32, the left one is checked before the next
                throw new FormatException(name, 4 + 4L * i, "size %d makes more elements than a tensor can have", count);
            }
            bytes *= count;
        }
        long start = 4L + header.length;
        byte[] elements = in.readNBytes((int) bytes); // grows with what is there, not with what the sizes claim
        if (elements.length < bytes) {
            throw new FormatException(name, start + elements.length, "the file ends here, %d bytes of elements %s are missing", bytes - elements.length,
                    Arrays.toString(shape));
        }
        if (in.read() >= 0) {
            throw new FormatException(name, start + bytes, "something follows the %d bytes of elements %s", bytes, Arrays.toString(shape));
        }
        ByteBuffer buffer = ByteBuffer.wrap(elements);
        if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            ByteSwap.swap(buffer, type.bytes());
        }
        return rank == 0 ? Tensor.fromBuffer(buffer, type, 1).squeeze(0) : Tensor.fromBuffer(buffer, type, shape);
    }

    /** @return null if there is no such code */
    private static DType type(byte code) {
        return switch (code) {
            case 0x08 -> DType.UINT8;
            case 0x09 -> DType.INT8;
            case 0x0b -> DType.INT16;
            case 0x0c -> DType.INT32;
            case 0x0d -> DType.FLOAT32;
            case 0x0e -> DType.FLOAT64;
            default -> null;
        };
    }

    private static String text(byte[] bytes) {
        if (bytes.length == 0) {
            return "nothing";
        }
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(text.isEmpty() ? "" : ", ").append(b & 0xff);
        }
        return text.toString();
    }
}
