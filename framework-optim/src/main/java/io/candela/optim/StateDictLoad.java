package io.candela.optim;

import io.candela.tensor.StateDictException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One load of an optimizer's state: everything is read and checked first, then exchanged. */
final class StateDictLoad {
    private final Optimizer optimizer;
    private final String name;
    private final List<ParamGroup> groups;
    private final Hyperparameters defaults;
    private final List<String> problems = new ArrayList<>();
    private final Map<Long, Map<?, ?>> stateById = new HashMap<>();

    StateDictLoad(Optimizer optimizer, String name, List<ParamGroup> groups, Hyperparameters defaults) {
        this.optimizer = optimizer;
        this.name = name;
        this.groups = groups;
        this.defaults = defaults;
    }

    /** A group's new contents. */
    private record Loaded(Map<String, Object> options, List<String> names, ParamState[] states) {
    }

    void run(Map<?, ?> stateDict) {
        if (!(stateDict.get("state") instanceof Map<?, ?> state) || !(stateDict.get("param_groups") instanceof List<?> savedGroups)) {
            problems.add("an optimizer's state has a map 'state' and a list 'param_groups'; this has " + stateDict.keySet());
            throw failure();
        }
        if (savedGroups.size() != groups.size()) {
            problems.add("the optimizer has %d parameter groups, the saved state %d".formatted(groups.size(), savedGroups.size()));
            throw failure();
        }
        state.forEach((id, entries) -> {
            if (id instanceof Number number && entries instanceof Map<?, ?> map) {
                stateById.put(number.longValue(), map);
            } // other keys: PyTorch once kept state of the whole optimizer here
        });
        List<Loaded> loaded = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            if (savedGroups.get(i) instanceof Map<?, ?> saved) {
                loaded.add(load(i, saved));
            } else {
                problems.add("group %d is not a map".formatted(i));
            }
        }
        if (!problems.isEmpty()) {
            throw failure();
        }
        for (int i = 0; i < groups.size(); i++) {
            Loaded l = loaded.get(i);
            groups.get(i).load(l.options, l.names, l.states);
        }
    }

    private StateDictException failure() {
        return new StateDictException("%s.loadStateDict: %d problem%s, nothing was loaded".formatted(name, problems.size(),
                problems.size() == 1 ? "" : "s"), problems);
    }

    /** @return null after a problem */
    private Loaded load(int number, Map<?, ?> saved) {
        ParamGroup group = groups.get(number);
        List<Long> ids = ids(number, saved);
        List<String> savedNames = names(number, saved);
        if (ids == null) {
            return null;
        }
        int[] source = sources(number, group, savedNames);
        if (source == null) {
            return null;
        }
        ParamState[] states = new ParamState[group.size()];
        Map<Long, ParamState> read = new HashMap<>(); // a parameter that occurs twice has one state
        for (int i = 0; i < states.length; i++) {
            Long id = ids.get(source[i]);
            if (!read.containsKey(id)) {
                read.put(id, state(number, group, i, stateById.get(id)));
            }
            states[i] = read.get(id);
        }
        List<String> names = group.paramNames() != null ? group.paramNames() : savedNames;
        return new Loaded(options(number, saved), names, states);
    }

    private ParamState state(int number, ParamGroup group, int i, Map<?, ?> entries) {
        if (entries == null || entries.isEmpty()) {
            return null;
        }
        SavedState saved = new SavedState(group.param(i), "group " + number + ", " + group.label(i), entries, problems);
        ParamState state = optimizer.readState(saved);
        saved.checkAllRead();
        return state;
    }

    private List<Long> ids(int number, Map<?, ?> saved) {
        List<Long> ids = new ArrayList<>();
        if (!(saved.get("params") instanceof List<?> list) || !list.stream().allMatch(Number.class::isInstance)) {
            problems.add("group %d: 'params' must be a list of indices, got %s".formatted(number, saved.get("params")));
            return null;
        }
        list.forEach(id -> ids.add(((Number) id).longValue()));
        if (ids.size() != groups.get(number).size()) {
            problems.add("group %d: the optimizer has %d parameters, the saved state %d".formatted(number, groups.get(number).size(), ids.size()));
            return null;
        }
        return ids;
    }

    private List<String> names(int number, Map<?, ?> saved) {
        if (!(saved.get("param_names") instanceof List<?> list)) {
            return null;
        }
        List<String> names = new ArrayList<>();
        list.forEach(element -> names.add(String.valueOf(element)));
        if (names.size() != groups.get(number).size()) {
            problems.add("group %d: %d parameters, but %d saved names".formatted(number, groups.get(number).size(), names.size()));
            return null;
        }
        return List.copyOf(names);
    }

    /** For each parameter of the group its position in the saved one; null after a problem. */
    private int[] sources(int number, ParamGroup group, List<String> savedNames) {
        int[] source = new int[group.size()];
        List<String> names = group.paramNames();
        Map<String, Integer> position = new LinkedHashMap<>();
        for (int i = 0; i < source.length; i++) {
            source[i] = i;
            if (names != null && savedNames != null && position.put(savedNames.get(i), i) != null) {
                problems.add("group %d: the saved state names '%s' twice".formatted(number, savedNames.get(i)));
                return null;
            }
        }
        if (names == null || savedNames == null) {
            return source;
        }
        boolean fits = true;
        for (int i = 0; i < source.length; i++) {
            Integer at = position.remove(names.get(i));
            if (at == null) {
                problems.add("group %d: the saved state has no %s %s".formatted(number, group.label(i), group.param(i).shape()));
                fits = false;
            } else {
                source[i] = at;
            }
        }
        position.keySet().forEach(unknown -> problems.add("group %d: the optimizer has no '%s', the saved state has".formatted(number, unknown)));
        return fits ? source : null;
    }

    private Map<String, Object> options(int number, Map<?, ?> saved) {
        Map<String, Object> options = new LinkedHashMap<>();
        saved.forEach((key, value) -> {
            if (!key.equals("params") && !key.equals("param_names")) {
                try {
                    options.put(String.valueOf(key), defaults.coerce(String.valueOf(key), Nest.copy(value)));
                } catch (IllegalArgumentException e) {
                    problems.add("group %d: %s".formatted(number, e.getMessage()));
                }
            }
        });
        return optimizer.adaptOptions(ParamGroup.complete(options, defaults));
    }
}
