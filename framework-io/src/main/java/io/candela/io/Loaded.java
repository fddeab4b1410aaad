package io.candela.io;

import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What was loaded from a file. {@link #value()} gives it as it is, the other methods as a certain type.
 *
 * <p>Python's values become: {@code None} null, {@code bool} Boolean, {@code int} Long (BigInteger if it does not fit), {@code float} Double,
 * {@code str} String, {@code bytes} byte[], {@code list} ArrayList, {@code tuple} {@link Tuple}, {@code torch.Size} {@link Size}, {@code set}
 * LinkedHashSet, {@code dict} LinkedHashMap, {@code OrderedDict} {@link StateDict}.
 */
public final class Loaded {
    private final Path path;
    private final String place; // within the file, for messages
    private final Object value;

    Loaded(Path path, Object value) {
        this(path, "value", value);
    }

    private Loaded(Path path, String place, Object value) {
        this.path = path;
        this.place = place;
        this.value = value;
    }

    /**
     * What the map in the file holds under a key: {@code TensorIO.load(path).get("model").stateDict()}.
     *
     * @throws IllegalStateException if the value is not a map, or has no such key
     */
    public Loaded get(Object key) {
        Map<Object, Object> map = map();
        if (!map.containsKey(key)) {
            throw new IllegalStateException("%s: %s has no key %s; its keys are %s".formatted(path.getFileName(), place, key, map.keySet()));
        }
        return new Loaded(path, place + "[" + key + "]", map.get(key));
    }

    Path path() {
        return path;
    }

    /** The value; may be null. */
    public Object value() {
        return value;
    }

    /**
     * The value as a state dict. A plain map with string keys is taken too, then the result is a copy.
     *
     * @throws IllegalStateException if it is something else
     */
    public StateDict stateDict() {
        if (value instanceof StateDict state) {
            return state;
        }
        StateDict state = new StateDict();
        for (Map.Entry<?, ?> entry : map().entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw wrong("a state dict, its key " + entry.getKey() + " is not a string");
            }
            state.put(key, entry.getValue());
        }
        return state;
    }

    /**
     * The value as a map.
     *
     * @throws IllegalStateException if it is something else
     */
    @SuppressWarnings("unchecked")
    public Map<Object, Object> map() {
        return (Map<Object, Object>) as(Map.class, "a map");
    }

    /**
     * The value as a list or tuple.
     *
     * @throws IllegalStateException if it is something else
     */
    @SuppressWarnings("unchecked")
    public List<Object> list() {
        return (List<Object>) as(List.class, "a list");
    }

    /**
     * The value as a tensor.
     *
     * @throws IllegalStateException if it is something else
     */
    public Tensor tensor() {
        return as(Tensor.class, "a tensor");
    }

    private <T> T as(Class<T> type, String kind) {
        if (!type.isInstance(value)) {
            throw wrong(kind + ", it is " + (value == null ? "null" : "of type " + value.getClass().getSimpleName()));
        }
        return type.cast(value);
    }

    private IllegalStateException wrong(String what) {
        return new IllegalStateException(path.getFileName() + ": " + place + " is not " + what);
    }
}
