package io.candela.optim.lr;

import io.candela.tensor.Counter;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A scheduler's values by PyTorch's names, in PyTorch's order: what a state dict holds. A value keeps its type: Long, Double, Boolean, String,
 * lists and maps of them, or null.
 */
public final class ScheduleState {
    private static final List<String> OPTIONAL = List.of("_is_initial", "_get_lr_called_within_step"); // unknown to older PyTorch versions
    private static final List<String> OUTDATED = List.of("verbose", "_get_lr_called_within_step", "_is_initial");

    private final Map<String, Object> values = new LinkedHashMap<>();

    ScheduleState() {
    }

    /** Sets a value. Integers are kept as Long. */
    public ScheduleState put(String name, Object value) {
        values.put(name, value instanceof Integer i ? (Object) i.longValue() : value);
        return this;
    }

    /** A value that is a number. */
    public double number(String name) {
        return ((Number) value(name)).doubleValue();
    }

    /** A value that is a whole number. */
    public int integer(String name) {
        return Math.toIntExact((Long) value(name));
    }

    /** A value that is true or false. */
    public boolean flag(String name) {
        return (Boolean) value(name);
    }

    /** A value that is a text. */
    public String text(String name) {
        return (String) value(name);
    }

    /** A value that is a list of numbers. */
    @SuppressWarnings("unchecked")
    public List<Double> numbers(String name) {
        return (List<Double>) value(name);
    }

    /** Whether there is such a value, be it null. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** Any value, or null. */
    public Object value(String name) {
        return values.get(name);
    }

    /** A copy of all values. */
    Map<String, Object> copy() {
        Map<String, Object> copy = new LinkedHashMap<>();
        values.forEach((name, value) -> copy.put(name, copy(value)));
        return copy;
    }

    private static Object copy(Object value) {
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(copy(element)));
            return copy;
        } else if (value instanceof Map<?, ?> map && map.getClass() == LinkedHashMap.class) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(key, copy(element)));
            return copy;
        }
        return value;
    }

    /**
     * New values for all names here, from a saved state, in the types of those here; what does not fit is noted.
     *
     * @param ignored names that the scheduler reads itself
     */
    Map<String, Object> read(Map<?, ?> saved, List<String> ignored, List<String> problems) {
        Map<String, Object> read = new LinkedHashMap<>();
        values.forEach((name, model) -> {
            if (ignored.contains(name)) {
                return;
            } else if (saved.containsKey(name)) {
                read.put(name, fit(name, model, saved.get(name), problems));
            } else if (!OPTIONAL.contains(name)) {
                problems.add(name + " is missing");
            }
        });
        for (Object name : saved.keySet()) {
            if (!values.containsKey(name) && !ignored.contains(name) && !OUTDATED.contains(name)) {
                problems.add("unexpected %s; was it saved by another scheduler?".formatted(name));
            }
        }
        return read;
    }

    /** Replaces values by what {@link #read} gave. */
    void take(Map<String, Object> read) {
        values.putAll(read);
    }

    private static Object fit(String name, Object model, Object value, List<String> problems) {
        if (name.equals("T_cur")) { // whole or not, as one steps
            return fit(value instanceof Long ? (Object) 0L : 0.0, name, value, problems);
        } else if (name.equals("default_min_lr")) { // null if each group has its own
            return value == null ? null : fit(0.0, name, value, problems);
        }
        return fit(model, name, value, problems);
    }

    private static Object fit(Object model, String name, Object value, List<String> problems) {
        Object fitted = fit(model, value);
        if (fitted == null) {
            String wanted = model instanceof List<?> list ? "a list of %d %s".formatted(list.size(), list.size() == 1 ? "element" : "elements")
                    : model instanceof Double ? "a number" : model instanceof Long ? "a whole number" : model instanceof Boolean ? "true or false"
                    : model instanceof Map ? "a map of counts" : "a text";
            problems.add("%s must be %s, got %s".formatted(name, wanted, value));
        }
        return fitted;
    }

    /** @return null if the value does not fit */
    private static Object fit(Object model, Object value) {
        if (model instanceof Double) {
            return value instanceof Number n ? (Object) n.doubleValue() : value instanceof Tensor t && t.numel() == 1 ? (Object) t.item() : null;
        } else if (model instanceof Long) {
            return value instanceof Number n && n.doubleValue() == Math.rint(n.doubleValue()) ? (Object) n.longValue() : null;
        } else if (model instanceof Boolean) {
            return value instanceof Boolean ? value : null;
        } else if (model instanceof String) {
            return value instanceof String ? value : null;
        } else if (model instanceof Map) {
            return value instanceof Map<?, ?> map ? counter(map) : null;
        }
        List<?> models = (List<?>) model;
        if (!(value instanceof List<?> list) || list.size() != models.size()) {
            return null;
        }
        List<Object> fitted = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            fitted.add(fit(models.get(i), list.get(i)));
        }
        return fitted.stream().allMatch(Objects::nonNull) ? fitted : null;
    }

    private static Counter counter(Map<?, ?> map) {
        Map<Object, Object> counts = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(fit(0L, entry.getKey()) instanceof Long key) || !(fit(0L, entry.getValue()) instanceof Long count)) {
                return null;
            }
            counts.put(key, count);
        }
        return new Counter(counts);
    }
}
