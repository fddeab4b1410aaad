package io.candela.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Which classes besides Candela's own layers {@link ModuleSpec#build} may build, and how. A class that is not in here is never looked up, whatever
 * a file says. Immutable.
 */
public final class ModuleFactories {
    private static final ModuleFactories NONE = new ModuleFactories(Map.of());

    private final Map<String, Function<ModuleArguments, ? extends Module>> byClass;

    private ModuleFactories(Map<String, Function<ModuleArguments, ? extends Module>> byClass) {
        this.byClass = byClass;
    }

    /** Candela's own layers alone. */
    public static ModuleFactories none() {
        return NONE;
    }

    /**
     * Allows one class more.
     *
     * @param factory builds one from what {@link Described#arguments()} told
     */
    public <M extends Module & Described> ModuleFactories allow(Class<M> type, Function<ModuleArguments, M> factory) {
        Map<String, Function<ModuleArguments, ? extends Module>> more = new LinkedHashMap<>(byClass);
        more.put(type.getName(), factory);
        return new ModuleFactories(Collections.unmodifiableMap(more));
    }

    Module build(String name, ModuleArguments arguments) {
        Function<ModuleArguments, ? extends Module> factory = byClass.get(name);
        if (factory == null) {
            throw new IllegalArgumentException("%s: the class %s is not allowed; allowed are %s. If you trust it: ModuleFactories.none().allow(%s.class, "
                    .formatted(arguments.who(), name, byClass.keySet(), name) + "args -> new …)");
        }
        Module module = factory.apply(arguments);
        if (module == null || !module.getClass().getName().equals(name)) {
            throw new IllegalArgumentException("%s: the factory of %s built %s".formatted(arguments.who(), name,
                    module == null ? "null" : "a " + module.getClass().getName()));
        }
        return module;
    }
}
