package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.candela.backend.cuda.driver.Nvrtc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every file of kernels compiles as it will on users' machines, by {@link Nvrtc}, without a warning and without registers that go to memory: no GPU
 * and no CUDA toolkit is needed, only the library, which {@code -Pnvrtc} brings along (380 MB). By default for the oldest
 * architecture, and of the files with kernels for many types those of one type; {@code -Dcandela.tests.nvrtc=all}, which the profile sets, does
 * everything for all of them.
 *
 * <p>In a process of its own: NVIDIA's names want a driver's library to be there, so on machines without one an empty library takes its place, which
 * other tests must not find.
 */
class NvrtcTest {
    private static final String EXTENT = System.getProperty("candela.tests.nvrtc", "few");
    private static final int ABSENT = 3;

    @TempDir
    private Path folder;

    @Test
    void everyFileCompiles() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.cachedir=" + System.getProperty("org.bytedeco.javacpp.cachedir", Path.of("target", "javacpp").toAbsolutePath().toString())));
        String folders = System.getProperty("org.bytedeco.javacpp.platform.linkpath"); // where this process found NVIDIA's libraries
        if (folders != null) {
            command.add("-Dorg.bytedeco.javacpp.platform.linkpath=" + folders);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NvrtcTest.class.getName(), driver(), EXTENT));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        int code = p.waitFor();
        if (code == ABSENT && !EXTENT.equals("all")) {
            Assumptions.abort("NVRTC cannot be loaded: " + Files.readString(log).strip());
        }
        assertEquals("0\n", code + "\n" + Files.readString(log));
    }

    /** An empty library in the place of the driver's; or nothing, if there is a driver, or no compiler to make one with. */
    private String driver() throws IOException, InterruptedException {
        if (Libraries.versions().get("driver").startsWith("for CUDA") || !HostKernels.isAvailable()) {
            return "";
        }
        Path library = folder.resolve("libcuda.so.1");
        Path source = Files.writeString(folder.resolve("empty.cc"), "");
        int code = new ProcessBuilder("g++", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", library.toString(), source.toString()).inheritIO()
                .start().waitFor();
        return code == 0 ? library.toString() : fail("g++ cannot make a library");
    }

    private record Compilation(String file, int arch) {
        Stream<String> problems(Nvrtc nvrtc, boolean all, AtomicInteger done) {
            String what = file + " for sm_" + arch;
            try {
                Nvrtc.Compiled c = nvrtc.compile(file, (all ? "" : KernelFiles.FEW) + Kernels.source(file), arch, List.of("--ptxas-options=-v"));
                byte[] magic = c.image();
                if (magic.length < 1000 || magic[1] != 'E' || magic[2] != 'L' || magic[3] != 'F') {
                    return Stream.of(what + ": no machine code");
                }
                done.incrementAndGet();
                return KernelFiles.problems(what, c.log()).stream();
            } catch (CudaException e) {
                return Stream.of(what + ":\n" + e.getMessage().lines().limit(10).toList());
            }
        }
    }

    /** What the process does: prints problems, of which there should be none. */
    public static void main(String[] arguments) throws IOException {
        if (!arguments[0].isEmpty()) {
            System.load(arguments[0]);
        }
        Nvrtc nvrtc = null;
        try {
            nvrtc = new Nvrtc();
        } catch (LinkageError e) {
            System.out.println(Installation.explain(e));
            System.exit(ABSENT);
        }
        boolean all = arguments[1].equals("all");
        Nvrtc compiler = nvrtc;
        AtomicInteger done = new AtomicInteger();
        List<String> files = KernelFiles.names();
        List<Integer> archs = all ? KernelFiles.ARCHS : KernelFiles.ARCHS.subList(0, 1);
        files.stream().flatMap(f -> archs.stream().map(a -> new Compilation(f, a))).toList().parallelStream()
                .flatMap(c -> c.problems(compiler, all, done)).forEach(System.out::println);
        if (done.get() != files.size() * archs.size()) {
            System.out.println("compiled " + done + " of " + files.size() * archs.size());
        }
    }
}
