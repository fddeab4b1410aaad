package io.candela.tensor;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a module by name, in the order of registration, and which version of which module wrote it: PyTorch's
 * {@code OrderedDict} with its {@code _metadata}. Values are tensors, except for a module's extra state.
 *
 * <p>Keys never are null. {@link #equals} compares the entries, not the metadata.
 */
public final class StateDict extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1L;

    private final transient Map<String, Map<String, Object>> metadata = new LinkedHashMap<>();

    /** An empty state dict. */
    public StateDict() {
    }

    /** A state dict with the entries of a map, in its order; a state dict's metadata is copied too. */
    public StateDict(Map<String, ?> entries) {
        super(entries);
        if (entries instanceof StateDict other) {
            other.metadata.forEach((module, details) -> metadata.put(module, new LinkedHashMap<>(details)));
        }
    }

    /**
     * What modules said about themselves, by module path ({@code ""} for the root): {@code {"": {"version": 1L}, "fc1": {"version": 1L}}}. The
     * map is live and may be changed. It is empty if the state did not come from modules.
     */
    public Map<String, Map<String, Object>> metadata() {
        return metadata;
    }

    /**
     * The version with which a module wrote its state.
     *
     * @param module the module's path, {@code ""} for the root
     * @return null if none was noted
     */
    public Long version(String module) {
        return metadata.getOrDefault(module, Map.of()).get("version") instanceof Number version ? version.longValue() : null;
    }

    /** Notes the version with which a module writes its state. */
    public void setVersion(String module, long version) {
        metadata.computeIfAbsent(module, path -> new LinkedHashMap<>()).put("version", version);
    }
}
