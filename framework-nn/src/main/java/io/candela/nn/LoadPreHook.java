package io.candela.nn;

import io.candela.tensor.StateDict;

/** Runs before a module takes its entries from a state; see {@link Module#registerLoadStateDictPreHook}. */
@FunctionalInterface
public interface LoadPreHook {
    /**
     * May change {@code state} in place, for example rename keys of older files. It is a private copy; the caller's map stays as it is.
     *
     * @param module  the module on which the hook is registered
     * @param state   the entries of this module and its children, under their full keys
     * @param prefix  the module's own part of the keys: {@code ""} for the root, {@code "fc1."} for its child {@code fc1}
     * @param version with which this module wrote its state; null if unknown
     */
    void accept(Module module, StateDict state, String prefix, Long version);
}
