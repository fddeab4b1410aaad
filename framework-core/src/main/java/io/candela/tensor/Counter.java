package io.candela.tensor;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Python's {@code collections.Counter}: an immutable map from values to how often they occur, that is written back as a counter. */
public final class Counter extends AbstractMap<Object, Object> {
    private final Map<Object, Object> counts;

    /** The counts of a map, in its order. */
    public Counter(Map<?, ?> counts) {
        this.counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
    }

    @Override
    public Object get(Object key) {
        return counts.get(key);
    }

    @Override
    public boolean containsKey(Object key) {
        return counts.containsKey(key);
    }

    @Override
    public Set<Entry<Object, Object>> entrySet() {
        return counts.entrySet();
    }
}
