package io.candela.backend;

/** Memory of the host that devices copy from and to by themselves; behind a storage of the CPU. */
public interface PinnedRegion {
    /** Gives the memory back: it is reused when the copies under way are done. Called once. */
    void end();
}
