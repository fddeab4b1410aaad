package io.candela.io;

import io.candela.io.npy.NpyWriter;
import io.candela.io.pt.PtWriter;
import io.candela.io.safetensors.SafetensorsWriter;
import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Saves and loads tensors, and nests of maps, lists, tuples, sets, strings, numbers, booleans, byte arrays and nulls around them.
 *
 * <pre>{@code
 * TensorIO.save(model.stateDict(), Path.of("model.pth"));
 * model.loadStateDict(TensorIO.load(Path.of("model.pth")).stateDict());
 * }</pre>
 *
 * <p>The end of the file's name chooses the format when saving; when loading the contents do.
 *
 * <table>
 * <caption>Formats</caption>
 * <tr><td>{@code .safetensors}</td><td>tensors by name: what {@code safetensors} reads and writes, in one file or a set with an index</td></tr>
 * <tr><td>{@code .npz}, {@code .npy}</td><td>tensors by name, one tensor: what {@code numpy.load} reads and {@code numpy.save} writes</td></tr>
 * <tr><td>any other</td><td>any nest: PyTorch's zip format, which {@code torch.load(path, weights_only=True)} reads and {@code torch.save}
 *     writes. Files from before PyTorch 1.6 are loaded too, and the parameters of TorchScript archives</td></tr>
 * </table>
 *
 * <p>Loading executes nothing that a file asks for; a damaged or hostile file gives a {@link FormatException}.
 */
public final class TensorIO {
    private TensorIO() {
    }

    /** As {@link #save(Object, Path, WriteOptions)}, with the defaults. */
    public static void save(Object value, Path path) throws IOException {
        save(value, path, WriteOptions.defaults());
    }

    /**
     * Saves a value. The file at {@code path} is replaced as a whole or not at all, and is on the disk when this returns; see {@link AtomicFile}.
     * The same value and file name give the same bytes. A set of safetensors files is replaced as one, too: who opens it meanwhile, or after a crash,
     * finds the old set whole or the new one. The new files then have a random number in their names, which the index knows.
     *
     * <p>In PyTorch's format tensors that share memory still share it after loading; views keep their strides. Only those elements of a memory are
     * written that lie between the first and the last one used by the value; if a single view with gaps uses it, it is written without them. A
     * {@link io.candela.tensor.StateDict} becomes an {@code OrderedDict} with its metadata, a {@link io.candela.tensor.Counter} a {@code Counter},
     * any other map a {@code dict}, a {@link Tuple} a {@code tuple}, any other list a {@code list}. The other formats hold elements in row-major
     * order and know neither gradients, nor a state dict's metadata, nor, except for safetensors' record of tied tensors, shared memory.
     *
     * @throws IllegalArgumentException if the value holds something that the format does not, or contains itself; no file is touched
     * @throws IOException if the file cannot be written; an existing one is as it was
     */
    public static void save(Object value, Path path, WriteOptions options) throws IOException {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        boolean safetensors = name.endsWith(".safetensors");
        boolean archive = name.endsWith(".npz");
        refuse(!safetensors && !options.metadata().isEmpty(), path, "metadata");
        refuse(!safetensors && options.maxShardSize() != Long.MAX_VALUE, path, "maxShardSize");
        refuse(!safetensors && !options.repeatTied(), path, "repeatTied(false)");
        refuse(!archive && options.compress(), path, "compress");
        if (safetensors) {
            new SafetensorsWriter(options.metadata(), options.repeatTied(), options.maxShardSize()).write(tensors(value, path), path);
        } else if (archive) {
            NpyWriter.write(tensors(value, path), path, options.compress());
        } else if (name.endsWith(".npy")) {
            if (!(value instanceof Tensor tensor)) {
                throw new IllegalArgumentException("TensorIO.save: %s holds one tensor, got %s; save it as .npz, or in PyTorch's format"
                        .formatted(path.getFileName(), typeName(value)));
            }
            NpyWriter.write(view(tensor), path);
        } else {
            PtWriter.write(value, path, new TensorViews());
        }
    }

    /** As {@link #load(Path, ReadOptions)}, with the defaults: all tensors on the CPU. */
    public static Loaded load(Path path) throws IOException {
        return load(path, ReadOptions.defaults());
    }

    /**
     * Loads what was saved in a file, or in the set of files whose index stands beside its name.
     *
     * @throws FormatException if the file is damaged, hostile, or holds what Candela does not have
     * @throws io.candela.tensor.DeviceException if a tensor is to be on a device that this machine does not have
     * @throws IOException if it cannot be read
     */
    public static Loaded load(Path path, ReadOptions options) throws IOException {
        try (TensorSource source = Sources.open(path)) {
            TensorLeaves leaves = new TensorLeaves(source, options);
            try {
                Object value = source.read(leaves);
                leaves.finish();
                return new Loaded(path, value);
            } catch (IOException | RuntimeException | Error e) {
                leaves.release();
                throw e;
            }
        }
    }

    /** As {@link #open(Path, ReadOptions)}, with the defaults. */
    public static TensorFile open(Path path) throws IOException {
        return open(path, ReadOptions.defaults());
    }

    /**
     * Opens a file to look at it, and to read some of its tensors.
     *
     * @throws FormatException if the file's structure is damaged or hostile
     * @throws IOException if it cannot be read
     */
    public static TensorFile open(Path path, ReadOptions options) throws IOException {
        TensorSource source = Sources.open(path);
        try {
            return new TensorFile(path, source, options);
        } catch (IOException | RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    private static void refuse(boolean given, Path path, String option) {
        if (given) {
            throw new IllegalArgumentException("TensorIO.save: %s is no option for %s".formatted(option, path.getFileName()));
        }
    }

    private static Map<String, TensorView> tensors(Object value, Path path) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("TensorIO.save: %s holds tensors by name, got %s".formatted(path.getFileName(), typeName(value)));
        }
        Map<String, TensorView> tensors = new LinkedHashMap<>();
        map.forEach((key, item) -> {
            if (!(key instanceof String name) || !(item instanceof Tensor tensor)) {
                throw new IllegalArgumentException("TensorIO.save: %s holds tensors by name, but %s is %s; use PyTorch's format".formatted(
                        path.getFileName(), key, typeName(item)));
            }
            tensors.put(name, view(tensor));
        });
        return tensors;
    }

    private static TensorView view(Tensor tensor) {
        return (TensorView) new TensorViews().apply(tensor);
    }

    private static String typeName(Object value) {
        return value == null ? "null" : "of type " + value.getClass().getSimpleName();
    }
}
