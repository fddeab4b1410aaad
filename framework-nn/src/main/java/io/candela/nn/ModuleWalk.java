package io.candela.nn;

import io.candela.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Walks over a tree of modules, in the order of registration; equal means identical. */
final class ModuleWalk {
    private ModuleWalk() {}

    static <T> Set<T> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    static Map<String, Module> modules(Module root, String prefix, boolean removeDuplicate) {
        Map<String, Module> out = new LinkedHashMap<>();
        collect(root, prefix, removeDuplicate ? identitySet() : null, out);
        return out;
    }

    private static void collect(Module module, String path, Set<Module> seen, Map<String, Module> out) {
        if (seen != null && !seen.add(module)) {
            return;
        }
        out.put(path, module);
        module.ownChildren().forEach((name, child) -> {
            if (child != null) {
                collect(child, join(path, name), seen, out);
            }
        });
    }

    static Map<String, Tensor> tensors(Module root, Function<Module, Map<String, Tensor>> slots, String prefix, boolean recurse,
            boolean removeDuplicate) {
        Map<String, Module> modules = recurse ? modules(root, prefix, removeDuplicate) : Map.of(prefix, root);
        Set<Tensor> seen = identitySet();
        Map<String, Tensor> out = new LinkedHashMap<>();
        modules.forEach((path, module) -> slots.apply(module).forEach((name, tensor) -> {
            if (tensor != null && (!removeDuplicate || seen.add(tensor))) {
                out.put(join(path, name), tensor);
            }
        }));
        return out;
    }

    static Map<String, Module> children(Module module) {
        Set<Module> seen = identitySet();
        Map<String, Module> out = new LinkedHashMap<>();
        module.ownChildren().forEach((name, child) -> {
            if (child != null && seen.add(child)) {
                out.put(name, child);
            }
        });
        return out;
    }

    static boolean contains(Module tree, Module wanted) {
        if (tree == wanted) {
            return true;
        }
        for (Module child : tree.ownChildren().values()) {
            if (child != null && contains(child, wanted)) {
                return true;
            }
        }
        return false;
    }

    static Module find(Module root, String path) {
        Module module = root;
        for (int start = 0; start < path.length(); ) {
            int dot = path.indexOf('.', start);
            int end = dot < 0 ? path.length() : dot;
            Module child = module.ownChildren().get(path.substring(start, end));
            if (child == null) {
                throw new IllegalArgumentException("%s: no module at '%s': %s has %s".formatted(root.typeName(), path, module.typeName(),
                        module.namedChildren().keySet()));
            }
            module = child;
            start = end + 1;
        }
        return module;
    }

    static Tensor find(Module root, String path, String kind, Function<Module, Map<String, Tensor>> slots) {
        int dot = path.lastIndexOf('.');
        Module owner = find(root, path.substring(0, Math.max(dot, 0)));
        Tensor tensor = slots.apply(owner).get(path.substring(dot + 1));
        if (tensor == null) {
            throw new IllegalArgumentException("%s: no %s at '%s': %s has %s".formatted(root.typeName(), kind, path, owner.typeName(),
                    slots.apply(owner).keySet()));
        }
        return tensor;
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
