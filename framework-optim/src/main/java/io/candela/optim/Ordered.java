package io.candela.optim;

import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Refuses collections whose order may differ between two runs: state is saved by position, so a resumed run would give parameters each
 * other's moments.
 */
final class Ordered {
    /** The class behind {@code Map.of} of several entries: its order changes with every start of the JVM. */
    private static final Class<?> MAP_OF = Map.of(1, 1, 2, 2).getClass();

    private static final Class<?> HASH_MAP_VALUES = new HashMap<>().values().getClass();

    private Ordered() {
    }

    static void check(Collection<?> params) {
        boolean unordered = params instanceof Set && !(params instanceof LinkedHashSet) && !(params instanceof SortedSet)
                || params.getClass() == HASH_MAP_VALUES;
        if (unordered && params.size() > 1) {
            throw refusal(params, "List or LinkedHashSet");
        }
    }

    static void check(Map<?, ?> params) {
        boolean unordered = params instanceof HashMap && !(params instanceof LinkedHashMap) || params instanceof IdentityHashMap
                || params instanceof WeakHashMap || params instanceof ConcurrentHashMap || params.getClass() == MAP_OF;
        if (unordered && params.size() > 1) {
            throw refusal(params, "LinkedHashMap");
        }
    }

    private static IllegalArgumentException refusal(Object params, String remedy) {
        return new IllegalArgumentException("Optimizer: parameters must come in a fixed order, that of a %s may change between runs; use a %s"
                .formatted(params.getClass().getSimpleName(), remedy));
    }
}
