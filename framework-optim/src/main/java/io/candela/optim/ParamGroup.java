package io.candela.optim;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parameters that are optimized with the same options. Options have PyTorch's names ({@code lr}, {@code weight_decay}, {@code betas}, …);
 * those that are not set here come from the optimizer's defaults.
 *
 * <pre>{@code
 * var optimizer = new SGD(List.of(
 *         ParamGroup.of(backbone.parameters()),
 *         ParamGroup.of(head.parameters()).set("lr", 1e-2)), 1e-3);
 * optimizer.paramGroups().get(0).setLr(1e-4); // from the next step on
 * }</pre>
 *
 * <p>A group belongs to the optimizer that it was given to and stays live.
 */
public final class ParamGroup {
    private final Tensor[] params;
    private final boolean repeats; // whether a tensor occurs twice
    private List<String> names; // null if unknown
    private Map<String, Object> options = new LinkedHashMap<>();
    private ParamState[] states;
    private Hyperparameters defaults; // of the optimizer; null while the group belongs to none

    private ParamGroup(Tensor[] params, List<String> names) {
        this.params = params;
        this.names = names;
        this.states = new ParamState[params.length];
        Map<Tensor, Boolean> distinct = new IdentityHashMap<>();
        for (Tensor p : params) {
            if (p == null) {
                throw new IllegalArgumentException("ParamGroup: a parameter is null");
            }
            distinct.put(p, true);
        }
        this.repeats = distinct.size() < params.length;
    }

    /** A group of these tensors. */
    public static ParamGroup of(Tensor... params) {
        return new ParamGroup(params.clone(), null);
    }

    /**
     * A group of these tensors, in their order.
     *
     * @throws IllegalArgumentException for a set whose order may differ from run to run
     */
    public static ParamGroup of(Collection<Tensor> params) {
        Ordered.check(params);
        return new ParamGroup(params.toArray(Tensor[]::new), null);
    }

    /**
     * A group of tensors with names, as {@code namedParameters()} gives them. State dicts then carry the names, and loading matches by name.
     *
     * @throws IllegalArgumentException for a map whose order may differ from run to run
     */
    public static ParamGroup of(Map<String, Tensor> namedParams) {
        Ordered.check(namedParams);
        return new ParamGroup(namedParams.values().toArray(Tensor[]::new), List.copyOf(namedParams.keySet()));
    }

    /** The parameters; unmodifiable. */
    public List<Tensor> params() {
        return Collections.unmodifiableList(Arrays.asList(params));
    }

    /** The parameters' names, or null if they are not known; unmodifiable. */
    public List<String> paramNames() {
        return names;
    }

    /** How many parameters there are. */
    public int size() {
        return params.length;
    }

    /** Parameter number {@code index}. */
    public Tensor param(int index) {
        return params[index];
    }

    /** All options by PyTorch's names; a live, unmodifiable view. */
    public Map<String, Object> options() {
        return Collections.unmodifiableMap(options);
    }

    /**
     * An option's value.
     *
     * @throws IllegalArgumentException if there is no such option
     */
    public Object get(String option) {
        Object value = options.get(option);
        if (value == null && !options.containsKey(option)) {
            throw new IllegalArgumentException("ParamGroup: no option '%s'; there are %s".formatted(option, options.keySet()));
        }
        return value;
    }

    /**
     * Sets an option, from the next step on. Options that the optimizer does not know are kept and saved.
     *
     * @return this group
     * @throws IllegalArgumentException if the value does not have the option's type
     */
    public ParamGroup set(String option, Object value) {
        options.put(option, defaults == null ? value : defaults.coerce(option, value));
        return this;
    }

    /** An option that is a number. */
    public double number(String option) {
        if (get(option) instanceof Number number) {
            return number.doubleValue();
        }
        throw wrongType(option, "a number");
    }

    /** An option that is true or false. */
    public boolean flag(String option) {
        if (get(option) instanceof Boolean flag) {
            return flag;
        }
        throw wrongType(option, "true or false");
    }

    /** Number {@code index} of an option that is a list of numbers, such as {@code betas}. */
    public double number(String option, int index) {
        if (get(option) instanceof List<?> list && index < list.size() && list.get(index) instanceof Number number) {
            return number.doubleValue();
        }
        throw wrongType(option, "a list of numbers");
    }

    private IllegalArgumentException wrongType(String option, String wanted) {
        return new IllegalArgumentException("ParamGroup: option %s is not %s: %s".formatted(option, wanted, options.get(option)));
    }

    /** The learning rate. */
    public double lr() {
        return number("lr");
    }

    /** Sets the learning rate, from the next step on. */
    public void setLr(double lr) {
        set("lr", lr);
    }

    // ---- for optimizers ----

    /** For optimizers: what is remembered about a parameter; null before its first step. */
    public ParamState state(int index) {
        return states[index];
    }

    /**
     * For optimizers: remembers something about a parameter.
     *
     * @return {@code state}
     */
    public <S extends ParamState> S setState(int index, S state) {
        states[index] = state;
        if (repeats) {
            for (int i = 0; i < params.length; i++) {
                if (params[i] == params[index]) {
                    states[i] = state;
                }
            }
        }
        return state;
    }

    boolean repeats() {
        return repeats;
    }

    /** How to call a parameter in a message. */
    String label(int index) {
        return names != null ? "'" + names.get(index) + "'" : "parameter " + index + " " + params[index].shape();
    }

    /** The indices of the parameters in a state dict; one that occurs twice has its last index at both places, as in PyTorch. */
    List<Long> indices(long start) {
        List<Long> indices = new ArrayList<>();
        for (int i = 0; i < params.length; i++) {
            int last = i;
            for (int j = i + 1; repeats && j < params.length; j++) {
                last = params[j] == params[i] ? j : last;
            }
            indices.add(start + last);
        }
        return indices;
    }

    boolean isBound() {
        return defaults != null;
    }

    /** The options with those missing taken from the defaults. */
    static Map<String, Object> complete(Map<String, Object> options, Hyperparameters defaults) {
        Map<String, Object> complete = new LinkedHashMap<>();
        options.forEach((name, value) -> complete.put(name, defaults.coerce(name, value)));
        defaults.asMap().forEach((name, value) -> {
            if (!complete.containsKey(name)) {
                complete.put(name, value);
            }
        });
        return complete;
    }

    /** Gives the group to an optimizer. */
    void bind(Hyperparameters defaults) {
        options = complete(options, defaults);
        this.defaults = defaults;
    }

    /** Replaces everything but the parameters by what was loaded. */
    void load(Map<String, Object> options, List<String> names, ParamState[] states) {
        this.options = options;
        this.names = names;
        this.states = states;
    }

    /** The group in PyTorch's layout. */
    Map<String, Object> pack(List<Long> indices) {
        Map<String, Object> packed = new LinkedHashMap<>();
        options.forEach((name, value) -> packed.put(name, Nest.copy(value)));
        packed.put("params", indices);
        if (names != null) {
            packed.put("param_names", new ArrayList<>(names));
        }
        return packed;
    }
}
