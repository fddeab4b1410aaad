package io.candela.nn;

import io.candela.tensor.Generator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The structure of a module as plain maps, lists, numbers and strings, without the values of its parameters; and a module built from such a
 * description. PyTorch has nothing like it: there, a whole model in a file is Python code by reference.
 *
 * <p>A layer of Candela's is {@code {"type": "Linear", "arguments": {"in_features": 4, ...}}}, a {@link Sequential}, {@link ModuleList} or
 * {@link ModuleDict} has {@code "children"} by name, and a {@link Described} class of your own {@code "class"} instead of the type. A module in two
 * places is {@code {"same_as": "0.1"}} the second time. Hooks are not described.
 */
public final class ModuleSpec {
    private static final String TYPE = "type";
    private static final String CLASS = "class";
    private static final String ARGUMENTS = "arguments";
    private static final String CHILDREN = "children";
    private static final String SAME_AS = "same_as";
    private static final int MAX_DEPTH = 500; // far from what a stack holds

    private ModuleSpec() {}

    /**
     * Describes a module.
     *
     * @throws IllegalArgumentException if something in it cannot be described: a class of your own that is not {@link Described}, a parametrized
     *     layer, a function given as an argument; the message says where
     */
    public static Map<String, Object> of(Module module) {
        return describe(module, "", new IdentityHashMap<>());
    }

    private static Map<String, Object> describe(Module module, String path, IdentityHashMap<Module, String> known) {
        if (module == null) {
            return null;
        }
        Map<String, Object> spec = new LinkedHashMap<>();
        String before = known.putIfAbsent(module, path);
        if (before != null) {
            spec.put(SAME_AS, before);
            return spec;
        }
        module.namedModules().forEach((name, part) -> {
            if (part.parametrizations() != null) {
                throw refused(join(path, name), part, "is parametrized; Parametrize.removeParametrizations first, or save its state dict");
            }
            if (part instanceof BatchNorm norm && norm.isFolded()) {
                throw refused(join(path, name), part, "was folded into the layer before; save the model as it was, and fuse it again");
            }
        });
        if (isContainer(module.getClass())) {
            spec.put(TYPE, module.getClass().getSimpleName());
            Map<String, Object> children = new LinkedHashMap<>();
            module.ownChildren().forEach((name, child) -> children.put(name, describe(child, join(path, name), known)));
            spec.put(CHILDREN, children);
        } else if (BuiltIns.has(module.getClass())) {
            spec.put(TYPE, module.getClass().getSimpleName());
            spec.put(ARGUMENTS, arguments(module, path));
        } else if (module instanceof Described) {
            spec.put(CLASS, module.getClass().getName());
            spec.put(ARGUMENTS, arguments(module, path));
        } else {
            throw refused(path, module, "is no layer of Candela's, and its class does not implement Described, which tells its arguments");
        }
        return spec;
    }

    private static Object arguments(Module module, String path) {
        try {
            return module instanceof Described described ? SpecValues.plain(module.typeName(), described.arguments()) : BuiltIns.arguments(module);
        } catch (IllegalArgumentException e) {
            throw refused(path, module, "cannot be described: " + e.getMessage());
        }
    }

    private static IllegalArgumentException refused(String path, Module module, String why) {
        return new IllegalArgumentException("ModuleSpec: %s %s %s".formatted(path.isEmpty() ? "the module" : "'" + path + "'", module.typeName(), why));
    }

    private static boolean isContainer(Class<?> type) {
        return type == Sequential.class || type == ModuleList.class || type == ModuleDict.class;
    }

    /**
     * Builds a module with fresh start values. The default {@link Generator} is left as it was.
     *
     * @param spec      as {@link #of} made it; may come from a file that is not trusted: no class is looked up by name
     * @param factories the classes of your own that may be built
     * @throws IllegalArgumentException if {@code spec} is no such description, or a constructor refuses its arguments
     */
    public static Module build(Map<?, ?> spec, ModuleFactories factories) {
        byte[] random = Generator.getDefault().getState();
        try {
            return build(spec, "", factories, new LinkedHashMap<>(), 0);
        } finally {
            Generator.getDefault().setState(random);
        }
    }

    private static Module build(Object spec, String path, ModuleFactories factories, Map<String, Module> built, int depth) {
        String who = path.isEmpty() ? "module" : path;
        if (!(spec instanceof Map<?, ?> map) || depth > MAX_DEPTH) {
            throw new IllegalArgumentException("%s: %s".formatted(who, depth > MAX_DEPTH ? "nested too deeply" : "not a description of a module"));
        }
        if (map.get(SAME_AS) instanceof String other) {
            Module known = built.get(other);
            if (known == null) {
                throw new IllegalArgumentException("%s: is to be the same as '%s', which is not there".formatted(who, other));
            }
            return known;
        }
        Module module;
        if (map.get(CHILDREN) instanceof Map<?, ?> children) {
            Map<String, Module> parts = new LinkedHashMap<>();
            children.forEach((key, child) -> {
                String name = String.valueOf(key);
                parts.put(name, child == null ? null : build(child, join(path, name), factories, built, depth + 1));
            });
            module = container(who, map.get(TYPE), parts);
        } else if (map.get(ARGUMENTS) instanceof Map<?, ?> arguments) {
            ModuleArguments given = new ModuleArguments(who, arguments);
            module = map.get(CLASS) instanceof String name ? factories.build(name, given) : BuiltIns.build(String.valueOf(map.get(TYPE)), given);
        } else {
            throw new IllegalArgumentException(who + ": has neither children nor arguments");
        }
        built.put(path, module);
        return module;
    }

    private static Module container(String who, Object type, Map<String, Module> parts) {
        switch (String.valueOf(type)) {
            case "Sequential" -> {
                Sequential sequential = new Sequential();
                parts.forEach((name, part) -> {
                    if (!(part instanceof Layer layer)) {
                        throw new IllegalArgumentException("%s: '%s' is no Layer".formatted(who, name));
                    }
                    sequential.append(name, layer);
                });
                return sequential;
            }
            case "ModuleList" -> {
                return new ModuleList<>(parts.values());
            }
            case "ModuleDict" -> {
                return new ModuleDict<>(parts);
            }
            default -> throw new IllegalArgumentException("%s: there is no container '%s'".formatted(who, type));
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : name.isEmpty() ? path : path + "." + name;
    }
}
