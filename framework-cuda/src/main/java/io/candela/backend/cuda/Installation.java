package io.candela.backend.cuda;

import io.candela.backend.cuda.driver.CudaDriver;
import io.candela.backend.cuda.driver.DeviceProperties;
import io.candela.backend.cuda.driver.KernelCompiler;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a machine has of CUDA: a driver and a compiler for its devices, or the reason why there is none.
 *
 * @param driver   null with a problem, as the next one
 * @param compiler what compiles kernels
 * @param problem  one sentence with the remedy; null without
 */
record Installation(CudaDriver driver, KernelCompiler compiler, String problem) {
    /** The compute capability from which on CUDA 13 makes code. */
    private static final int OLDEST_ARCH = 75;
    private static final int OLDEST_DRIVER = 13000;
    private static final Pattern MISSING_LIBRARY = Pattern.compile("(lib[\\w.-]+\\.so[\\d.]*): cannot open shared object file");

    /** Tries a driver and a compiler. Whatever they throw becomes the problem, so that a program without a GPU never fails for one. */
    static Installation of(Supplier<CudaDriver> driver, Supplier<KernelCompiler> compiler) {
        try {
            CudaDriver d = driver.get();
            String problem = d.deviceCount() == 0 ? "there is no NVIDIA GPU in this machine, or none is visible (see CUDA_VISIBLE_DEVICES)"
                    : problemOf(d.properties(0));
            return problem != null ? new Installation(null, null, problem) : new Installation(d, compiler.get(), null);
        } catch (LinkageError | RuntimeException e) {
            return new Installation(null, null, explain(e));
        }
    }

    private static String problemOf(DeviceProperties first) {
        if (first.arch() < OLDEST_ARCH) {
            return "%s has compute capability %d.%d, CUDA 13 needs 7.5 or later".formatted(first.name(), first.major(), first.minor());
        }
        if (first.driverVersion() < OLDEST_DRIVER) {
            return "NVIDIA's driver is for CUDA %d.%d, CUDA 13 needs version 580 or later of it; update it".formatted(first.driverVersion() / 1000,
                    first.driverVersion() % 1000 / 10);
        }
        return null;
    }

    /** The file that the dynamic linker did not find; null if it was something else. */
    static String missingLibrary(Throwable t) {
        Matcher library = MISSING_LIBRARY.matcher(String.valueOf(t.getMessage()));
        return library.find() ? library.group(1) : null;
    }

    /** What is missing, and where to get it. */
    static String explain(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            String name = missingLibrary(t);
            if (name != null) {
                return name.startsWith("libcuda.so") ? "there is no NVIDIA driver here (" + name + " is missing); install it"
                        : name + " is missing; " + (name.startsWith("libcudnn") ? Libraries.CUDNN : Libraries.TOOLKIT);
            }
            if (t instanceof ClassNotFoundException || t instanceof NoClassDefFoundError && message.startsWith("org/bytedeco")) {
                return "the class " + message.replace('/', '.') + " is missing; put org.bytedeco:cuda on the class path";
            }
            if (message.startsWith("Could not initialize class")) { // the JVM tells the reason once
                return "loading CUDA's libraries failed earlier in this process; ./candela devices lists what is missing";
            }
            if (message.startsWith("Could not find jni")) {
                return message.substring("Could not find ".length()).replaceAll(" .*", "")
                        + " is missing; put org.bytedeco:cuda with classifier linux-x86_64 on the class path, the only platform so far";
            }
        }
        return e instanceof CudaException ? e.getMessage() : "CUDA's libraries cannot be loaded: " + e;
    }
}
