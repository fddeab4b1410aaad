package io.candela.autograd;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What few nodes have: hooks, a result that keeps its gradient, and, in anomaly mode, where forward was called. */
final class Extras {
    List<Hook> hooks; // null while there are none
    List<AfterHook> afterwards; // likewise; leaves only
    Tensor retained; // the result whose gradient the user asked to keep, or null
    Throwable trace; // null outside anomaly mode

    HookHandle add(UnaryOperator<Tensor> function) {
        if (hooks == null) {
            hooks = new ArrayList<>(1);
        }
        Hook hook = new Hook(function);
        hooks.add(hook);
        return new HookHandle(() -> hooks.remove(hook));
    }

    HookHandle addAfterwards(Consumer<Tensor> function) {
        if (afterwards == null) {
            afterwards = new ArrayList<>(1);
        }
        AfterHook hook = new AfterHook(function);
        afterwards.add(hook);
        return new HookHandle(() -> afterwards.remove(hook));
    }

    /** A function by identity: the same one may be registered twice. */
    static final class Hook {
        final UnaryOperator<Tensor> function;

        Hook(UnaryOperator<Tensor> function) {
            this.function = function;
        }
    }

    /** Likewise. */
    static final class AfterHook {
        final Consumer<Tensor> function;

        AfterHook(Consumer<Tensor> function) {
            this.function = function;
        }
    }
}
