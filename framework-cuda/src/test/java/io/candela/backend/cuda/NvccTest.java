package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every file of kernels compiles with NVIDIA's own compiler, without a warning and without registers that go to memory. By default for one
 * architecture, and of the files with kernels for many types those of one type; {@code -Dcandela.tests.nvcc=all} does everything for all of them.
 */
class NvccTest {
    private static final boolean ALL = "all".equals(System.getProperty("candela.tests.nvcc"));

    @TempDir
    Path folder;

    private record Result(int code, String log) {}

    private Result nvcc(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of("nvcc"));
        command.addAll(List.of(arguments));
        Path log = folder.resolve(name + ".log");
        try {
            Process p = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            return new Result(p.waitFor(), Files.readString(log, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private record Compilation(String file, int arch) {
        @Override
        public String toString() {
            return file + " for sm_" + arch;
        }
    }

    @Test
    void everyFileCompiles() throws IOException {
        Assumptions.assumeTrue(isInstalled(), "needs nvcc");
        List<String> files = KernelFiles.names();
        Stream<Compilation> all = files.stream().flatMap(f -> (ALL ? KernelFiles.ARCHS : List.of(90)).stream().map(a -> new Compilation(f, a)));
        assertEquals(List.of(), all.toList().parallelStream().flatMap(this::problems).toList());
    }

    private Stream<String> problems(Compilation c) {
        String name = c.file + c.arch;
        try {
            Path source = Files.writeString(folder.resolve(name + ".cu"), (ALL ? "" : KernelFiles.FEW) + Kernels.source(c.file));
            Result r = nvcc(name, "-cubin", "-std=c++17", "-arch=sm_" + c.arch, "-Xptxas", "-v", "-o", folder.resolve(name + ".cubin").toString(),
                    source.toString());
            return r.code == 0 ? KernelFiles.problems(c.toString(), r.log).stream()
                    : Stream.of(c + ":\n" + r.log.lines().filter(l -> l.contains("error")).limit(10).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isInstalled() {
        try {
            return nvcc("version", "--version").code == 0;
        } catch (UncheckedIOException e) {
            return false;
        }
    }
}
