package io.candela.backend.cuda.driver;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a device is.
 *
 * @param name                      the maker's, such as {@code NVIDIA H200}
 * @param major                     of the compute capability
 * @param minor                     of the compute capability
 * @param bytes                     its memory, all of it
 * @param multiprocessors           how many blocks run side by side at least
 * @param threadsPerMultiprocessor  how many threads one holds at most
 * @param sharedBytesPerBlock       shared memory of a block at most, when a kernel asks for more than 48 KiB by {@link CudaDriver#allowShared}
 * @param driverVersion             CUDA's version that the driver serves: 13000 for 13.0
 * @param runtimeVersion            CUDA's version of the runtime library
 */
public record DeviceProperties(String name, int major, int minor, long bytes, int multiprocessors, int threadsPerMultiprocessor,
        int sharedBytesPerBlock, int driverVersion, int runtimeVersion) {
    /** The compute capability as compilers want it: 90 for 9.0. */
    public int arch() {
        return major * 10 + minor;
    }

    /** All of it by name, for people; the memory as a {@code Long}. */
    public Map<String, Object> about() {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("name", name);
        about.put("memory", bytes);
        about.put("compute capability", major + "." + minor);
        about.put("multiprocessors", multiprocessors);
        about.put("driver", "for CUDA " + driverVersion / 1000 + "." + driverVersion % 1000 / 10);
        return about;
    }
}
