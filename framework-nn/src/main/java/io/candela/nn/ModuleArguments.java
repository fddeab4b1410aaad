package io.candela.nn;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arguments of a module, as {@link Described#arguments()} told them and a file brought them back. Each getter throws an
 * IllegalArgumentException if there is no such argument or it is of another kind.
 */
public final class ModuleArguments {
    private final String who;
    private final Map<?, ?> values;
    private final Set<String> read = new HashSet<>();

    ModuleArguments(String who, Map<?, ?> values) {
        this.who = who;
        this.values = values;
    }

    String who() {
        return who;
    }

    /** Whether there is such an argument. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** The value as it is; may be null. */
    public Object get(String name) {
        if (!values.containsKey(name)) {
            throw new IllegalArgumentException("%s: argument '%s' is missing; there are %s".formatted(who, name, values.keySet()));
        }
        read.add(name);
        return values.get(name);
    }

    /** A whole number that fits an int. */
    public int integer(String name) {
        return integer(name, get(name));
    }

    /** A whole number. */
    public long integer64(String name) {
        Object value = get(name);
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        throw wrong(name, "a whole number", value);
    }

    /** A number, whole or not. */
    public double number(String name) {
        return number(name, get(name));
    }

    /** True or false. */
    public boolean flag(String name) {
        return get(name) instanceof Boolean b ? b : bad(name, "true or false");
    }

    /** A text. */
    public String text(String name) {
        return get(name) instanceof String s ? s : bad(name, "a text");
    }

    /** Whole numbers that fit ints. A new array. */
    public int[] integers(String name) {
        List<?> list = list(name);
        int[] all = new int[list.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = integer(name, list.get(i));
        }
        return all;
    }

    /** Numbers. A new array. */
    public double[] numbers(String name) {
        List<?> list = list(name);
        double[] all = new double[list.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = number(name, list.get(i));
        }
        return all;
    }

    /** A list of anything. */
    public List<?> list(String name) {
        return get(name) instanceof List<?> list ? list : bad(name, "a list");
    }

    /** A tensor. */
    public Tensor tensor(String name) {
        return get(name) instanceof Tensor t ? t : bad(name, "a tensor");
    }

    /** Arguments in a map of their own. */
    public ModuleArguments nested(String name) {
        return get(name) instanceof Map<?, ?> map ? new ModuleArguments(who, map) : bad(name, "a map");
    }

    /** @throws IllegalArgumentException if there is an argument that nobody asked for */
    void checkAllRead() {
        List<Object> left = new ArrayList<>(values.keySet());
        left.removeAll(read);
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("%s: unknown arguments %s; was the file written by a newer version?".formatted(who, left));
        }
    }

    private int integer(String name, Object value) {
        if ((value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte)
                && ((Number) value).longValue() == ((Number) value).intValue()) {
            return ((Number) value).intValue();
        }
        throw wrong(name, "a whole number of 32 bits", value);
    }

    private double number(String name, Object value) {
        return value instanceof Number n ? n.doubleValue() : bad(name, "a number");
    }

    private <T> T bad(String name, String wanted) {
        throw wrong(name, wanted, values.get(name));
    }

    private IllegalArgumentException wrong(String name, String wanted, Object value) {
        String got = value instanceof Tensor t ? "a tensor " + t.shape() : String.valueOf(value);
        return new IllegalArgumentException("%s: argument '%s' must be %s, got %s".formatted(who, name, wanted, got));
    }
}
