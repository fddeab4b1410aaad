package io.candela.io;

import io.candela.io.pt.PtReader;
import io.candela.io.pt.PtWriter;
import io.candela.tensor.Tuple;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Saves and loads tensors, and nests of maps, lists, tuples, sets, strings, numbers, booleans, byte arrays and nulls around them, in PyTorch's
 * zip format: {@code torch.load(path, weights_only=True)} reads what is saved here, and what {@code torch.save} wrote is loaded here.
 *
 * <pre>{@code
 * TensorIO.save(model.stateDict(), Path.of("model.pth"));
 * model.loadStateDict(TensorIO.load(Path.of("model.pth")).stateDict());
 * }</pre>
 *
 * <p>Loading executes nothing that a file asks for; a damaged or hostile file gives a {@link FormatException}.
 */
public final class TensorIO {
    private TensorIO() {
    }

    /**
     * Saves a value. The file at {@code path} is replaced as a whole or not at all, and is on the disk when this returns; see {@link AtomicFile}.
     *
     * <p>Tensors that share memory still share it after loading; views keep their strides. Only those elements of a memory are written that lie
     * between the first and the last one used by the value; if a single view with gaps uses it, it is written without them. A
     * {@link io.candela.tensor.StateDict} becomes an {@code OrderedDict} with its metadata, any other map a {@code dict}, a {@link Tuple} a
     * {@code tuple}, any other list a {@code list}. The same value and file name give the same bytes.
     *
     * @throws IllegalArgumentException if the value holds something else, or contains itself; no file is touched
     * @throws IOException if the file cannot be written; an existing one is as it was
     */
    public static void save(Object value, Path path) throws IOException {
        PtWriter.write(value, path, new TensorViews());
    }

    /**
     * Loads what was saved in a file, with all tensors on the CPU.
     *
     * @throws FormatException if the file is damaged, hostile, or holds what Candela does not have, such as float16 tensors
     * @throws IOException if it cannot be read
     */
    public static Loaded load(Path path) throws IOException {
        try (PtReader reader = PtReader.open(path)) {
            TensorLeaves leaves = new TensorLeaves(reader);
            try {
                return new Loaded(path, reader.read(leaves));
            } catch (IOException | RuntimeException | Error e) {
                leaves.release();
                throw e;
            }
        }
    }
}
