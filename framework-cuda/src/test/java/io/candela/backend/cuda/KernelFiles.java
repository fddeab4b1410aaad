package io.candela.backend.cuda;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All files of kernels, and what NVIDIA's compilers may say about them. */
final class KernelFiles {
    /** What CUDA 13 makes code for and people have: Turing to Blackwell. */
    static final List<Integer> ARCHS = List.of(75, 80, 86, 89, 90, 100, 120);
    /** Lines before a file that leave kernels of one type each, where all differ by it alone. */
    static final String FEW = """
            #define FLOATS(X, op) X(op, float32, float)
            #define NUMBERS(X, op) X(op, int32, int)
            #define INTEGERS(X, op) NUMBERS(X, op)
            #define SMALL_INTEGERS(X, op)
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
    private static final Map<String, String> EXPLAINED = Map.of(
            "average_grad_float64", "on sm_120 alone, which computes float64 at a 64th of float32's speed: memory is not what it waits for");

    /** Those of tests alone, which lie in the same folder where a class path was made into one. */
    private static final Set<String> TESTS = Set.of("launching.cu", "wrong.cu", "philox_check.cu");

    private KernelFiles() {}

    /** Names of the files, sorted, in the folder or the jar that has them. */
    static List<String> names() throws IOException {
        URI one = URI.create(Kernels.class.getResource("unary.cu").toString());
        if (!one.getScheme().equals("jar")) {
            return names(Path.of(one).getParent());
        }
        try (FileSystem jar = FileSystems.newFileSystem(one, Map.of())) {
            return names(jar.getPath("io", "candela", "backend", "cuda"));
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString()).filter(n -> n.endsWith(".cu") && !TESTS.contains(n)).sorted().toList();
        }
    }

    /** Warnings, and kernels that keep registers in memory, in what a compiler said with {@code -Xptxas -v}. */
    static List<String> problems(String what, String log) {
        List<String> out = new ArrayList<>();
        String kernel = "";
        for (String line : log.split("\n")) {
            Matcher entry = ENTRY.matcher(line);
            Matcher spill = SPILL.matcher(line);
            if (entry.find()) {
                kernel = entry.group(1);
            } else if (spill.find() && Integer.parseInt(spill.group(1)) > TOLERATED && !EXPLAINED.containsKey(kernel)) {
                out.add(what + ": " + kernel + ": " + line.strip());
            } else if (line.contains("warning")) {
                out.add(what + ": " + line.strip());
            }
        }
        return out;
    }
}
