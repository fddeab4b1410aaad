package io.candela.nn;

/** The hooks on one module that concern its state. */
final class ModuleHooks {
    final Hooks<StateDictHook> beforeState;
    final Hooks<StateDictHook> afterState;
    final Hooks<LoadPreHook> beforeLoad;
    final Hooks<LoadHook> afterLoad;

    ModuleHooks() {
        beforeState = new Hooks<>();
        afterState = new Hooks<>();
        beforeLoad = new Hooks<>();
        afterLoad = new Hooks<>();
    }

    /** The same hooks, registered independently. */
    ModuleHooks(ModuleHooks other) {
        beforeState = Hooks.copyOf(other.beforeState);
        afterState = Hooks.copyOf(other.afterState);
        beforeLoad = Hooks.copyOf(other.beforeLoad);
        afterLoad = Hooks.copyOf(other.afterLoad);
    }
}
