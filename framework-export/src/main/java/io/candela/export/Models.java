package io.candela.export;

import io.candela.io.FormatException;
import io.candela.io.TensorIO;
import io.candela.nn.LoadOptions;
import io.candela.nn.Module;
import io.candela.nn.ModuleFactories;
import io.candela.nn.ModuleSpec;
import io.candela.tensor.StateDict;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whole models, structure and weights, in one file: what {@code torch.save(model)} does, but without code in the file.
 *
 * <pre>{@code
 * Models.save(new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 3)), Path.of("model.pth"));
 * Layer model = (Layer) Models.load(Path.of("model.pth"));
 * }</pre>
 *
 * <p>Candela's own layers and ready networks need nothing else. A class of your own implements {@link io.candela.nn.Described}, and whoever loads it says how it is
 * built ({@link ModuleFactories}); a class that is named in a file but not allowed there is never looked up. Kept are structure, values, element
 * types, which modules are in evaluation mode, which parameters are frozen, and which are one tensor. Hooks are not kept, nor is state outside of the
 * state dict, such as non-persistent buffers, which the constructors make anew.
 *
 * <p>The file is PyTorch's zip format and holds plain values: a map with {@code candela_model}, the version of the form, 1; {@code spec}, see
 * {@link ModuleSpec}; {@code state}, the state dict, which PyTorch reads with {@code torch.load(path, weights_only=True)["state"]};
 * {@code evaluating}, paths of modules; {@code frozen}, names of parameters; {@code tied}, lists of names; and {@code printed}, the printed form.
 */
public final class Models {
    private static final String VERSION_KEY = "candela_model";
    private static final String SPEC = "spec";
    private static final String STATE = "state";
    private static final String EVALUATING = "evaluating";
    private static final String FROZEN = "frozen";
    private static final String TIED = "tied";
    private static final String PRINTED = "printed";
    private static final long VERSION = 1;

    private Models() {}

    /**
     * Saves a module. The file is replaced as a whole or not at all.
     *
     * @param path any name whose ending does not stand for another format, such as {@code .safetensors}
     * @throws IllegalArgumentException if something in the module cannot be described; see {@link ModuleSpec#of}
     */
    public static void save(Module module, Path path) throws IOException {
        Map<String, Object> contents = new LinkedHashMap<>();
        contents.put(VERSION_KEY, VERSION);
        contents.put(SPEC, ModuleSpec.of(module));
        contents.put(EVALUATING, module.namedModules("", false).entrySet().stream().filter(entry -> !entry.getValue().isTraining())
                .map(Map.Entry::getKey).toList());
        contents.put(FROZEN, module.namedParameters().entrySet().stream().filter(entry -> !entry.getValue().requiresGrad()).map(Map.Entry::getKey)
                .toList());
        contents.put(TIED, tied(module));
        contents.put(PRINTED, module.toString());
        contents.put(STATE, module.stateDict());
        TensorIO.save(contents, path);
    }

    /** Names that stand for one parameter, per parameter with several. */
    private static List<List<String>> tied(Module module) {
        Map<Tensor, List<String>> names = new IdentityHashMap<>();
        List<List<String>> groups = new ArrayList<>();
        module.namedParameters("", true, false).forEach((name, tensor) -> {
            List<String> group = names.computeIfAbsent(tensor, t -> new ArrayList<>());
            group.add(name);
            if (group.size() == 2) {
                groups.add(group);
            }
        });
        return groups;
    }

    /** As {@link #load(Path, ModuleFactories)}, for models of Candela's own layers. */
    public static Module load(Path path) throws IOException {
        return load(path, ModuleFactories.none());
    }

    /**
     * Builds the module that a file describes and gives it the file's values. The default generator is left as it was. No code of the file is run, and
     * no class is looked up by a name in it.
     *
     * @param factories the classes of your own that may be built
     * @throws FormatException if the file holds no whole model, is damaged or hostile, or asks for a class that is not allowed
     */
    public static Module load(Path path, ModuleFactories factories) throws IOException {
        Object contents = TensorIO.load(path).value();
        if (!(contents instanceof Map<?, ?> map) || !map.containsKey(VERSION_KEY)) {
            throw bad(path, null, "holds no whole model; build the model yourself, then loadStateDict(TensorIO.load(path).stateDict())");
        }
        if (!Long.valueOf(VERSION).equals(map.get(VERSION_KEY))) {
            throw bad(path, null, "its model has version %s, known is %d", map.get(VERSION_KEY), VERSION);
        }
        try {
            Module module = ModuleSpec.build(entry(path, map, SPEC, Map.class), factories);
            if (!tied(module).equals(map.get(TIED))) {
                throw bad(path, null, "parameters that are one tensor: in the file %s, in the model built %s", map.get(TIED), tied(module));
            }
            module.loadStateDict(state(path, map), LoadOptions.defaults().withAssign(true)); // assign: the file's element types
            setModes(path, map, module);
            return module;
        } catch (StateDictException e) {
            throw bad(path, e, "structure and state do not match: %s", e.getMessage());
        } catch (IllegalArgumentException e) { // of a constructor, or ModuleSpec's
            throw bad(path, e, "%s", e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) { // of a constructor that does not expect such arguments
            throw bad(path, e, "the model cannot be built: %s", e);
        }
    }

    private static StateDict state(Path path, Map<?, ?> map) throws FormatException {
        Map<?, ?> state = entry(path, map, STATE, Map.class);
        if (state instanceof StateDict known) {
            return known;
        }
        StateDict copy = new StateDict();
        state.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }

    private static void setModes(Path path, Map<?, ?> map, Module module) throws FormatException {
        module.train();
        Map<String, Module> modules = module.namedModules("", false);
        List<?> evaluating = entry(path, map, EVALUATING, List.class);
        for (Object name : evaluating) {
            if (!modules.containsKey(name)) {
                throw bad(path, null, "there is no module '%s' to be in evaluation mode", name);
            }
        }
        // parents come first, as train() reaches the children too
        modules.forEach((name, part) -> part.train(!evaluating.contains(name)));
        for (Object name : entry(path, map, FROZEN, List.class)) {
            module.getParameter(String.valueOf(name)).setRequiresGrad(false);
        }
    }

    private static <T> T entry(Path path, Map<?, ?> map, String key, Class<T> type) throws FormatException {
        Object value = map.get(key);
        if (!type.isInstance(value)) {
            throw bad(path, null, "its '%s' is no %s", key, type.getSimpleName().toLowerCase(java.util.Locale.ROOT));
        }
        return type.cast(value);
    }

    private static FormatException bad(Path path, Throwable cause, String format, Object... values) {
        FormatException e = new FormatException(path.getFileName().toString(), 0, format, values);
        e.initCause(cause);
        return e;
    }
}
