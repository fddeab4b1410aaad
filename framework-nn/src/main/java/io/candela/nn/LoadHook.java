package io.candela.nn;

/** Runs after the state of a module and its children was loaded; see {@link Module#registerLoadStateDictPostHook}. */
@FunctionalInterface
public interface LoadHook {
    /**
     * May change the lists of {@code result} in place: with both empty, a strict load succeeds.
     *
     * @param module the module on which the hook is registered
     */
    void accept(Module module, LoadResult result);
}
