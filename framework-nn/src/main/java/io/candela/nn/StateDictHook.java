package io.candela.nn;

import io.candela.tensor.StateDict;

/** Runs while {@link Module#stateDict()} collects; see {@link Module#registerStateDictHook} and {@link Module#registerStateDictPreHook}. */
@FunctionalInterface
public interface StateDictHook {
    /**
     * May change {@code state} in place.
     *
     * @param module the module on which the hook is registered
     * @param state  what was collected so far, of the whole tree
     * @param prefix the module's own part of the keys: {@code ""} for the root, {@code "fc1."} for its child {@code fc1}
     */
    void accept(Module module, StateDict state, String prefix);
}
