package io.candela.backend.cuda;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * NVIDIA's libraries on this machine, each asked for its version by itself: so that all that are missing are told at once, also where the preset
 * that needs them all would stop at the first.
 */
final class Libraries {
    static final String TOOLKIT = "install CUDA 13, or put the folder that has it on LD_LIBRARY_PATH";
    static final String CUDNN = "install cuDNN 9 for CUDA 13, or put the folder that has it on LD_LIBRARY_PATH";
    /** The parts of cuDNN 9 in the order in which they need each other: the preset links the first, cuDNN itself loads the others for convolutions. */
    private static final List<String> CUDNN_PARTS = List.of("graph", "ops", "cnn", "adv", "engines_precompiled", "engines_runtime_compiled", "heuristic");
    /** Where the preset looks before it asks the dynamic linker. */
    private static final List<String> PREFIXES = List.of("/usr/local/cuda-13.1/lib64", "/usr/local/cuda/lib64", "/usr/lib64");

    private Libraries() {}

    /** Version by library; of one that is missing, what to do. */
    static Map<String, String> versions() {
        List<String> folders = new ArrayList<>(List.of(System.getProperty("org.bytedeco.javacpp.platform.linkpath", "").split(":")));
        folders.addAll(PREFIXES);
        return versions(folders);
    }

    /** @param folders searched in this order, before the dynamic linker's */
    static Map<String, String> versions(List<String> folders) {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("driver", version(folders, "libcuda.so.1", "install NVIDIA's driver, 580 or later", library -> {
            IntByReference number = new IntByReference();
            return call(library, "cuDriverGetVersion", number) == 0 ? "for CUDA " + thousands(number.getValue()) : "of unknown version";
        }));
        versions.put("runtime", version(folders, "libcudart.so.13", TOOLKIT, library -> {
            IntByReference number = new IntByReference();
            call(library, "cudaRuntimeGetVersion", number);
            return thousands(number.getValue());
        }));
        versions.put("cuBLAS", version(folders, "libcublasLt.so.13", TOOLKIT, library -> hundreds(number(library, "cublasLtGetVersion"))));
        versions.put("cuDNN", version(folders, "libcudnn.so.9", CUDNN + "; until then convolutions are matrix products",
                library -> hundreds(number(library, "cudnnGetVersion")) + missingParts(folders)));
        versions.put("NVRTC", version(folders, "libnvrtc.so.13", TOOLKIT, library -> {
            IntByReference major = new IntByReference();
            IntByReference minor = new IntByReference();
            call(library, "nvrtcVersion", major, minor);
            return major.getValue() + "." + minor.getValue();
        }));
        return versions;
    }

    private static Path find(List<String> folders, String file) {
        return folders.stream().filter(folder -> !folder.isBlank()).map(folder -> Path.of(folder, file)).filter(Files::exists).findFirst().orElse(null);
    }

    /** What else of cuDNN is not there; nothing if all is. */
    private static String missingParts(List<String> folders) {
        Set<String> missing = new LinkedHashSet<>();
        for (String part : CUDNN_PARTS) {
            String file = "libcudnn_" + part + ".so.9";
            Path found = find(folders, file);
            try {
                NativeLibrary.getInstance(found == null ? file : found.toString());
            } catch (UnsatisfiedLinkError e) {
                String absent = Installation.missingLibrary(e); // itself, or one that it needs
                missing.add(absent != null ? absent : found + " (cannot be loaded)");
            }
        }
        return missing.isEmpty() ? "" : ", but without " + String.join(", ", missing) + "; " + CUDNN.replace("install cuDNN", "install all of cuDNN")
                + "; until then convolutions fail or are matrix products";
    }

    private static String version(List<String> folders, String file, String remedy, java.util.function.Function<NativeLibrary, String> ask) {
        Path found = find(folders, file);
        try {
            return ask.apply(NativeLibrary.getInstance(found == null ? file : found.toString()));
        } catch (UnsatisfiedLinkError e) {
            return file + (found == null ? " is missing; " : " in " + found.getParent() + " cannot be loaded; ") + remedy;
        }
    }

    private static int call(NativeLibrary library, String name, Object... arguments) {
        return library.getFunction(name, Function.C_CONVENTION).invokeInt(arguments);
    }

    private static long number(NativeLibrary library, String name) {
        return library.getFunction(name, Function.C_CONVENTION).invokeLong(new Object[0]);
    }

    /** {@code 13.0} for 13000. */
    static String thousands(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }

    /** {@code 9.19.0} for 91900. */
    static String hundreds(long number) {
        return number / 10000 + "." + number / 100 % 100 + "." + number % 100;
    }
}
