package io.candela.benchmarks.peers;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/**
 * Environment variables as native libraries see them. They read theirs while they are being loaded, so a peer sets what suits it before it touches its library,
 * and nobody has to prepare the shell. {@link System#getenv} does not see the change.
 */
final class NativeEnvironment {
    private NativeEnvironment() {}

    /**
     * To be called before the peer's first native class is touched. What the shell sets for OpenMP stays.
     *
     * @param tiny whether the work is so small that a second thread only hinders: libtorch starts one even for a LogSoftmax of five rows
     */
    static void prepare(boolean tiny) {
        // Settings meant for another processor can halve OpenBLAS's speed: it finds out by itself.
        unset("OPENBLAS_CORETYPE");
        unset("OPENBLAS_L2_SIZE");
        if (tiny) {
            set("OMP_NUM_THREADS", "1");
        }
    }

    /** For peers with both OpenMP and OpenBLAS: OpenMP's threads would spin on the cores that OpenBLAS's threads need, ten times slower and worse. */
    static void yieldToOpenBlas() {
        set("OMP_WAIT_POLICY", "PASSIVE");
    }

    private static void set(String name, String value) {
        if (!Platform.isWindows()) {
            libc("setenv").invokeInt(new Object[] {name, value, 0}); // 0: does not replace
        }
    }

    private static void unset(String name) {
        if (!Platform.isWindows()) {
            libc("unsetenv").invokeInt(new Object[] {name});
        }
    }

    private static Function libc(String function) {
        return NativeLibrary.getInstance(Platform.C_LIBRARY_NAME).getFunction(function);
    }
}
