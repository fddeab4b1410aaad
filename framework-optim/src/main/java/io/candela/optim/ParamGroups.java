package io.candela.optim;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/**
 * Splits named parameters into groups with options of their own. A parameter belongs to the first rule that it matches; those that match none
 * form the last group, with the optimizer's options.
 *
 * <pre>{@code
 * var optimizer = new AdamW(ParamGroups.byName(model.namedParameters())
 *         .match("bias$|norm", "weight_decay", 0.0)
 *         .match("^head\\.", "lr", 1e-2)
 *         .groups(), 1e-3);
 * }</pre>
 *
 * <p>Immutable: every method gives a changed copy.
 */
public final class ParamGroups {
    private final List<ParamGroup> matched;
    private final Map<String, Tensor> rest;

    private ParamGroups(List<ParamGroup> matched, Map<String, Tensor> rest) {
        this.matched = matched;
        this.rest = rest;
    }

    /**
     * Parameters to be split, as {@code namedParameters()} gives them.
     *
     * @throws IllegalArgumentException for a map whose order may differ from run to run
     */
    public static ParamGroups byName(Map<String, Tensor> namedParams) {
        Ordered.check(namedParams);
        return new ParamGroups(List.of(), namedParams);
    }

    /**
     * A group of those left whose name contains a match of a regular expression.
     *
     * @param namesAndValues options by PyTorch's names, and their values, in turn
     * @throws IllegalArgumentException if there is none, which a misspelt pattern would hide
     */
    public ParamGroups match(String pattern, Object... namesAndValues) {
        Pattern compiled = Pattern.compile(pattern);
        return match("name matches \"" + pattern + "\"", (name, param) -> compiled.matcher(name).find(), namesAndValues);
    }

    /**
     * A group of those left that fulfil a condition, such as {@code (name, p) -> p.dim() < 2}.
     *
     * @param namesAndValues options by PyTorch's names, and their values, in turn
     * @throws IllegalArgumentException if there is none
     */
    public ParamGroups match(BiPredicate<String, Tensor> condition, Object... namesAndValues) {
        return match("fulfils the condition", condition, namesAndValues);
    }

    private ParamGroups match(String what, BiPredicate<String, Tensor> condition, Object... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("ParamGroups: options come as name and value in turn, got %d arguments".formatted(namesAndValues.length));
        }
        Map<String, Tensor> taken = new LinkedHashMap<>();
        Map<String, Tensor> left = new LinkedHashMap<>();
        rest.forEach((name, param) -> (condition.test(name, param) ? taken : left).put(name, param));
        if (taken.isEmpty()) {
            throw new IllegalArgumentException("ParamGroups: none of the %d parameters left %s; they are %s".formatted(rest.size(), what, rest.keySet()));
        }
        ParamGroup group = ParamGroup.of(taken);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            group.set((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        List<ParamGroup> groups = new ArrayList<>(matched);
        groups.add(group);
        return new ParamGroups(groups, left);
    }

    /** The groups, for one optimizer, in the order of the rules. */
    public List<ParamGroup> groups() {
        List<ParamGroup> groups = new ArrayList<>(matched);
        if (!rest.isEmpty()) {
            groups.add(ParamGroup.of(rest));
        }
        return groups;
    }
}
