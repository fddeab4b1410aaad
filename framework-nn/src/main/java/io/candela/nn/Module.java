package io.candela.nn;

import io.candela.autograd.GraphException;
import io.candela.autograd.HookHandle;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.StateDict;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A part of a network, with named parameters, buffers and child modules: PyTorch's {@code nn.Module}. Extend {@link Layer} for what maps one
 * tensor to one tensor, and this class for any other signature.
 *
 * <p>A module registers what it consists of, and keeps it in final fields: {@code register} returns its argument.
 *
 * <pre>{@code
 * private final Tensor weight = register("weight", Init.kaimingUniform(Tensor.empty(...)));
 * private final Linear output = register("output", new Linear(8, 3));
 * }</pre>
 *
 * <p>All walks go in the order of registration. A tensor or module that is registered in several places is one and the same (told apart by
 * identity): {@link #namedParameters()} names it once, by its first path, and {@link #stateDict()} under each.
 *
 * <p>A registered tensor stays the same object whatever happens to it: {@link #to} and {@link #loadStateDict} change its contents.
 * So fields stay valid and an optimizer built before goes on working.
 *
 * <p>What a field holds need not be what a layer computes with: {@link Parametrize} (weight norm, spectral norm, …) lets a tensor be computed from
 * others. A layer that allows it declares {@link Parametrizable} and reads each registered tensor through {@link #current}, once per forward and in
 * its accessors; on the plain path that is one look at a field. Sizes may be read from the field.
 *
 * <pre>{@code
 * Tensor compute(Tensor x) { return F.linear(x, current(weight), current(bias)); }
 * public Tensor weight() { return current(weight); }
 * }</pre>
 *
 * <p>Building, converting and loading a module is for one thread; what several threads may do at once is said at {@link Layer}.
 */
public abstract class Module implements Cloneable {
    // Not final: a deep copy gets its own. A slot registered as null is a key with a null value.
    private Map<String, Tensor> parameters = new LinkedHashMap<>();
    private Map<String, Tensor> buffers = new LinkedHashMap<>();
    private Set<String> nonPersistent = new LinkedHashSet<>();
    private Map<String, Module> children = new LinkedHashMap<>();
    private Map<Tensor, ParametrizationList> parametrized; // by the tensor registered; null as long as nothing is computed from others
    private boolean training = true;
    private ModuleHooks hooks = new ModuleHooks();

    /** A module without state, in training mode. */
    protected Module() {}

    // ---- registration ----

    /**
     * Makes a tensor a parameter: it asks for a gradient from now on, and an open {@link TensorScope} does not release it.
     *
     * @param parameter may be null: the name is then taken, but has no entry anywhere
     * @return {@code parameter}
     * @throws IllegalArgumentException if the name is empty, contains a dot or is taken
     * @throws GraphException           if the tensor is the result of a recorded operation
     * @throws DTypeException           if its elements are not floating point
     */
    protected final Tensor register(String name, Tensor parameter) {
        checkName(name, "parameter");
        if (parameter != null) {
            if (!parameter.isLeaf()) {
                throw new GraphException("%s.register: parameter '%s' %s is the result of an operation; detach() it", typeName(), name,
                        parameter.shape());
            }
            if (!parameter.dtype().isFloating()) {
                throw new DTypeException("%s.register: parameter '%s' must be floating point, got %s; a buffer may be of any type", typeName(), name,
                        parameter.dtype());
            }
            TensorScope.outlive(parameter).setRequiresGrad(true);
        }
        parameters.put(name, parameter);
        return parameter;
    }

    /**
     * Makes a module a child.
     *
     * @param child may be null: the name is then taken, but has no entry anywhere
     * @return {@code child}
     * @throws IllegalArgumentException if the name is empty, contains a dot or is taken, or if {@code child} contains this module
     */
    protected final <M extends Module> M register(String name, M child) {
        checkName(name, "module");
        if (child != null && ModuleWalk.contains(child, this)) {
            throw new IllegalArgumentException("%s.register: '%s' (%s) contains this module, so it cannot become its child"
                    .formatted(typeName(), name, ((Module) child).typeName()));
        }
        children.put(name, child);
        return child;
    }

    /** As {@link #registerBuffer(String, Tensor, boolean)}, persistent. */
    protected final Tensor registerBuffer(String name, Tensor buffer) {
        return registerBuffer(name, buffer, true);
    }

    /**
     * Makes a tensor a buffer: state that no optimizer changes, such as running statistics. An open {@link TensorScope} does not release it.
     *
     * @param buffer     may be null: the name is then taken, but has no entry anywhere
     * @param persistent whether it belongs to {@link #stateDict()}
     * @return {@code buffer}
     * @throws IllegalArgumentException if the name is empty, contains a dot or is taken
     */
    protected final Tensor registerBuffer(String name, Tensor buffer, boolean persistent) {
        checkName(name, "buffer");
        if (buffer != null) {
            TensorScope.outlive(buffer);
        }
        buffers.put(name, buffer);
        if (!persistent) {
            nonPersistent.add(name);
        }
        return buffer;
    }

    private void checkName(String name, String kind) {
        if (name.isEmpty() || name.indexOf('.') >= 0) {
            throw new IllegalArgumentException("%s.register: the name of a %s must not be empty or contain a dot, got '%s'".formatted(typeName(),
                    kind, name));
        }
        String taken = parameters.containsKey(name) ? "parameter"
                : buffers.containsKey(name) ? "buffer"
                : children.containsKey(name) ? "module"
                : Parametrize.isParametrized(this, name) ? "parametrized tensor" : null;
        if (taken != null) {
            throw new IllegalArgumentException("%s.register: '%s' is taken by a %s".formatted(typeName(), name, taken));
        }
    }

    /**
     * What a registered tensor stands for now: the tensor itself or, after {@link Parametrize#registerParametrization}, what is computed from its
     * originals. Differentiable.
     *
     * @param registered as {@link #register(String, Tensor)} or {@link #registerBuffer(String, Tensor)} returned it; may be null
     */
    protected final Tensor current(Tensor registered) {
        return parametrized == null ? registered : computed(registered);
    }

    private Tensor computed(Tensor registered) {
        ParametrizationList list = parametrized.get(registered);
        return list == null ? registered : list.value();
    }

    /** The parametrizations by name; null if there are none. */
    @SuppressWarnings("unchecked") // put there by beginParametrized
    final ModuleDict<ParametrizationList> parametrizations() {
        return parametrized == null ? null : (ModuleDict<ParametrizationList>) children.get(Parametrize.CHILD);
    }

    /** For {@link Parametrize}: {@code name} is computed from now on, and its originals are in a child. */
    final void beginParametrized(String name, ParametrizationList list) {
        if (parametrized == null) {
            children.put(Parametrize.CHILD, new ModuleDict<ParametrizationList>().train(training));
            parametrized = new IdentityHashMap<>();
        }
        parameters.remove(name);
        buffers.remove(name);
        nonPersistent.remove(name);
        parametrizations().put(name, list);
        parametrized.put(list.registered(), list);
    }

    /** For {@link Parametrize}: {@code name} is a plain tensor again, the last of its kind as in PyTorch. */
    final void endParametrized(String name, ParametrizationList list) {
        parametrizations().pop(name);
        parametrized.remove(list.registered());
        if (parametrized.isEmpty()) {
            parametrized = null;
            children.remove(Parametrize.CHILD);
        }
        (list.isBuffer() ? buffers : parameters).put(name, list.registered());
    }

    // ---- what it consists of ----

    /** This module's own slots, with null values for empty ones; for the walks of this package. */
    final Map<String, Tensor> ownParameters() {
        return parameters;
    }

    final Map<String, Tensor> ownBuffers() {
        return buffers;
    }

    final Map<String, Module> ownChildren() {
        return children;
    }

    final boolean isPersistent(String buffer) {
        return !nonPersistent.contains(buffer);
    }

    final ModuleHooks hooks() {
        return hooks;
    }

    /** All parameters by name ({@code "fc1.weight"}), this module's own first, then its children's, depth first. A new map. */
    public final Map<String, Tensor> namedParameters() {
        return namedParameters("", true, true);
    }

    /**
     * Parameters by name.
     *
     * @param prefix          put before each name, with a dot unless empty
     * @param recurse         whether to include those of children
     * @param removeDuplicate whether a parameter in several places appears under its first name alone
     */
    public final Map<String, Tensor> namedParameters(String prefix, boolean recurse, boolean removeDuplicate) {
        return ModuleWalk.tensors(this, Module::ownParameters, prefix, recurse, removeDuplicate);
    }

    /** The values of {@link #namedParameters()}. A new list. */
    public final List<Tensor> parameters() {
        return new ArrayList<>(namedParameters().values());
    }

    /** All buffers by name, persistent or not. A new map. */
    public final Map<String, Tensor> namedBuffers() {
        return namedBuffers("", true, true);
    }

    /** Buffers by name; see {@link #namedParameters(String, boolean, boolean)}. */
    public final Map<String, Tensor> namedBuffers(String prefix, boolean recurse, boolean removeDuplicate) {
        return ModuleWalk.tensors(this, Module::ownBuffers, prefix, recurse, removeDuplicate);
    }

    /** The values of {@link #namedBuffers()}. A new list. */
    public final List<Tensor> buffers() {
        return new ArrayList<>(namedBuffers().values());
    }

    /** This module as {@code ""} and all below it by path, each before its children. A new map. */
    public final Map<String, Module> namedModules() {
        return namedModules("", true);
    }

    /** Modules by path; see {@link #namedParameters(String, boolean, boolean)}. */
    public final Map<String, Module> namedModules(String prefix, boolean removeDuplicate) {
        return ModuleWalk.modules(this, prefix, removeDuplicate);
    }

    /** The values of {@link #namedModules()}. A new list. */
    public final List<Module> modules() {
        return new ArrayList<>(namedModules().values());
    }

    /** The direct children by name, each once. A new map. */
    public final Map<String, Module> namedChildren() {
        return ModuleWalk.children(this);
    }

    /** The values of {@link #namedChildren()}. A new list. */
    public final List<Module> children() {
        return new ArrayList<>(namedChildren().values());
    }

    /**
     * The module at a path such as {@code "encoder.0"}; this module for {@code ""}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public final Module getSubmodule(String path) {
        return ModuleWalk.find(this, path);
    }

    /**
     * The parameter at a path such as {@code "fc1.weight"}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public final Tensor getParameter(String path) {
        return ModuleWalk.find(this, path, "parameter", Module::ownParameters);
    }

    /**
     * The buffer at a path such as {@code "bn1.running_mean"}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public final Tensor getBuffer(String path) {
        return ModuleWalk.find(this, path, "buffer", Module::ownBuffers);
    }

    /** Runs {@code action} on all modules, children before their parent. */
    public final Module apply(Consumer<? super Module> action) {
        children().forEach(child -> child.apply(action));
        action.accept(this);
        return this;
    }

    // ---- mode, conversion, gradients ----

    /**
     * Sets training or evaluation mode here and below. It changes what Dropout, BatchNorm and the like compute; gradients are not its business.
     *
     * @return this module
     */
    public Module train(boolean mode) {
        training = mode;
        children().forEach(child -> child.train(mode));
        return this;
    }

    /** As {@link #train(boolean)} with true. */
    public Module train() {
        return train(true);
    }

    /** As {@link #train(boolean)} with false. */
    public Module eval() {
        return train(false);
    }

    /** Whether this module is in training mode; true at the start. */
    public final boolean isTraining() {
        return training;
    }

    /** Lets all parameters ask for a gradient, or freezes them: an optimizer skips what has no gradient. */
    public final Module requiresGrad(boolean requiresGrad) {
        parameters().forEach(parameter -> parameter.setRequiresGrad(requiresGrad));
        return this;
    }

    /** Forgets the gradients of all parameters; an optimizer then skips them until there are new ones. */
    public final void zeroGrad() {
        zeroGrad(true);
    }

    /**
     * Forgets the gradients of all parameters, or sets them to 0.
     *
     * @param setToNull false keeps gradients as zeros: an optimizer then still applies momentum and weight decay
     */
    public final void zeroGrad(boolean setToNull) {
        ModuleConversion.zeroGrad(this, setToNull);
    }

    /** Moves all parameters, their gradients, and buffers to a device. The tensors stay the same objects. */
    public Module to(Device device) {
        ModuleConversion.convert(this, tensor -> tensor.to(device));
        return this;
    }

    /**
     * Converts all floating point parameters, their gradients, and floating point buffers; integers stay as they are. The tensors stay the same
     * objects.
     *
     * @throws DTypeException if {@code dtype} is not floating point
     */
    public Module to(DType dtype) {
        checkFloating(dtype);
        ModuleConversion.convert(this, tensor -> tensor.dtype().isFloating() ? tensor.to(dtype) : tensor);
        return this;
    }

    /**
     * Moves as {@link #to(Device)} does, and converts as {@link #to(DType)} does.
     *
     * @throws DTypeException if {@code dtype} is not floating point
     */
    public Module to(Device device, DType dtype) {
        checkFloating(dtype);
        ModuleConversion.convert(this, tensor -> tensor.dtype().isFloating() ? tensor.to(device).to(dtype) : tensor.to(device));
        return this;
    }

    /**
     * Brings parameters, their gradients and buffers of four and five dimensions into an order of memory; others stay as they are. The tensors stay
     * the same objects, and values and files are the same. A network whose weights and inputs are channels-last runs so throughout. (PyTorch has
     * one format for four dimensions and one for five, and refuses a module that has both.)
     */
    public Module to(MemoryFormat format) {
        ModuleConversion.convert(this, tensor -> tensor.dim() == 4 || tensor.dim() == 5 ? tensor.contiguous(format) : tensor);
        return this;
    }

    private void checkFloating(DType dtype) {
        if (!dtype.isFloating()) {
            throw new DTypeException("%s.to: only floating point can be asked for, got %s", typeName(), dtype);
        }
    }

    /**
     * An independent copy of a module with all below it, PyTorch's {@code copy.deepcopy}: parameters, buffers, mode and hooks are copied, ties
     * inside are kept, gradients are not copied, and no memory is shared.
     *
     * <p>Fields are copied without running constructors: modules, tensors, arrays, and the JDK's usual lists, sets and maps become copies of their
     * own; all other objects (functions, generators) are shared.
     *
     * @throws IllegalStateException if a field of a subclass is closed to reflection; its package must be opened to this one
     */
    public static <M extends Module> M deepCopy(M module) {
        return new ModuleCopier().copy(module);
    }

    /** For the copier: a copy that still shares every field. */
    final Module shallowCopy() {
        try {
            return (Module) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e); // Module is Cloneable
        }
    }

    /** For the copier: gives this shallow copy its own empty slots, and its own hooks. */
    void separateFrom(Module original) {
        parameters = new LinkedHashMap<>();
        buffers = new LinkedHashMap<>();
        children = new LinkedHashMap<>();
        nonPersistent = new LinkedHashSet<>(original.nonPersistent);
        hooks = new ModuleHooks(original.hooks);
    }

    /** For the copier: lets this copy compute what its original computes. */
    final void copyParametrized(UnaryOperator<Tensor> tensors, UnaryOperator<Module> modules) {
        if (parametrized != null) {
            Map<Tensor, ParametrizationList> copy = new IdentityHashMap<>();
            parametrized.forEach((tensor, list) -> copy.put(tensors.apply(tensor), (ParametrizationList) modules.apply(list)));
            parametrized = copy;
        }
    }

    // ---- state ----

    /**
     * All parameters and persistent buffers by name, with the modules' versions. The tensors take no part in the graph and share the module's
     * memory: a later optimizer step shows in them. For values that stay, take {@link #stateDictSnapshot()}.
     *
     * <p>A module with {@link ExtraState} adds it under {@code _extra_state}.
     */
    public final StateDict stateDict() {
        return ModuleState.collect(this, Tensor::detach);
    }

    /** As {@link #stateDict()}, with a copy of each tensor, which nothing changes any more. A tensor in several places is copied once. */
    public final StateDict stateDictSnapshot() {
        return ModuleState.snapshot(this);
    }

    /** As {@link #loadStateDict(Map, LoadOptions)} with the defaults. */
    public final LoadResult loadStateDict(Map<String, ?> state) {
        return loadStateDict(state, LoadOptions.defaults());
    }

    /**
     * Copies a state into this module's parameters and buffers, which stay the same tensors: element type, device, {@code requiresGrad} and
     * optimizers keep. Everything is checked first; if something does not match, nothing is changed.
     *
     * <p>With {@link LoadOptions#assign()} the tensors take over the memory, type and device of the state's tensors, and lose their gradients.
     *
     * @param state tensors by name, usually from {@link #stateDict()} or a file; not changed. A {@link StateDict} also says which versions wrote it
     * @return what was missing or left over; both empty after a strict load
     * @throws StateDictException       listing all that does not match: always tensors of another shape, unless skipped, and values that
     *     are no tensors; missing and unexpected keys if strict
     * @throws IllegalArgumentException if {@code state} is null or its keys are no strings
     */
    public final LoadResult loadStateDict(Map<String, ?> state, LoadOptions options) {
        return new StateDictLoader(this, options).load(state);
    }

    /** The version of this class's state, for {@link #upgradeState}; 1 unless overridden. */
    protected long stateVersion() {
        return 1;
    }

    /**
     * Rewrites state that an older version of this class wrote, before it is matched. Does nothing unless overridden.
     *
     * @param state   the entries of this module and its children, under their full keys; a private copy, to be changed in place
     * @param prefix  this module's own part of the keys, ending in a dot unless empty
     * @param version with which this module wrote its state; null if unknown
     */
    protected void upgradeState(StateDict state, String prefix, Long version) {}

    // ---- hooks ----

    /** Adds a hook that runs before this module writes its entries into a state dict. */
    public final HookHandle registerStateDictPreHook(StateDictHook hook) {
        return hooks.beforeState.add(hook);
    }

    /** Adds a hook that runs after this module and its children have written their entries into a state dict. */
    public final HookHandle registerStateDictHook(StateDictHook hook) {
        return hooks.afterState.add(hook);
    }

    /** Adds a hook that runs before this module takes its entries from a state. */
    public final HookHandle registerLoadStateDictPreHook(LoadPreHook hook) {
        return hooks.beforeLoad.add(hook);
    }

    /**
     * Adds a hook that runs after this module and its children were loaded. While there is one, a load keeps the former contents
     * until it has run: if it throws, or a strict load fails for what it leaves in the lists, they are put back.
     */
    public final HookHandle registerLoadStateDictPostHook(LoadHook hook) {
        return hooks.afterLoad.add(hook);
    }

    // ---- printing ----

    /** What stands in the printed form's parentheses, such as {@code in_features=4, out_features=8, bias=True}; nothing unless overridden. */
    protected String describe() {
        return "";
    }

    /** Whether sizes of this module's own tensors are still to be decided, see {@link Lazy}. */
    final boolean isPending() {
        return this instanceof Lazy && (hasEmpty(parameters) || hasEmpty(buffers));
    }

    private static boolean hasEmpty(Map<String, Tensor> tensors) {
        return tensors.values().stream().anyMatch(t -> t != null && t.numel() == 0);
    }

    /** Lets the tensors of this module that have no elements be those of another one, in the type and on the device that they are. */
    final void takeTensors(Module other) {
        take(parameters, other.parameters);
        take(buffers, other.buffers);
    }

    private static void take(Map<String, Tensor> targets, Map<String, Tensor> sources) {
        targets.forEach((name, target) -> {
            if (target != null && target.numel() == 0) {
                target.setData(TensorScope.outlive(sources.get(name).detach().to(target.dtype()).to(target.device())));
            }
        });
    }

    /** The class's name in the printed form and in messages; of a {@link Lazy} layer, once its sizes are decided, that of what it has become. */
    String typeName() {
        boolean decided = this instanceof Lazy && !isPending();
        String name = decided ? "" : getClass().getSimpleName();
        String type = name.isEmpty() ? getClass().getSuperclass().getSimpleName() : name; // anonymous classes go by what they extend
        return parametrized == null ? type : "Parametrized" + type;
    }

    /** PyTorch's printed form: the class, {@link #describe()}, and the children, one per line. */
    @Override
    public String toString() {
        return ModulePrinter.print(this);
    }
}
