package io.candela.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Modules by name, in the order in which they were added. It has no forward: what happens with them is its owner's business. */
public final class ModuleDict<M extends Module> extends Module {
    private final Map<String, M> modules = new LinkedHashMap<>();

    /** An empty one. */
    public ModuleDict() {}

    /** The modules given, in the map's order. */
    public ModuleDict(Map<String, ? extends M> modules) {
        modules.forEach(this::put);
    }

    /**
     * Adds a module; returns this.
     *
     * @throws IllegalArgumentException if the name is empty, contains a dot or is taken
     */
    public ModuleDict<M> put(String name, M module) {
        modules.put(name, register(name, module));
        return this;
    }

    /**
     * Removes a module and returns it.
     *
     * @throws IllegalArgumentException if there is none
     */
    public M pop(String name) {
        M module = get(name);
        modules.remove(name);
        ownChildren().remove(name);
        return module;
    }

    /**
     * The module with a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public M get(String name) {
        M module = modules.get(name);
        if (module == null) {
            throw new IllegalArgumentException("ModuleDict: no module '%s'; there are %s".formatted(name, modules.keySet()));
        }
        return module;
    }

    /** Whether there is a module with this name. */
    public boolean contains(String name) {
        return modules.containsKey(name);
    }

    /** How many modules there are. */
    public int size() {
        return modules.size();
    }

    /** A read-only view of names and modules. */
    public Map<String, M> asMap() {
        return Collections.unmodifiableMap(modules);
    }
}
