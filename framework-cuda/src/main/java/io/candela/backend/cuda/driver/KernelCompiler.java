package io.candela.backend.cuda.driver;

/** Makes machine code from the source of kernels. */
public interface KernelCompiler {
    /**
     * Compiles one file.
     *
     * @param file   its name, for messages
     * @param source CUDA C++ that includes nothing
     * @param arch   {@link DeviceProperties#arch()} of the device that is to run it
     * @return an image for {@link CudaDriver#loadModule}
     * @throws io.candela.backend.cuda.CudaCompileException if it does not compile
     */
    byte[] compile(String file, String source, int arch);

    /** Name and version: what an image compiled earlier must have been compiled with to be used in place of a new one. */
    String version();

    /** Whether it takes so long to start that a file's kernels are better compiled all at once than each when it is needed. */
    default boolean prefersWholeFiles() {
        return false;
    }
}
