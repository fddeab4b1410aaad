package io.candela.io;

import io.candela.io.pt.NumpyArray;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An open file of any format whose tensors are read one by one, when they are asked for. Opening it reads names, types and shapes, and checks
 * them; no payload.
 *
 * <pre>{@code
 * try (TensorFile file = TensorIO.open(path)) {
 *     file.tensors().forEach(tensor -> System.out.println(tensor.name() + " " + tensor.shape()));
 *     Tensor weight = file.read("encoder.weight");
 *     model.loadStateDict(file.read(Pattern.compile("encoder\\..*")), LoadOptions.defaults().withStrict(false));
 * }
 * }</pre>
 *
 * <p>Tensors stay usable when the file is closed. Not for several threads at once.
 */
public final class TensorFile implements AutoCloseable {
    private static final String ROOT = "tensor"; // the name of a tensor that is all the file holds
    private static final int MOST_LETTERS = 1 << 26;
    private static final int HEAP_PER_NAME = 64;

    private final Path path;
    private final TensorSource source;
    private final ReadOptions options;
    private final Map<String, Object> leaves = new LinkedHashMap<>(); // TensorRef, StorageRef or NumpyArray by name
    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private long letters; // of all names, with repetitions: few containers that stand in each other many times can have very many

    TensorFile(Path path, TensorSource source, ReadOptions options) throws IOException {
        this.path = path;
        this.source = source;
        this.options = options;
        collect("", source.read(new Leaves() { }));
        source.metadata().forEach(values::put);
        describe();
    }

    private void collect(String name, Object value) throws FormatException {
        letters += name.length() + HEAP_PER_NAME;
        if (letters > MOST_LETTERS) {
            throw source.fail("names of the nest's values take more than %d MiB; load it as a whole", MOST_LETTERS >> 20);
        }
        if (value instanceof TensorRef || value instanceof StorageRef || value instanceof NumpyArray) {
            leaves.put(unused(name.isEmpty() ? ROOT : name), value);
        } else if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                collect(below(name, String.valueOf(entry.getKey())), entry.getValue());
            }
        } else if (value instanceof List<?> list && !(value instanceof Size) && !list.isEmpty()) {
            for (int i = 0; i < list.size(); i++) {
                collect(below(name, Integer.toString(i)), list.get(i));
            }
        } else if (!name.isEmpty() || !(value instanceof Map)) { // a file of no tensors at all is no value
            values.put(name, value);
        }
    }

    private static String below(String name, String key) {
        return name.isEmpty() ? key : name + "." + key;
    }

    /** Keys with dots can make two names equal; the later one gets a number. */
    private String unused(String name) {
        String unused = name;
        for (int i = 2; leaves.containsKey(unused); i++) {
            unused = name + "#" + i;
        }
        return unused;
    }

    private void describe() {
        Map<Object, String> first = new HashMap<>(); // by storage
        leaves.forEach((name, leaf) -> {
            if (leaf instanceof NumpyArray array) {
                infos.put(name, new TensorInfo(name, array.type(), Size.of(array.sizes()), array.elements().remaining(), "cpu", null));
                return;
            }
            TensorRef tensor = leaf instanceof StorageRef storage ? TensorRef.whole(storage, new long[] {storage.numel()}) : (TensorRef) leaf;
            long numel = 1;
            for (long size : tensor.sizes()) {
                numel *= size;
            }
            String tiedTo = numel == 0 ? null : first.putIfAbsent(source.original(tensor.storage()), name);
            infos.put(name, new TensorInfo(name, tensor.type(), Size.of(tensor.sizes()), numel * tensor.type().bytes(),
                    tensor.storage().location(), tiedTo));
        });
    }

    /** What kind of file it is, for people to read: {@code PyTorch}, {@code safetensors}, … */
    public String format() {
        return source.format();
    }

    /** The tensors in the file's order. */
    public Collection<TensorInfo> tensors() {
        return Collections.unmodifiableCollection(infos.values());
    }

    /**
     * What the file says about a tensor.
     *
     * @throws IllegalArgumentException if it has none of that name
     */
    public TensorInfo info(String name) {
        checkHas(name);
        return infos.get(name);
    }

    /**
     * All that the file holds beside tensors, by name: the metadata of a safetensors file, and of a nest the epoch, the loss and the like, with
     * dots between the keys.
     */
    public Map<String, Object> values() {
        return Collections.unmodifiableMap(values);
    }

    /**
     * Reads one tensor. Each call makes a new one.
     *
     * @throws IllegalArgumentException if the file has none of that name
     * @throws FormatException if its payload is damaged, or of a type that Candela does not have
     */
    public Tensor read(String name) throws IOException {
        checkHas(name);
        return (Tensor) read(List.of(name)).get(name);
    }

    /**
     * Reads the tensors whose whole name matches. Those that were tied are so again; an empty result is no error.
     *
     * @throws FormatException if a payload is damaged, or of a type that Candela does not have
     */
    public StateDict read(Pattern names) throws IOException {
        return read(leaves.keySet().stream().filter(name -> names.matcher(name).matches()).toList());
    }

    /** Reads all tensors. */
    public StateDict readAll() throws IOException {
        return read(new ArrayList<>(leaves.keySet()));
    }

    private StateDict read(List<String> names) throws IOException {
        TensorLeaves reading = new TensorLeaves(source, options);
        try {
            StateDict state = new StateDict();
            for (String name : names) {
                Object leaf = leaves.get(name);
                state.put(name, leaf instanceof TensorRef tensor ? reading.tensor(tensor, name)
                        : leaf instanceof StorageRef storage ? reading.storage(storage, name) : reading.array((NumpyArray) leaf, name));
            }
            reading.finish();
            return state;
        } catch (IOException | RuntimeException | Error e) {
            reading.release();
            throw e;
        }
    }

    private void checkHas(String name) {
        if (!leaves.containsKey(name)) {
            throw new IllegalArgumentException("%s: there is no tensor %s; its tensors are %s".formatted(path.getFileName(), name,
                    leaves.size() <= 20 ? leaves.keySet() : leaves.size() + " others"));
        }
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
