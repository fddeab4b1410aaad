package io.candela.io.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.FormatException;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
    @TempDir
    private Path folder;

    private static byte[] idx(int type, byte[] elements, int... sizes) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + elements.length);
        bytes.put(new byte[] {0, 0, (byte) type, (byte) sizes.length});
        Arrays.stream(sizes).forEach(bytes::putInt);
        return bytes.put(elements).array();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("x-idx"), bytes);
    }

    @Test
    void readsEveryType() throws IOException {
        byte[] bytes = {1, -1, 3, 4, 5, 6, 7, 8};
        ByteBuffer big = ByteBuffer.wrap(bytes);
        for (boolean packed : new boolean[] {false, true}) {
            assertRead(Tensor.of(new int[] {1, 255, 3, 4, 5, 6, 7, 8}, DType.UINT8, 2, 4), idx(0x08, bytes, 2, 4), packed);
            assertRead(Tensor.of(new int[] {1, -1, 3, 4, 5, 6, 7, 8}, DType.INT8, 8), idx(0x09, bytes, 8), packed);
            assertRead(Tensor.of(new short[] {0x1ff, 0x304, 0x506, 0x708}, 4, 1), idx(0x0b, bytes, 4, 1), packed);
            assertRead(Tensor.of(new int[] {0x1ff0304, 0x5060708}), idx(0x0c, bytes, 2), packed);
            assertRead(Tensor.of(new float[] {big.getFloat(0), big.getFloat(4)}), idx(0x0d, bytes, 2), packed);
            assertRead(Tensor.of(new double[] {big.getDouble(0)}), idx(0x0e, bytes, 1), packed);
            assertRead(Tensor.of(new int[0], DType.UINT8, 0, 3), idx(0x08, new byte[0], 0, 3), packed);
            assertRead(Tensor.of(new int[] {9}, DType.UINT8, 1).squeeze(0), idx(0x08, new byte[] {9}), packed);
        }
    }

    private void assertRead(Tensor expected, byte[] file, boolean packed) throws IOException {
        Tensor actual = Idx.read(write(packed ? gzip(file) : file));
        assertEquals(expected.dtype(), actual.dtype());
        assertEquals(expected.shape(), actual.shape());
        assertTrue(expected.equal(actual), actual.toString());
    }

    @Test
    void refusesWhatIsWrong() throws IOException {
        byte[] good = idx(0x08, new byte[12], 3, 4);
        assertRefused(0, "is no IDX file: it starts with nothing, one starts with 0, 0, type, dimensions", new byte[0]);
        assertRefused(0, "is no IDX file: it starts with 1, 2, 3, 4, one starts with 0, 0, type, dimensions", new byte[] {1, 2, 3, 4});
        assertRefused(2, "IDX has no type 0x0a; there are 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e", idx(0x0a, new byte[4], 4));
        assertRefused(8, "size 2147483647 makes more elements than a tensor can have", idx(0x08, new byte[4], 3, Integer.MAX_VALUE));
        assertRefused(4, "size 4294967295 makes more elements than a tensor can have", idx(0x08, new byte[4], -1, 3));
        assertRefused(16, "the file ends here, 2147483628 bytes of elements [1073741816, 2] are missing", idx(0x08, new byte[4], 1073741816, 2));
        assertRefused(24, "something follows the 12 bytes of elements [3, 4]", Arrays.copyOf(good, 25));
        for (int length = 4; length < good.length; length++) {
            Path file = write(Arrays.copyOf(good, length));
            FormatException e = assertThrows(FormatException.class, () -> Idx.read(file));
            assertEquals(length, e.offset(), e.getMessage());
        }
        byte[] packed = gzip(good);
        for (int length = 2; length < packed.length; length++) {
            Path file = write(Arrays.copyOf(packed, length));
            assertThrows(FormatException.class, () -> Idx.read(file), "packed, " + length);
        }
        packed[packed.length - 6] ^= 1; // the checksum
        Path file = write(packed);
        assertThrows(FormatException.class, () -> Idx.read(file));
        assertThrows(NoSuchFileException.class, () -> Idx.read(folder.resolve("none")));
    }

    private void assertRefused(long offset, String problem, byte[] bytes) throws IOException {
        Path file = write(bytes);
        FormatException e = assertThrows(FormatException.class, () -> Idx.read(file));
        assertEquals("x-idx, byte " + offset + ": " + problem, e.getMessage());
    }

    @Test
    void readsMnist() throws IOException {
        byte[] pixels = new byte[2 * 28 * 28];
        pixels[1] = (byte) 255;
        Path raw = Files.createDirectories(folder.resolve("MNIST").resolve("raw"));
        Files.write(raw.resolve("train-images-idx3-ubyte"), idx(0x08, pixels, 2, 28, 28));
        Files.write(raw.resolve("train-labels-idx1-ubyte.gz"), gzip(idx(0x08, new byte[] {7, 3}, 2)));
        TensorDataset train = Mnist.train(folder);
        assertEquals("(2, 1, 28, 28)", train.tensors().get(0).shape().toString());
        assertEquals(1, train.get(0).input().sum().item());
        assertEquals(3, train.get(1).target().itemLong());
        assertThrows(NoSuchFileException.class, () -> Mnist.test(folder));
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), idx(0x08, pixels, 2, 28, 28));
        Files.write(folder.resolve("t10k-labels.idx1-ubyte"), idx(0x08, new byte[3], 3));
        assertEquals("t10k-labels.idx1-ubyte, byte 4: there are 3 labels, but 2 images in t10k-images-idx3-ubyte",
                assertThrows(FormatException.class, () -> Mnist.test(folder)).getMessage());
        Files.write(folder.resolve("t10k-labels.idx1-ubyte"), idx(0x08, pixels, 2, 28, 28));
        assertEquals("t10k-labels.idx1-ubyte, byte 0: magic number must be 0x00000801 (uint8, dimensions: 1), got uint8, dimensions: 3",
                assertThrows(FormatException.class, () -> Mnist.test(folder)).getMessage());
    }
}
