package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.Shape;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One call of {@link Module#loadStateDict(Map, LoadOptions)}: first all is matched and checked, then all is changed. */
final class StateDictLoader {
    /** What one tensor of the module is to get. */
    private record Change(Tensor target, Tensor source, boolean decides) {}

    /** What one module is to get as its extra state. */
    private record ExtraChange(ExtraState target, Object source) {}

    private final Module root;
    private final LoadOptions options;
    private final LoadResult result = new LoadResult(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private final List<String> problems = new ArrayList<>(); // of single tensors
    private final Map<String, Shape> shapes = new LinkedHashMap<>(); // of the module's tensors, for messages
    private final List<Change> changes = new ArrayList<>();
    private final List<ExtraChange> extraChanges = new ArrayList<>();
    private StateDict state;

    StateDictLoader(Module root, LoadOptions options) {
        this.root = root;
        this.options = options;
    }

    LoadResult load(Map<String, ?> given) {
        state = prepared(given);
        plan(root, state, "");
        if (!problems.isEmpty() || options.strict() && !hasPostHooks()) {
            refuseProblems();
        }
        Autograd.noGrad(this::change);
        return result;
    }

    /** A private copy under the names that the options make of the keys. */
    private StateDict prepared(Map<String, ?> given) {
        if (given == null) {
            throw new IllegalArgumentException(who() + ": state must be a map of tensors by name, got null");
        }
        for (Object key : given.keySet()) { // generics promise strings, a raw map may hold anything
            if (!(key instanceof String)) {
                throw new IllegalArgumentException("%s: keys must be strings, got %s".formatted(who(), key));
            }
        }
        if (options.stripPrefix().isEmpty() && options.renames().isEmpty()) {
            return new StateDict(given);
        }
        StateDict renamed = new StateDict();
        Map<String, String> oldNames = new LinkedHashMap<>();
        given.forEach((key, value) -> {
            String name = options.newName(key);
            String other = oldNames.put(name, key);
            if (other != null) {
                throw new IllegalArgumentException("%s: keys %s and %s both become %s; narrow the pattern or the prefix".formatted(who(), other,
                        key, name));
            }
            renamed.put(name, value);
        });
        if (given instanceof StateDict withMetadata) {
            // a module's path lacks the last dot that its keys have
            withMetadata.metadata().forEach((path, details) -> renamed.metadata()
                    .put(ModuleState.path(options.newName(path + ".")), new LinkedHashMap<>(details)));
        }
        return renamed;
    }

    /** @param local the entries below {@code prefix}; hooks may change them */
    private void plan(Module module, StateDict local, String prefix) {
        Long version = state.version(ModuleState.path(prefix));
        module.hooks().beforeLoad.forEach(hook -> hook.accept(module, local, prefix, version));
        module.upgradeState(local, prefix, version);
        Map<String, Tensor> tensors = ModuleState.tensors(module);
        tensors.forEach((name, target) -> plan(prefix + name, target, local, module.isPending() && target.numel() == 0));
        String extraKey = prefix + ModuleState.EXTRA_STATE;
        if (module instanceof ExtraState extra) {
            if (local.containsKey(extraKey)) {
                extraChanges.add(new ExtraChange(extra, local.get(extraKey)));
            } else {
                result.missingKeys().add(extraKey);
            }
        } else if (local.containsKey(extraKey)) {
            result.unexpectedKeys().add(extraKey);
        }
        Map<String, StateDict> below = distribute(module, local, prefix, tensors.keySet());
        module.ownChildren().forEach((name, child) -> {
            if (child != null) {
                plan(child, below.getOrDefault(name, new StateDict()), prefix + name + ".");
            }
        });
    }

    /** @param open whether the file decides the sizes that are 0 */
    private void plan(String key, Tensor target, StateDict local, boolean open) {
        shapes.put(key, target.shape());
        if (!local.containsKey(key)) {
            result.missingKeys().add(key);
        } else if (!(local.get(key) instanceof Tensor source)) {
            Object value = local.get(key);
            problems.add("%s: expected a tensor, file has %s".formatted(key, value == null ? "null" : value.getClass().getSimpleName()));
        } else if (source.storage().isReleased()) {
            problems.add("%s: the tensor's memory was released".formatted(key));
        } else {
            // files from before 0-d tensors existed
            Tensor fitting = target.dim() == 0 && source.dim() == 1 && source.size(0) == 1 ? source.detach().select(0, 0) : source;
            if (!fitting.shape().equals(target.shape()) && !(open && decides(fitting, target))) {
                if (options.skipMismatched()) {
                    result.mismatchedKeys().add(key);
                } else {
                    problems.add("size mismatch for %s: model %s, file %s".formatted(key, target.shape(), source.shape()));
                }
            } else if (options.assign() && target.requiresGrad() && !fitting.dtype().isFloating()) {
                problems.add("%s: a parameter that requires a gradient cannot take over %s from the file; load without assign to convert".formatted(
                        key, fitting.dtype()));
            } else {
                changes.add(new Change(target, fitting, open));
            }
        }
    }

    private static boolean decides(Tensor source, Tensor target) {
        boolean fits = source.dim() == target.dim();
        for (int i = 0; fits && i < source.dim(); i++) {
            fits = target.size(i) == 0 || target.size(i) == source.size(i);
        }
        return fits;
    }

    /** Sorts entries below a module by child; what belongs to none, and to no tensor of the module, is unexpected. */
    private Map<String, StateDict> distribute(Module module, StateDict local, String prefix, Set<String> tensors) {
        Map<String, StateDict> below = new LinkedHashMap<>();
        local.forEach((key, value) -> {
            if (!key.startsWith(prefix)) {
                return; // put there by a hook; belongs to others
            }
            String rest = key.substring(prefix.length());
            int dot = rest.indexOf('.');
            if (dot >= 0 && module.ownChildren().get(rest.substring(0, dot)) != null) {
                below.computeIfAbsent(rest.substring(0, dot), name -> new StateDict()).put(key, value);
            } else if (!tensors.contains(rest) && !rest.equals(ModuleState.EXTRA_STATE)) {
                result.unexpectedKeys().add(key);
            }
        });
        return below;
    }

    private boolean hasPostHooks() {
        for (Module module : root.modules()) {
            if (!module.hooks().afterLoad.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private void refuseProblems() {
        int strict = options.strict() ? result.missingKeys().size() + result.unexpectedKeys().size() : 0;
        if (strict + problems.size() > 0) {
            throw new LoadReport(who(), result, problems, shapes).exception(options.strict());
        }
    }

    private String who() {
        return root.typeName() + ".loadStateDict";
    }

    // ---- changing ----

    private void change() {
        boolean undoable = hasPostHooks();
        List<Runnable> undo = new ArrayList<>();
        try {
            for (ExtraChange change : extraChanges) { // the only step that may fail in a module's own code, so it comes first
                Object before = change.target.extraState();
                undo.add(() -> change.target.setExtraState(before));
                change.target.setExtraState(change.source);
            }
            for (Change change : changes) {
                if (undoable) {
                    undo.add(undoing(change));
                }
                apply(change);
            }
            if (undoable) {
                runPostHooks(root);
                refuseProblems();
            }
        } catch (RuntimeException | Error e) {
            for (int i = undo.size() - 1; i >= 0; i--) {
                undo.get(i).run();
            }
            throw e;
        }
    }

    private void apply(Change change) {
        if (options.assign()) {
            change.target.setData(TensorScope.outlive(change.source)).clearGrad();
        } else if (change.decides) {
            change.target.setData(TensorScope.outlive(change.source.detach().clone().to(change.target.dtype()).to(change.target.device())));
        } else {
            change.target.copyFrom(change.source);
        }
    }

    private Runnable undoing(Change change) {
        Tensor target = change.target;
        if (!options.assign() && !change.decides) {
            Tensor before = target.clone();
            return () -> target.copyFrom(before);
        }
        Tensor before = target.detach();
        Tensor gradient = target.grad();
        return () -> target.setData(before).setGrad(gradient);
    }

    private void runPostHooks(Module module) {
        module.ownChildren().values().forEach(child -> {
            if (child != null) {
                runPostHooks(child);
            }
        });
        module.hooks().afterLoad.forEach(hook -> hook.accept(module, result));
    }
}
