package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is there of NVIDIA's libraries is told, library by library. */
class LibrariesTest {
    @TempDir
    private Path folder;

    /** A library of that file name with that one function. */
    private void write(String file, String function, String... options) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("f.cc"), "extern \"C\" " + function);
        List<String> command = new ArrayList<>(List.of("g++", "-shared", "-fPIC", "-o", folder.resolve(file).toString(), source.toString()));
        command.addAll(List.of(options));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }

    @Test
    void versionsAreThoseOfTheLibraries() throws IOException, InterruptedException {
        assumeTrue(HostKernels.isAvailable(), "there is no g++ to make libraries with");
        write("libcuda.so.1", "int cuDriverGetVersion(int* v) { *v = 13010; return 0; }");
        write("libcudart.so.13", "int cudaRuntimeGetVersion(int* v) { *v = 13000; return 0; }");
        write("libcublasLt.so.13", "unsigned long cublasLtGetVersion() { return 130101; }");
        write("libcudnn.so.9", "unsigned long cudnnGetVersion() { return 91900; }");
        for (String part : List.of("graph", "ops", "cnn", "adv", "engines_precompiled", "engines_runtime_compiled", "heuristic")) {
            write("libcudnn_" + part + ".so.9", "int part;");
        }
        write("libnvrtc.so.13", "int nvrtcVersion(int* a, int* b) { *a = 13; *b = 0; return 0; }");
        assertEquals(Map.of("driver", "for CUDA 13.1", "runtime", "13.0", "cuBLAS", "13.1.1", "cuDNN", "9.19.0", "NVRTC", "13.0"),
                Libraries.versions(List.of("", folder.toString())));
    }

    @Test
    void missingPartsOfCudnnAreNamed() throws IOException, InterruptedException {
        assumeTrue(HostKernels.isAvailable(), "there is no g++ to make libraries with");
        write("libcudnn.so.9", "unsigned long cudnnGetVersion() { return 91900; }");
        for (String part : List.of("graph", "ops", "engines_precompiled")) {
            write("libcudnn_" + part + ".so.9", "int part;");
        }
        Files.writeString(folder.resolve("libcudnn_cnn.so.9"), "no library");
        write("libabsent-of-candela.so.1", "int other;", "-Wl,-soname,libabsent-of-candela.so.1");
        write("libcudnn_heuristic.so.9", "int part;", "-Wl,--no-as-needed", folder.resolve("libabsent-of-candela.so.1").toString());
        Files.delete(folder.resolve("libabsent-of-candela.so.1"));
        assumeTrue(Libraries.versions(List.of()).get("cuDNN").startsWith("libcudnn.so.9 is missing"), "the linker finds a cuDNN");
        assertEquals("9.19.0, but without " + folder.resolve("libcudnn_cnn.so.9") + " (cannot be loaded), libcudnn_adv.so.9, "
                + "libcudnn_engines_runtime_compiled.so.9, libabsent-of-candela.so.1; install all of cuDNN 9 for CUDA 13, or put the folder that has "
                + "it on LD_LIBRARY_PATH; until then convolutions fail or are matrix products", Libraries.versions(List.of(folder.toString())).get("cuDNN"));
    }

    @Test
    void brokenLibrariesAreNamed() throws IOException {
        Files.writeString(folder.resolve("libcudnn.so.9"), "no library");
        assertEquals("libcudnn.so.9 in " + folder + " cannot be loaded; install cuDNN 9 for CUDA 13, or put the folder that has it on LD_LIBRARY_PATH; "
                + "until then convolutions are matrix products", Libraries.versions(List.of(folder.toString())).get("cuDNN"));
    }

    @Test
    void theMachineItself() {
        Map<String, String> found = new CudaProvider(new Installation(null, null, "not asked")).libraries();
        assertEquals(List.of("driver", "runtime", "cuBLAS", "cuDNN", "NVRTC"), List.copyOf(found.keySet()));
        found.values().forEach(v -> assertTrue(v.matches("(for CUDA )?\\d+\\.\\d+.*|of unknown version|lib\\S+ is missing; .+|.* cannot be loaded; .+"), v));
    }
}
