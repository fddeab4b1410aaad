package io.candela.nn;

import io.candela.autograd.HookHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The hooks of one kind on one module, in the order of registration. A hook may remove itself while it runs. */
final class Hooks<H> {
    /** One registration; a hook registered twice runs twice, and each handle removes its own. */
    private static final class Slot<H> {
        final H hook;

        Slot(H hook) {
            this.hook = Objects.requireNonNull(hook, "hook");
        }
    }

    private final List<Slot<H>> slots = new CopyOnWriteArrayList<>();

    HookHandle add(H hook) {
        Slot<H> slot = new Slot<>(hook);
        slots.add(slot);
        return new HookHandle(() -> slots.remove(slot));
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    void forEach(Consumer<H> action) {
        for (Slot<H> slot : slots) {
            action.accept(slot.hook);
        }
    }

    /** The same hooks, registered independently; null for null. */
    static <H> Hooks<H> copyOf(Hooks<H> hooks) {
        if (hooks == null) {
            return null;
        }
        Hooks<H> copy = new Hooks<>();
        copy.slots.addAll(hooks.slots);
        return copy;
    }
}
