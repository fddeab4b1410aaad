package io.candela.io.pt;

import io.candela.io.ElementType;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.Leaves;
import io.candela.io.Size;
import io.candela.io.StorageRef;
import io.candela.io.TensorRef;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tuple;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Turns what {@link PickleReader} made into the nest that callers get. What stands in two places stays one object; a container that contains
 * itself is refused, as is a nest deeper than any honest one.
 */
final class NestBuilder {
    /** The deepest nest that is read and written. */
    static final int MAX_DEPTH = 500;
    private static final int MOST_SCRIPT_LETTERS = 1 << 26;
    private static final int HEAP_PER_NAME = 64;
    private static final Object PENDING = new Object(); // stands for a container whose contents are under way

    private final FileSource file;
    private final long offset;
    private final Leaves leaves;
    private final Map<Object, Object> done = new IdentityHashMap<>();
    private final Deque<Object> path = new ArrayDeque<>();
    private long scriptLetters; // of all names, with repetitions: few objects that hold each other can have very many

    /** @param offset where the pickle starts, for messages */
    NestBuilder(FileSource file, long offset, Leaves leaves) {
        this.file = file;
        this.offset = offset;
        this.leaves = leaves;
    }

    Object build(Object value) throws IOException {
        if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof byte[]) {
            return value;
        }
        Object known = done.get(value);
        if (known == PENDING) {
            throw fail("%s contains itself", PickleReader.kind(value));
        }
        if (known != null) {
            return known;
        }
        if (path.size() > MAX_DEPTH) {
            path.clear();
            throw file.fail(offset, "containers in the file are nested deeper than %d", MAX_DEPTH);
        }
        done.put(value, PENDING);
        Object result = convert(value);
        done.put(value, result);
        return result;
    }

    private Object convert(Object value) throws IOException {
        if (value instanceof PyDict dict) {
            return dict(dict);
        } else if (value instanceof Size) {
            return value;
        } else if (value instanceof Tuple tuple) {
            return Tuple.copyOf(list(tuple));
        } else if (value instanceof ArrayList<?> list) {
            return list(list);
        } else if (value instanceof TensorRef tensor) {
            return leaves.tensor(tensor, path());
        } else if (value instanceof StorageRef storage) {
            return leaves.storage(storage, path());
        } else if (value instanceof NumpyArray array && array.complete()) {
            return leaves.array(array, path());
        } else if (value instanceof ElementType type) {
            return leaves.type(type, path());
        } else if (value instanceof DeviceTag device) {
            return leaves.device(device, path());
        } else if (value instanceof ScriptObject script) {
            return script(script);
        } else if (value instanceof LinkedHashSet<?> set) {
            return new LinkedHashSet<>(set); // its elements are numbers, strings and tuples of them
        }
        throw fail("%s cannot be a value in a file", PickleReader.kind(value));
    }

    private List<Object> list(List<?> items) throws IOException {
        List<Object> list = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            list.add(child(i, items.get(i)));
        }
        return list;
    }

    private Object dict(PyDict dict) throws IOException {
        if (dict.ordered() && dict.items().keySet().stream().allMatch(String.class::isInstance)) {
            StateDict state = new StateDict();
            for (Map.Entry<Object, Object> item : dict.items().entrySet()) {
                state.put((String) item.getKey(), child(item.getKey(), item.getValue()));
            }
            if (dict.metadata() != null) {
                fillMetadata(state.metadata(), dict.metadata());
            }
            return state;
        }
        Map<Object, Object> map = new LinkedHashMap<>();
        for (Map.Entry<Object, Object> item : dict.items().entrySet()) {
            map.put(item.getKey(), child(item.getKey(), item.getValue()));
        }
        return map;
    }

    /** The tensors of a TorchScript object and of the objects in it, by their names with dots; its other attributes serve its code. */
    private StateDict script(ScriptObject script) throws IOException {
        StateDict state = new StateDict();
        if (script.state() instanceof PyDict attributes) {
            for (Map.Entry<Object, Object> attribute : attributes.items().entrySet()) {
                if (attribute.getValue() instanceof TensorRef) {
                    state.put(attribute.getKey().toString(), child(attribute.getKey(), attribute.getValue()));
                } else if (attribute.getValue() instanceof ScriptObject) {
                    StateDict below = (StateDict) child(attribute.getKey(), attribute.getValue());
                    String prefix = attribute.getKey() + ".";
                    for (Map.Entry<String, Object> entry : below.entrySet()) {
                        scriptLetters += prefix.length() + entry.getKey().length() + HEAP_PER_NAME;
                        if (scriptLetters > MOST_SCRIPT_LETTERS) {
                            throw fail("names in the TorchScript archive take more than %d MiB", MOST_SCRIPT_LETTERS >> 20);
                        }
                        state.put(prefix + entry.getKey(), entry.getValue());
                    }
                }
            }
        }
        return state;
    }

    private void fillMetadata(Map<String, Map<String, Object>> metadata, Object value) throws IOException {
        if (!(child("_metadata", value) instanceof Map<?, ?> modules)) {
            throw fail("_metadata is %s, not a dict", PickleReader.kind(value));
        }
        for (Map.Entry<?, ?> module : modules.entrySet()) {
            if (!(module.getKey() instanceof String name) || !(module.getValue() instanceof Map<?, ?> details)) {
                throw fail("_metadata does not map names to dicts");
            }
            Map<String, Object> copy = new LinkedHashMap<>();
            for (Map.Entry<?, ?> detail : details.entrySet()) {
                if (!(detail.getKey() instanceof String key)) {
                    throw fail("_metadata of module '%s' has a key that is not a string", name);
                }
                copy.put(key, detail.getValue());
            }
            metadata.put(name, copy);
        }
    }

    private Object child(Object key, Object value) throws IOException {
        path.addLast(key == null ? "None" : key);
        Object built = build(value);
        path.removeLast();
        return built;
    }

    private String path() {
        return path.stream().map(Object::toString).collect(Collectors.joining("."));
    }

    private FormatException fail(String format, Object... values) {
        String at = path.isEmpty() ? "" : " (at " + path() + ")";
        return file.fail(offset, "%s%s", String.format(Locale.ROOT, format, values), at);
    }
}
