package io.candela.optim;

import io.candela.autograd.Autograd;
import io.candela.autograd.HookHandle;
import io.candela.backend.Backend;
import io.candela.tensor.PythonText;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.ThreadContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Changes parameters by their gradients: PyTorch's {@code torch.optim.Optimizer}. Parameters without a gradient are skipped; what an optimizer
 * remembers about a parameter is made at the parameter's first step.
 *
 * <pre>{@code
 * optimizer.zeroGrad();
 * loss.backward();
 * optimizer.step();
 * }</pre>
 *
 * <p>Two lists keep their order and must keep it between runs, for state is saved by position: that of the groups and, in each, that of the
 * parameters. Groups made from named parameters are matched by name instead.
 *
 * <p>A subclass gives its options' defaults to the constructor, and says how a group is updated and how saved state is read.
 */
public abstract class Optimizer {
    private final Hyperparameters defaults;
    private final List<ParamGroup> groups = new ArrayList<>();
    private OptimizerHooks hooks; // null until the first is registered
    private boolean stepped;

    /**
     * @param groups   at least one; they then belong to this optimizer
     * @param defaults each option with its value where a group sets none, by PyTorch's names: Double, Long, Boolean, a Tuple of two Doubles, or
     *                 null for a flag that may be unset
     * @throws IllegalArgumentException if there is no group, or one is refused as {@link #addParamGroup} says
     */
    protected Optimizer(List<ParamGroup> groups, Map<String, Object> defaults) {
        this.defaults = Hyperparameters.of(defaults);
        if (groups.isEmpty() || groups.size() == 1 && groups.get(0).size() == 0) {
            throw new IllegalArgumentException("%s: there are no parameters to optimize".formatted(name()));
        }
        groups.forEach(this::addParamGroup);
    }

    private String name() {
        return getClass().getSimpleName();
    }

    // ---- groups ----

    /** The groups, live; the list is unmodifiable. */
    public List<ParamGroup> paramGroups() {
        return Collections.unmodifiableList(groups);
    }

    /**
     * Adds a group, for example layers that are trained from now on. Options that it does not set are taken from the defaults.
     *
     * @throws IllegalArgumentException if the group belongs to an optimizer already, an option has the wrong type, one of the parameters is not
     *     a leaf or is in another group, or only some groups have names
     */
    public void addParamGroup(ParamGroup group) {
        if (group.isBound()) {
            throw new IllegalArgumentException("%s: the group belongs to an optimizer already; make a new one with ParamGroup.of".formatted(name()));
        }
        if (!groups.isEmpty() && (group.paramNames() == null) != (groups.get(0).paramNames() == null)) {
            throw new IllegalArgumentException("%s: all groups must have names or none, this one comes %s names".formatted(name(),
                    group.paramNames() == null ? "without" : "with"));
        }
        Map<Tensor, Integer> taken = new IdentityHashMap<>();
        for (int i = 0; i < groups.size(); i++) {
            for (Tensor p : groups.get(i).params()) {
                taken.put(p, i);
            }
        }
        for (int i = 0; i < group.size(); i++) {
            if (!group.param(i).isLeaf()) {
                throw new IllegalArgumentException("%s: %s is the result of an operation, only leaves can be optimized; detach() it first?"
                        .formatted(name(), group.label(i)));
            }
            Integer other = taken.get(group.param(i));
            if (other != null) {
                throw new IllegalArgumentException("%s: %s is in group %d already".formatted(name(), group.label(i), other));
            }
        }
        if (group.repeats()) {
            System.getLogger(Optimizer.class.getName()).log(System.Logger.Level.WARNING,
                    "{0}: a parameter group contains a parameter twice; it is updated twice in every step", name());
        }
        group.bind(defaults);
        groups.add(group);
    }

    /** Each option's value where a group sets none, by PyTorch's names; unmodifiable. */
    public Map<String, Object> defaults() {
        return defaults.asMap();
    }

    /** The learning rate of the first group. */
    public double getLr() {
        return groups.get(0).lr();
    }

    /** Sets the learning rate of all groups, from the next step on. */
    public void setLr(double lr) {
        groups.forEach(group -> group.setLr(lr));
    }

    // ---- steps ----

    /** Forgets the gradients of all parameters. A parameter that gets none before the next step is then left alone by it. */
    public void zeroGrad() {
        zeroGrad(true);
    }

    /**
     * Clears the gradients of all parameters.
     *
     * @param setToNull whether they are forgotten; otherwise they are filled with 0, so that momentum and weight decay still act on
     *     parameters that get no new one
     */
    public void zeroGrad(boolean setToNull) {
        for (int i = 0; i < groups.size(); i++) {
            ParamGroup group = groups.get(i);
            for (int j = 0; j < group.size(); j++) {
                Tensor p = group.param(j);
                if (setToNull) {
                    p.clearGrad();
                } else if (p.gradOrNull() != null) {
                    zero(p);
                }
            }
        }
    }

    private static void zero(Tensor p) {
        if (p.gradOrNull().requiresGrad()) {
            p.setGrad(p.gradOrNull().detach());
        }
        p.gradOrNull().zeroInPlace();
    }

    /**
     * Updates every parameter that has a gradient. Nothing is recorded for a gradient.
     *
     * @throws IllegalStateException if this optimizer needs a closure
     */
    public void step() {
        hookedStep(null);
    }

    /**
     * Computes the loss and its gradients, then updates the parameters.
     *
     * @param closure clears the gradients, computes the loss, calls {@code backward()} on it and returns it; it runs with gradients enabled
     * @return the closure's result
     */
    public Tensor step(Supplier<Tensor> closure) {
        return hookedStep(Objects.requireNonNull(closure, "closure"));
    }

    private Tensor hookedStep(Supplier<Tensor> closure) {
        if (hooks == null) {
            return counted(closure);
        }
        OptimizerHooks.run(hooks.beforeStep, this);
        Tensor loss = counted(closure);
        OptimizerHooks.run(hooks.afterStep, this);
        return loss;
    }

    private Tensor counted(Supplier<Tensor> closure) {
        Tensor loss = update(closure);
        stepped = true;
        return loss;
    }

    /** Whether a step was made. Schedulers ask, to warn when they are stepped first. */
    public boolean hasStepped() {
        return stepped;
    }

    /**
     * One step: the closure, if there is one, then every group. Optimizers that call the closure more often replace this method.
     *
     * @param closure null if there is none
     * @return the closure's result; null if there is none
     */
    protected Tensor update(Supplier<Tensor> closure) {
        Tensor loss = closure == null ? null : Autograd.enableGrad(closure);
        ThreadContext context = ThreadContext.current();
        boolean before = context.gradEnabled;
        context.gradEnabled = false;
        try {
            for (int i = 0; i < groups.size(); i++) {
                update(groups.get(i));
            }
        } finally {
            context.gradEnabled = before;
        }
        return loss;
    }

    /**
     * Updates those parameters of a group that have a gradient (see {@link Tensor#gradOrNull}); called with gradients disabled. On the hot
     * path of every training loop: nothing should be looked up or allocated per parameter, but state at its first step.
     */
    protected abstract void update(ParamGroup group);

    /**
     * Makes the state of one parameter of what was saved.
     *
     * @return null if nothing needs to be remembered
     */
    protected abstract ParamState readState(SavedState saved);

    /** A group's options as they were saved, completed by defaults and about to be taken over; may be changed. By default they stay. */
    protected Map<String, Object> adaptOptions(Map<String, Object> loaded) {
        return loaded;
    }

    /** For an update that counts steps or computes rates on the host, and so would do the same in each replay of a graph. */
    static void refuseCapture(String who, ParamGroup group) {
        if (group.size() > 0 && Backend.of(group.param(0)).optim().isCaptured()) {
            throw new IllegalStateException("%s: step cannot be captured in a graph; call it between replays, or take an optimizer such as AdamW".formatted(who));
        }
    }

    /** For state: zeros of a parameter's shape, type and device, that no {@link TensorScope} frees. */
    protected static Tensor newState(Tensor param) {
        return TensorScope.outlive(Tensor.zeros(param.shape(), param.dtype(), param.device()));
    }

    // ---- hooks ----

    /** Calls a function before every step, closure included. */
    public HookHandle registerStepPreHook(Consumer<Optimizer> hook) {
        return OptimizerHooks.add(hooks().beforeStep, hook);
    }

    /** Calls a function after every step. */
    public HookHandle registerStepPostHook(Consumer<Optimizer> hook) {
        return OptimizerHooks.add(hooks().afterStep, hook);
    }

    /** Calls a function at the start of {@link #stateDict()}. */
    public HookHandle registerStateDictPreHook(Consumer<Optimizer> hook) {
        return OptimizerHooks.add(hooks().beforeSave, hook);
    }

    /** Calls a function with what {@link #stateDict()} is about to return; it may change the map, return another one, or null. */
    public HookHandle registerStateDictPostHook(BiFunction<Optimizer, Map<String, Object>, Map<String, Object>> hook) {
        return hooks().addAfterSave(hook);
    }

    /** Calls a function with a copy (of the outermost map alone) of what is about to be loaded; it may change it, return another one, or null. */
    public HookHandle registerLoadStateDictPreHook(BiFunction<Optimizer, Map<Object, Object>, Map<?, ?>> hook) {
        return hooks().addBeforeLoad(hook);
    }

    /** Calls a function after a state was loaded. */
    public HookHandle registerLoadStateDictPostHook(Consumer<Optimizer> hook) {
        return OptimizerHooks.add(hooks().afterLoad, hook);
    }

    private OptimizerHooks hooks() {
        if (hooks == null) {
            hooks = new OptimizerHooks();
        }
        return hooks;
    }

    // ---- state ----

    /**
     * The optimizer's state in PyTorch's layout: {@code state}, what is remembered by parameter index, and {@code param_groups}, each group's
     * options, the indices of its parameters and, if known, their names. Indices run across groups. PyTorch's {@code load_state_dict} takes it.
     *
     * <p>As in PyTorch the moments and buffers are the live ones, so the next step changes them (but not the step counters): save the state, or
     * copy its tensors, before.
     */
    public Map<String, Object> stateDict() {
        if (hooks == null) {
            return save();
        }
        OptimizerHooks.run(hooks.beforeSave, this);
        return hooks.saved(this, save());
    }

    private Map<String, Object> save() {
        Map<Object, Object> state = new LinkedHashMap<>();
        List<Object> packed = new ArrayList<>();
        long start = 0;
        for (ParamGroup group : groups) {
            List<Long> indices = group.indices(start);
            for (int i = 0; i < group.size(); i++) {
                if (group.state(i) != null) {
                    Map<String, Object> entries = new LinkedHashMap<>();
                    group.state(i).write(entries);
                    state.put(indices.get(i), entries);
                }
            }
            packed.add(group.pack(indices));
            start += group.size();
        }
        Map<String, Object> dict = new LinkedHashMap<>();
        dict.put("state", state);
        dict.put("param_groups", packed);
        return dict;
    }

    /**
     * Continues from a saved state, PyTorch's or Candela's. <b>The options that were saved replace those given to the constructor</b>, the
     * learning rate too; options that the saved state lacks take their defaults.
     *
     * <p>Groups are matched by position, and so are parameters, unless both sides know their names: then by name within their group. State is copied,
     * and converted to its parameter's type and device; step counters are not. Parameters without saved state start afresh.
     *
     * @param stateDict as {@link #stateDict()} gives it
     * @throws io.candela.tensor.StateDictException if groups differ in number or size, or names, shapes or types do not fit; it lists all
     *     problems, and nothing was changed
     */
    public void loadStateDict(Map<?, ?> stateDict) {
        Map<?, ?> toLoad = hooks == null ? stateDict : hooks.toLoad(this, stateDict);
        Autograd.noGrad(() -> new StateDictLoad(this, name(), groups, defaults).run(toLoad));
        if (hooks != null) {
            OptimizerHooks.run(hooks.afterLoad, this);
        }
    }

    /** The options of each group, one a line, in PyTorch's printed form. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name()).append(" (\n");
        for (int i = 0; i < groups.size(); i++) {
            text.append("Parameter Group ").append(i).append('\n');
            Map<String, Object> options = new TreeMap<>(groups.get(i).options());
            if (groups.get(i).paramNames() != null) {
                options.put("param_names", groups.get(i).paramNames());
            }
            options.forEach((option, value) -> text.append("    ").append(option).append(": ")
                    .append(value instanceof String ? value : PythonText.of(value)).append('\n'));
        }
        return text.append(')').toString();
    }
}
