package io.candela.nn;

import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.IdentityHashMap;
import java.util.Map;

/** The tensors that this thread computed inside {@link Parametrize#cached}. */
final class ParametrizationCache {
    private static final ThreadLocal<Map<ParametrizationList, Tensor>> OPEN = new ThreadLocal<>(); // null outside

    private ParametrizationCache() {}

    static Tensor get(ParametrizationList list) {
        Map<ParametrizationList, Tensor> values = OPEN.get();
        if (values == null) {
            return list.compute();
        }
        Tensor known = values.get(list);
        if (known == null) {
            known = TensorScope.outlive(list.compute()); // a scope may close before the cache does
            values.put(list, known);
        }
        return known;
    }

    /** Starts a cache; returns whether there was none yet, so that the caller is the one to {@link #close} it. */
    static boolean open() {
        if (OPEN.get() != null) {
            return false;
        }
        OPEN.set(new IdentityHashMap<>());
        return true;
    }

    static void close() {
        OPEN.remove();
    }
}
