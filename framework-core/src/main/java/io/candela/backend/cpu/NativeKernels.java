package io.candela.backend.cpu;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import org.bytedeco.javacpp.Loader;

/**
 * The library of loops in C, under {@code src/main/c}, which has what HotSpot makes no vectors of: conditions, conversions, bits of floats.
 *
 * <p>It is compiled with the project where there is a C compiler, for processors of x86-64 with AVX2. Where it is absent or
 * {@code -Dcandela.native=false} is set, loops in Java and oneDNN do the same work.
 */
final class NativeKernels {
    private static final String LIBRARY = "native/" + Loader.getPlatform() + "/libcandela.so";
    private static final boolean LOADED = load();

    private NativeKernels() {}

    private static boolean load() {
        URL library = NativeKernels.class.getResource(LIBRARY);
        if (library == null || !Boolean.parseBoolean(System.getProperty("candela.native", "true"))) {
            return false;
        }
        try {
            File file = Loader.cacheResource(library);
            System.load(file.getPath());
            return true;
        } catch (IOException | LinkageError e) {
            return false; // a disk without room, a C library of another kind: everything works without
        }
    }

    /** A kernel by its name in the C tables; 0 if this machine has none. */
    static long find(String name) {
        return LOADED ? address(name) : 0;
    }

    private static native long address(String name);

    /**
     * Runs a kernel over rows of up to three operands.
     *
     * @param kernel from {@link #find}
     * @param out    address of the result, whose elements follow each other within a row
     * @param outRow bytes from row to row, as the other rows
     * @param xStep  elements from one element of a row to the next, as the other steps; 0 repeats one
     */
    static native void walk(long kernel, long rows, long columns, long out, long outRow, long x, long xRow, long xStep, long y, long yRow, long yStep, long z,
            long zRow, long zStep, double a, double b);
}
