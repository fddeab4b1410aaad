package io.candela.io.pt;

import io.candela.io.FormatException;

/**
 * A callable of the allow-list.
 *
 * @param name   the Python name with its module
 * @param action what stands in for the Python callable
 */
record PickleGlobal(String name, Action action) {
    /** Takes the arguments of {@code REDUCE}. */
    @FunctionalInterface
    interface Action {
        Object call(Arguments arguments) throws FormatException;
    }
}
