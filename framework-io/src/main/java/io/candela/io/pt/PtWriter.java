package io.candela.io.pt;

import io.candela.io.AtomicFile;
import io.candela.io.ByteWindow;
import io.candela.io.ElementType;
import io.candela.io.TensorView;
import io.candela.io.zip.ZipWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * Writes PyTorch's zip format as {@code torch.save} does, so that {@code torch.load(path, weights_only=True)} reads it. The same nest and file
 * name give the same bytes.
 *
 * <p>Tensors that share a storage still share it after loading. Of a storage only that part is written which the nest uses; PyTorch writes all
 * of it. A tensor with gaps that shares its storage with no other tensor of the nest is written in row-major order without them.
 */
public final class PtWriter {
    private static final String DEFAULT_FOLDER = "archive"; // PyTorch's, when there is no file name

    private PtWriter() {
    }

    /**
     * Writes a nest of maps, lists, sets, tuples, strings, numbers, booleans, byte arrays, nulls, and what the adapter knows. An existing file is
     * replaced as a whole, see {@link AtomicFile}.
     *
     * @param adapter turns the framework's values into {@link TensorView}, {@link ElementType} and {@link DeviceTag}; asked once per object, its
     *                other results are refused
     * @throws IllegalArgumentException if a value cannot be written, or a container contains itself; no file is touched
     */
    public static void write(Object value, Path path, UnaryOperator<Object> adapter) throws IOException {
        write(value, path, adapter, AtomicFile::open);
    }

    /** As {@link #write(Object, Path, UnaryOperator)}, with {@link AtomicFile#openUncached}. */
    public static void write(Object value, Path path, UnaryOperator<Object> adapter, ByteBuffer uncached) throws IOException {
        write(value, path, adapter, target -> AtomicFile.openUncached(target, uncached));
    }

    /** How to open a file. */
    private interface Opener {
        AtomicFile open(Path path) throws IOException;
    }

    private static void write(Object value, Path path, UnaryOperator<Object> adapter, Opener opener) throws IOException {
        WritePlan plan = new WritePlan(value, adapter);
        byte[] pickle = PickleWriter.write(value, plan);
        try (AtomicFile file = opener.open(path)) {
            ZipWriter zip = new ZipWriter(file.output(), folder(path));
            zip.write("data.pkl", pickle);
            zip.write(".format_version", "1");
            zip.write(".storage_alignment", "64");
            zip.write("byteorder", "little");
            for (WritePlan.Stored storage : plan.storages()) {
                write(zip, storage);
            }
            zip.write("version", "3\n");
            zip.write(".data/serialization_id", zip.fingerprint());
            zip.finish();
            file.commit();
        }
    }

    /**
     * Finds out whether a nest can be written, without writing it.
     *
     * @param adapter as for {@link #write(Object, Path, UnaryOperator)}
     * @throws IllegalArgumentException if not
     */
    public static void check(Object value, UnaryOperator<Object> adapter) {
        new WritePlan(value, adapter);
    }

    private static void write(ZipWriter zip, WritePlan.Stored storage) throws IOException {
        int width = storage.type().bytes();
        TensorView view = storage.gather() ? storage.view().contiguous() : storage.view();
        long start = (storage.gather() ? view.offset() : storage.first()) * width;
        if (storage.numel() == 0) {
            zip.write("data/" + storage.key(), 0, (offset, length) -> ByteBuffer.allocate(0));
        } else {
            ByteWindow bytes = view.bytes();
            zip.write("data/" + storage.key(), storage.numel() * width, (offset, length) -> bytes.window(start + offset, length));
        }
    }

    /** The name of the folder that holds all entries: PyTorch takes the file's name without its ending, if it is ASCII. */
    static String folder(Path path) {
        Path last = path.getFileName();
        String name = last == null ? "" : last.toString();
        int dot = name.lastIndexOf('.');
        String stem = dot < 0 ? name : name.substring(0, dot);
        return stem.isEmpty() || !stem.chars().allMatch(c -> c >= ' ' && c < 0x7F && c != '\\') ? DEFAULT_FOLDER : stem;
    }
}
