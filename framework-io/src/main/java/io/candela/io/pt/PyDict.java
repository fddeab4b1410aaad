package io.candela.io.pt;

import java.util.LinkedHashMap;
import java.util.Map;

/** A {@code dict} or {@code OrderedDict} while its pickle is read: no target of {@code SETITEM} is of any other class. */
final class PyDict {
    private final Map<Object, Object> items = new LinkedHashMap<>();
    private final boolean ordered;
    private Object metadata; // attribute of an OrderedDict that is a state dict; null if it has none

    PyDict(boolean ordered) {
        this.ordered = ordered;
    }

    Map<Object, Object> items() {
        return items;
    }

    /** Whether it is a {@code collections.OrderedDict}. */
    boolean ordered() {
        return ordered;
    }

    Object metadata() {
        return metadata;
    }

    void setMetadata(Object metadata) {
        this.metadata = metadata;
    }
}
