package io.candela.nn;

/** Takes a hook away again. */
@FunctionalInterface
public interface HookHandle extends AutoCloseable {
    /** Removes the hook; the second time, does nothing. */
    void remove();

    /** As {@link #remove()}, for try-with-resources. */
    @Override
    default void close() {
        remove();
    }
}
