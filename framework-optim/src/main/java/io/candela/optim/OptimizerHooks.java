package io.candela.optim;

import io.candela.autograd.HookHandle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The hooks of one optimizer, each kind in the order of registration. A hook may remove itself while it runs. */
final class OptimizerHooks {
    final List<Consumer<Optimizer>> beforeStep = new CopyOnWriteArrayList<>();
    final List<Consumer<Optimizer>> afterStep = new CopyOnWriteArrayList<>();
    final List<Consumer<Optimizer>> beforeSave = new CopyOnWriteArrayList<>();
    final List<Consumer<Optimizer>> afterLoad = new CopyOnWriteArrayList<>();
    private final List<BiFunction<Optimizer, Map<String, Object>, Map<String, Object>>> afterSave = new CopyOnWriteArrayList<>();
    private final List<BiFunction<Optimizer, Map<Object, Object>, Map<?, ?>>> beforeLoad = new CopyOnWriteArrayList<>();

    static HookHandle add(List<Consumer<Optimizer>> hooks, Consumer<Optimizer> hook) {
        Objects.requireNonNull(hook, "hook");
        Consumer<Optimizer> own = optimizer -> hook.accept(optimizer); // an object of its own, for each handle removes its own registration
        hooks.add(own);
        return new HookHandle(() -> hooks.remove(own));
    }

    HookHandle addAfterSave(BiFunction<Optimizer, Map<String, Object>, Map<String, Object>> hook) {
        Objects.requireNonNull(hook, "hook");
        BiFunction<Optimizer, Map<String, Object>, Map<String, Object>> own = (optimizer, state) -> hook.apply(optimizer, state);
        afterSave.add(own);
        return new HookHandle(() -> afterSave.remove(own));
    }

    HookHandle addBeforeLoad(BiFunction<Optimizer, Map<Object, Object>, Map<?, ?>> hook) {
        Objects.requireNonNull(hook, "hook");
        BiFunction<Optimizer, Map<Object, Object>, Map<?, ?>> own = (optimizer, state) -> hook.apply(optimizer, state);
        beforeLoad.add(own);
        return new HookHandle(() -> beforeLoad.remove(own));
    }

    static void run(List<Consumer<Optimizer>> hooks, Optimizer optimizer) {
        for (Consumer<Optimizer> hook : hooks) {
            hook.accept(optimizer);
        }
    }

    Map<String, Object> saved(Optimizer optimizer, Map<String, Object> state) {
        Map<String, Object> current = state;
        for (BiFunction<Optimizer, Map<String, Object>, Map<String, Object>> hook : afterSave) {
            Map<String, Object> replaced = hook.apply(optimizer, current);
            current = replaced == null ? current : replaced;
        }
        return current;
    }

    /** The state to load; hooks get a copy of the outer map, so that the caller's stays as it is. */
    Map<?, ?> toLoad(Optimizer optimizer, Map<?, ?> state) {
        if (beforeLoad.isEmpty()) {
            return state;
        }
        Map<?, ?> current = state;
        for (BiFunction<Optimizer, Map<Object, Object>, Map<?, ?>> hook : beforeLoad) {
            Map<Object, Object> copy = new LinkedHashMap<>(current);
            Map<?, ?> replaced = hook.apply(optimizer, copy);
            current = replaced == null ? copy : replaced;
        }
        return current;
    }
}
