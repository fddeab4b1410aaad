package io.candela.optim;

import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Immutable values of an optimizer's options by PyTorch's names, in PyTorch's order: the defaults of parameter groups. */
final class Hyperparameters {
    private final Map<String, Object> values;

    private Hyperparameters(Map<String, Object> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /**
     * Names and values in turn. A value's type is the option's type: Double, Long, Boolean, Tuple of two or three numbers; null for a tri-state flag
     * or, if the name ends in "_fn", a choice that may be open.
     */
    static Hyperparameters of(Object... namesAndValues) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Hyperparameters(values);
    }

    /** A copy of a map, in its order. */
    static Hyperparameters of(Map<String, Object> values) {
        return new Hyperparameters(new LinkedHashMap<>(values));
    }

    /** A copy in which one option has another value. */
    Hyperparameters with(String name, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(values);
        copy.put(name, coerce(name, value));
        return new Hyperparameters(copy);
    }

    double number(String name) {
        return (Double) values.get(name);
    }

    boolean flag(String name) {
        return (Boolean) values.get(name);
    }

    /** @throws IllegalArgumentException if an option is negative or not a number */
    void checkNotNegative(String optimizer, String... names) {
        for (String name : names) {
            if (!(number(name) >= 0)) {
                throw new IllegalArgumentException("%s: %s must be 0 or more, got %s".formatted(optimizer, name, values.get(name)));
            }
        }
    }

    /** @throws IllegalArgumentException if one of the option's two numbers is not in [0, 1) */
    void checkPairBelow1(String optimizer, String name) {
        for (Object value : (Tuple) values.get(name)) {
            if (!((Double) value >= 0 && (Double) value < 1)) {
                throw new IllegalArgumentException("%s: %s must be 0 or more and below 1, got %s".formatted(optimizer, name, values.get(name)));
            }
        }
    }

    /** The values; unmodifiable. */
    Map<String, Object> asMap() {
        return values;
    }

    /**
     * A value in the option's own type: numbers as double, also from a tensor of one element, and so on. Options that are not known here
     * may hold anything.
     *
     * @throws IllegalArgumentException if the value has another type
     */
    Object coerce(String name, Object value) {
        if (!values.containsKey(name)) {
            return value;
        }
        Object model = values.get(name);
        Object coerced;
        if (model instanceof Double) {
            coerced = toDouble(value);
        } else if (model instanceof Long) {
            coerced = value instanceof Long || value instanceof Integer ? (Object) ((Number) value).longValue() : null;
        } else if (model instanceof Tuple given && given.size() == 3) {
            coerced = value instanceof List<?> list && list.size() == 3 ? toTriple(list) : null;
        } else if (model instanceof Tuple) {
            coerced = toPair(value, name.equals("eps")); // the first eps of a pair may be open
        } else if (model instanceof Boolean) {
            coerced = value instanceof Boolean ? value : null;
        } else if (name.endsWith("_fn")) { // "_fn": a choice, or null
            coerced = value instanceof String ? value : null;
        } else {
            coerced = value instanceof Boolean ? value : null;
        }
        if (value == null && model == null) {
            return null;
        }
        if (coerced == null) {
            throw new IllegalArgumentException("option %s must be %s, got %s".formatted(name, typeOf(name, model), describe(value)));
        }
        return coerced;
    }

    private static Double toDouble(Object value) {
        if (value instanceof Number n) {
            return n.doubleValue();
        }
        return value instanceof Tensor t && t.numel() == 1 ? (Double) t.item() : null;
    }

    private static Tuple toPair(Object value, boolean open) {
        if (!(value instanceof List<?> list) || list.size() != 2) {
            return null;
        }
        Double first = toDouble(list.get(0));
        Double second = toDouble(list.get(1));
        boolean complete = second != null && (first != null || open && list.get(0) == null);
        return complete ? Tuple.of(first, second) : null;
    }

    private static Tuple toTriple(List<?> list) {
        Double[] numbers = list.stream().map(Hyperparameters::toDouble).toArray(Double[]::new);
        return numbers[0] == null || numbers[1] == null || numbers[2] == null ? null : Tuple.of(numbers[0], numbers[1], numbers[2]);
    }

    private static String typeOf(String name, Object model) {
        if (model instanceof Double) {
            return "a number";
        } else if (model instanceof Long) {
            return "an integer";
        } else if (model instanceof Tuple given) {
            return given.size() == 3 ? "a list of three numbers" : "a list of two numbers";
        }
        if (name.endsWith("_fn")) {
            return "a name or null";
        }
        return model instanceof Boolean ? "true or false" : "true, false or null";
    }

    private static String describe(Object value) {
        return value == null ? "null" : value + " (" + value.getClass().getSimpleName() + ")";
    }
}
