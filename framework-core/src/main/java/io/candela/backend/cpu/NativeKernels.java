package io.candela.backend.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.bytedeco.javacpp.Loader;

/**
 * The library of loops in C, under {@code src/main/c}, which has what HotSpot makes no vectors of: conditions, conversions, bits of floats, and
 * functions that are made of these.
 *
 * <p>It is compiled with the project where there is a C compiler, for processors of x86-64 with AVX2. Where it is absent or
 * {@code -Dcandela.native=false} is set, loops in Java and oneDNN do the same work.
 */
final class NativeKernels {
    private static final String LIBRARY = "native/" + Loader.getPlatform() + "/libcandela.so";
    private static final boolean LOADED = load();

    /** Set to false by tests alone, which compare the loops over matrices with those in Java. */
    static boolean on = true;

    private NativeKernels() {}

    private static boolean load() {
        if (!Boolean.parseBoolean(System.getProperty("candela.native", "true"))) {
            return false;
        }
        try (InputStream library = NativeKernels.class.getResourceAsStream(LIBRARY)) {
            return library != null && load(library);
        } catch (IOException | LinkageError e) {
            return false; // a disk without room, one that allows no programs, another C library: everything works without
        }
    }

    /** From a file of its own that is gone once it is loaded: no other process or version writes into it. */
    private static boolean load(InputStream library) throws IOException {
        Path file = Files.createTempFile("candela", ".so");
        try {
            Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
            System.load(file.toString());
            return true;
        } finally {
            Files.delete(file);
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

    /**
     * Runs a kernel over a matrix of float32.
     *
     * @param kernel from {@link #find}, one whose name ends in "along" or "down"
     * @param row    elements from row to row of x
     * @param step   elements from one element of a row of x to the next
     * @param outRow what it and {@code a} mean is the kernel's, as is the result
     */
    static native double matrix(long kernel, long x, long rows, long columns, long row, long step, long out, long outRow, double a);

    /**
     * Updates n elements of an optimizer's parameter and state.
     *
     * @param kernel  from {@link #find}, one of {@code updates.c}
     * @param x       address of the first kind of state; 0 if there is none, as of the others
     * @param numbers address of the rule's numbers, ten floats
     */
    static native void update(long kernel, long n, long parameter, long gradient, long x, long y, long z, long numbers);

    /**
     * Does a part of a job.
     *
     * @param kernel    from {@link #find}, one of those that are jobs
     * @param arguments address of what the job's struct in C says: addresses, sizes and doubles
     * @param from      number of the first row, plane or whatever the job counts
     * @param to        number behind the last
     */
    static native void part(long kernel, long arguments, long from, long to);
}
