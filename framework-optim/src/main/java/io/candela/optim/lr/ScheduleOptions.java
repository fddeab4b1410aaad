package io.candela.optim.lr;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What can be set of a schedule. Immutable: every method gives a changed copy.
 *
 * @param <O> the kind itself
 */
abstract class ScheduleOptions<O> {
    private final Map<String, Object> values;

    /** Names and values in turn. */
    ScheduleOptions(Object... namesAndValues) {
        values = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
    }

    ScheduleOptions(Map<String, Object> values) {
        this.values = values;
    }

    /** Options with these values. */
    abstract O copy(Map<String, Object> changed);

    final O with(String name, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(values);
        changed.put(name, value);
        return copy(changed);
    }

    final double number(String name) {
        return (Double) values.get(name);
    }

    final int integer(String name) {
        return (Integer) values.get(name);
    }

    final boolean flag(String name) {
        return (Boolean) values.get(name);
    }

    final String text(String name) {
        return (String) values.get(name);
    }

    final double[] numbers(String name) {
        return (double[]) values.get(name);
    }

    final Object value(String name) {
        return values.get(name);
    }
}
