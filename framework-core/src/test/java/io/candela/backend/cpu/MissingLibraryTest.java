package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;

/** What a user sees whose class path lacks the native libraries of the platform. */
class MissingLibraryTest {
    private static final String LIBRARIES = "(dnnl|opencl|nd4j-native|openblas)-.*-" + Loader.getPlatform() + "\\.jar";

    /** Runs in a JVM without those libraries. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            attempt(() -> Tensor.ones(2, 3).matmul(Tensor.ones(3, 2)).sum().item());
            attempt(() -> Tensor.ones(100, 100).matmul(Tensor.ones(100, 100)).sum().item());
            attempt(() -> Tensor.ones(100, 100).matmul(Tensor.ones(100, 100)).sum().item());
            attempt(() -> Tensor.ones(2, 2).det().item());
            attempt(() -> Tensor.ones(2, 2).det().item());
            attempt(() -> Tensor.ones(2).toNd4j());
        }

        private static void attempt(java.util.function.Supplier<?> work) {
            try {
                System.out.println(work.get());
            } catch (UnsatisfiedLinkError e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void smallWorkRunsAndLargeWorkNamesPlatformAndArtifact() throws IOException, InterruptedException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().matches(LIBRARIES)).collect(Collectors.joining(File.pathSeparator));
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath,
                Program.class.getName()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), printed);
        String platform = Loader.getPlatform();
        String oneDnn = "oneDNN: its native library for platform " + platform
                + " cannot be loaded; add org.bytedeco:dnnl and org.bytedeco:opencl with classifier " + platform + " to the class path";
        String nd4j = "ND4J: cannot start on platform " + platform
                + "; add org.nd4j:nd4j-native and org.bytedeco:openblas with classifier " + platform + " to the class path";
        String lapack = "LAPACK: its native library for platform " + platform + " cannot be loaded; add org.bytedeco:openblas with classifier "
                + platform + " to the class path";
        assertEquals(List.of("12.0", oneDnn, oneDnn, lapack, lapack, nd4j), printed.lines().toList());
    }
}
