package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Large work that has loops in C where there is a C compiler. */
    static final class Large {
        private Large() {}

        public static void main(String[] args) {
            System.out.println(NativeKernels.find("FLOOR") != 0);
            System.out.println(results());
        }

        static List<Double> results() {
            Tensor x = Tensor.linspace(-3, 3, 100_000);
            return List.of(x.floor().sum().item(), x.clamp(-0.5, 2).amax(false).item(), x.to(DType.INT32).sum().item(),
                    x.gt(1).to(DType.FLOAT32).sum().item());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Dcandela.native=false", "-Djava.io.tmpdir=absent"})
    void whatHasLoopsInCIsDoneInJavaWithoutThem(String option) throws IOException, InterruptedException {
        assertEquals(List.of("false", Large.results().toString()), run(System.getProperty("java.class.path"), Large.class, option));
    }

    @Test
    void smallWorkRunsAndLargeWorkNamesPlatformAndArtifact() throws IOException, InterruptedException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().matches(LIBRARIES)).collect(Collectors.joining(File.pathSeparator));
        List<String> printed = run(classPath, Program.class);
        String platform = Loader.getPlatform();
        String oneDnn = "oneDNN: its native library for platform " + platform
                + " cannot be loaded; add org.bytedeco:dnnl and org.bytedeco:opencl with classifier " + platform + " to the class path";
        String nd4j = "ND4J: cannot start on platform " + platform
                + "; add org.nd4j:nd4j-native and org.bytedeco:openblas with classifier " + platform + " to the class path";
        String lapack = "LAPACK: its native library for platform " + platform + " cannot be loaded; add org.bytedeco:openblas with classifier "
                + platform + " to the class path";
        assertEquals(List.of("12.0", oneDnn, oneDnn, lapack, lapack, nd4j), printed);
    }

    /** What a program prints in a JVM of its own. */
    private static List<String> run(String classPath, Class<?> program, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath));
        command.addAll(List.of(options));
        command.add(program.getName());
        Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), printed);
        return printed.lines().toList();
    }
}
