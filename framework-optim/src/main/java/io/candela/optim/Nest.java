package io.candela.optim;

import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of a state dict: numbers, strings, tensors, and lists and maps of them. */
final class Nest {
    private Nest() {
    }

    /** A copy that shares nothing that can change; its tensors outlive all scopes. */
    static Object copy(Object value) {
        if (value instanceof Tensor t) {
            return TensorScope.outlive(t.detach().clone());
        } else if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(key, copy(element)));
            return copy;
        } else if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(copy(element)));
            return list instanceof Tuple ? Tuple.copyOf(copy) : copy;
        }
        return value;
    }
}
