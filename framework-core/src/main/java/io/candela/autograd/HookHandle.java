package io.candela.autograd;

/** What registering a hook gives back: removes the hook. */
public final class HookHandle implements AutoCloseable {
    private Runnable removal; // null once done

    /** @param removal what to do at the first {@link #remove()} */
    public HookHandle(Runnable removal) {
        this.removal = removal;
    }

    /** Removes the hook. Doing so twice does nothing. */
    public void remove() {
        Runnable r = removal;
        removal = null;
        if (r != null) {
            r.run();
        }
    }

    /** As {@link #remove()}, for try-with-resources. */
    @Override
    public void close() {
        remove();
    }
}
