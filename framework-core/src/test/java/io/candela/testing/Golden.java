package io.candela.testing;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * What PyTorch computed, from a file that a script under {@code tools/golden} wrote.
 *
 * <p>The file is gzip, numbers big-endian, strings with a 16-bit length: the eight bytes {@code CANDELA1}, a header string, the number of
 * records as 32 bits, and the records. A record is its name {@code row|tag}, one byte (1 where PyTorch refused the operands), the operands,
 * and unless refused the results and the operands' gradients, each preceded by one byte (0 where there is none). A list has its length in
 * one byte. A tensor is one byte for the type (the ordinal in {@link DType}), one for the rank, the sizes in 32 bits, and the elements in
 * row-major order, those of half types as their bits.
 */
public final class Golden {
    private final String header;
    private final Map<String, List<Case>> rows = new LinkedHashMap<>();

    /**
     * One call of an op.
     *
     * @param row       which op
     * @param tag       what is special about the operands
     * @param refused   whether PyTorch raised an error
     * @param inputs    the operands
     * @param results   what PyTorch returned; empty if it refused
     * @param gradients one per operand; null where there is none
     */
    public record Case(String row, String tag, boolean refused, List<Tensor> inputs, List<Tensor> results, List<Tensor> gradients) {
        /** Whether the first word of the tag is {@code word}. */
        public boolean is(String word) {
            return tag.equals(word) || tag.startsWith(word + " ");
        }

        /** Elements of the largest operand. */
        public int size() {
            return inputs.stream().mapToInt(Tensor::numel).max().orElse(0);
        }

        @Override
        public String toString() {
            return row + "|" + tag;
        }
    }

    private Golden(DataInputStream in) throws IOException {
        byte[] magic = in.readNBytes(8);
        if (!new String(magic, java.nio.charset.StandardCharsets.US_ASCII).equals("CANDELA1")) {
            throw new IOException("not a file of golden values");
        }
        header = in.readUTF();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            String[] name = in.readUTF().split("\\|", 2);
            boolean refused = in.readByte() == 1;
            List<Tensor> inputs = tensors(in, false);
            List<Tensor> results = refused ? List.of() : tensors(in, false);
            List<Tensor> gradients = refused ? List.of() : tensors(in, true);
            rows.computeIfAbsent(name[0], k -> new ArrayList<>()).add(new Case(name[0], name[1], refused, inputs, results, gradients));
        }
    }

    /** Reads a resource beside the tests, such as {@code /golden/ops.bin.gz}. */
    public static Golden load(String resource) {
        try (InputStream raw = Golden.class.getResourceAsStream(resource)) {
            if (raw == null) {
                throw new IllegalArgumentException("no resource " + resource);
            }
            return read(raw);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    /** Reads a file that lies elsewhere. */
    public static Golden load(Path file) {
        try (InputStream raw = Files.newInputStream(file)) {
            return read(raw);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static Golden read(InputStream raw) throws IOException {
        return new Golden(new DataInputStream(new BufferedInputStream(new GZIPInputStream(raw))));
    }

    /** Which PyTorch, seed and script made the file. */
    public String header() {
        return header;
    }

    /** The records of each row, in the order of the file. */
    public Map<String, List<Case>> rows() {
        return Collections.unmodifiableMap(rows);
    }

    private static List<Tensor> tensors(DataInputStream in, boolean optional) throws IOException {
        int n = in.readUnsignedByte();
        List<Tensor> out = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            out.add(optional && in.readByte() == 0 ? null : tensor(in));
        }
        return Collections.unmodifiableList(out);
    }

    private static Tensor tensor(DataInputStream in) throws IOException {
        DType dtype = DType.values()[in.readUnsignedByte()];
        int[] sizes = new int[in.readUnsignedByte()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = in.readInt();
        }
        Shape shape = Shape.of(sizes);
        int n = shape.numel();
        Tensor flat = switch (dtype) {
            case BOOL -> Tensor.of(in.readNBytes(n), n).to(DType.BOOL);
            case UINT8 -> Tensor.of(in.readNBytes(n), n);
            case INT8 -> Tensor.of(in.readNBytes(n), DType.INT8, n);
            case INT16, FLOAT16, BFLOAT16 -> {
                short[] v = new short[n];
                for (int i = 0; i < n; i++) {
                    v[i] = in.readShort();
                }
                yield Tensor.of(v, n).view(dtype); // halves as their bits
            }
            case INT32 -> {
                int[] v = new int[n];
                for (int i = 0; i < n; i++) {
                    v[i] = in.readInt();
                }
                yield Tensor.of(v, n);
            }
            case INT64 -> {
                long[] v = new long[n];
                for (int i = 0; i < n; i++) {
                    v[i] = in.readLong();
                }
                yield Tensor.of(v, n);
            }
            case FLOAT32 -> {
                float[] v = new float[n];
                for (int i = 0; i < n; i++) {
                    v[i] = in.readFloat();
                }
                yield Tensor.of(v, n);
            }
            case FLOAT64 -> {
                double[] v = new double[n];
                for (int i = 0; i < n; i++) {
                    v[i] = in.readDouble();
                }
                yield Tensor.of(v, n);
            }
        };
        return Tensor.empty(shape, dtype, Device.CPU).copyFrom(flat.view(sizes));
    }
}
