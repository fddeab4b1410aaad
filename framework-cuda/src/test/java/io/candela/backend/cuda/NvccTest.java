package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every file of kernels compiles with NVIDIA's own compiler, without a warning and without registers that go to memory. By default for one
 * architecture, and of the files with kernels for many types those of one type; {@code -Dcandela.tests.nvcc=all} does everything for all of them.
 */
class NvccTest {
    private static final boolean ALL = "all".equals(System.getProperty("candela.tests.nvcc"));
    private static final List<Integer> ARCHS = ALL ? List.of(75, 80, 90, 100, 120) : List.of(90);
    /** Kernels of one type each are all that differ by it. */
    private static final String FEW = """
            #define FLOATS(X, op) X(op, float32, float)
            #define INTEGERS(X, op) X(op, int32, int)
            #define COMPUTED(X, op)
            """;
    private static final Pattern ENTRY = Pattern.compile("Compiling entry function '(\\w+)'");
    private static final Pattern SPILL = Pattern.compile("(\\d+) bytes spill stores");
    /**
     * Bytes that a kernel may keep in memory, for the compiler gives threads no more registers than let a multiprocessor be full, and a word or
     * two in the first-level cache cost less than fewer threads.
     */
    private static final int TOLERATED = 32;
    /** Kernels that may keep more, and why. */
    private static final Map<String, String> EXPLAINED = Map.of();

    @TempDir
    Path folder;

    private record Result(int code, String log) {}

    private Result nvcc(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("nvcc"));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("log");
        Process p = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        return new Result(p.waitFor(), Files.readString(log, StandardCharsets.UTF_8));
    }

    @Test
    void everyFileCompiles() throws IOException, InterruptedException {
        Assumptions.assumeTrue(isInstalled(), "needs nvcc");
        List<String> problems = new ArrayList<>();
        for (String file : files()) {
            String source = (ALL ? "" : FEW) + Kernels.source(file);
            Path path = Files.writeString(folder.resolve(file), source);
            for (int arch : ARCHS) {
                Result r = nvcc("-cubin", "-std=c++17", "-arch=sm_" + arch, "-Xptxas", "-v", "-o", folder.resolve("out").toString(), path.toString());
                check(file + " for sm_" + arch, r, problems);
            }
        }
        assertEquals(List.of(), problems);
    }

    private boolean isInstalled() throws InterruptedException {
        try {
            return nvcc("--version").code == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> files() throws IOException {
        Path sources = Path.of("src", "main", "resources", "io", "candela", "backend", "cuda");
        try (var all = Files.list(sources)) {
            return all.map(p -> p.getFileName().toString()).filter(n -> n.endsWith(".cu")).sorted().toList();
        }
    }

    private static void check(String what, Result r, List<String> problems) {
        if (r.code != 0) {
            problems.add(what + ":\n" + r.log.lines().filter(l -> l.contains("error")).limit(10).toList());
            return;
        }
        String kernel = "";
        for (String line : r.log.split("\n")) {
            Matcher entry = ENTRY.matcher(line);
            Matcher spill = SPILL.matcher(line);
            if (entry.find()) {
                kernel = entry.group(1);
            } else if (spill.find() && Integer.parseInt(spill.group(1)) > TOLERATED && !EXPLAINED.containsKey(kernel)) {
                problems.add(what + ": " + kernel + ": " + line.strip());
            } else if (line.contains("warning")) {
                problems.add(what + ": " + line.strip());
            }
        }
    }
}
