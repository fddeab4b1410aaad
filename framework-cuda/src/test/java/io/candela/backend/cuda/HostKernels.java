package io.candela.backend.cuda;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.candela.backend.cuda.driver.KernelCompiler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compiles kernels with g++ for the host, where {@code simulate.h} stands for CUDA, so that tests run the real source without a GPU. Libraries
 * are kept under {@code target}, or where {@code -Dcandela.tests.kernels} says, by their source's hash.
 */
public final class HostKernels implements KernelCompiler {
    private static final Path CACHE = Path.of(System.getProperty("candela.tests.kernels", Path.of("target", "host-kernels").toString())).toAbsolutePath();
    private static final String[] FLAGS = {"-std=c++17", "-O0", "-w", "-fPIC", "-fno-strict-aliasing", "-ffp-contract=off", "-U_FORTIFY_SOURCE"};
    private static final Pattern KERNEL = Pattern.compile("extern\\s+\"C\"\\s+__global__\\s+void\\s+(\\w+)\\s*\\(");
    private static final Pattern DYNAMIC_SHARED =
            Pattern.compile("extern\\s+__shared__\\s+(?:(?:alignas|__attribute__\\s*\\(\\s*\\(\\s*aligned)\\s*\\(\\s*\\d+\\s*\\)[\\s)]*)?([\\w ]+?)\\s+(\\w+)\\s*\\[\\s*\\]\\s*;");

    private static final class Compiler {
        static final String VERSION = version(); // null: there is none

        private static String version() {
            try {
                return run(null, "g++", "--version").lines().findFirst().orElseThrow();
            } catch (UncheckedIOException | CudaCompileException e) {
                return null;
            }
        }
    }

    /** Whether there is a g++; tests skip themselves where there is none. */
    public static boolean isAvailable() {
        return Compiler.VERSION != null;
    }

    /** Where compiled libraries are kept. */
    static Path folder() {
        return CACHE;
    }

    @Override
    public String version() {
        return Compiler.VERSION + " " + hash(header());
    }

    /** A compilation reads the C++ library first: half a second. */
    @Override
    public boolean prefersWholeFiles() {
        return true;
    }

    /** @return the path of a library, for {@link #load} */
    @Override
    public byte[] compile(String file, String source, int arch) {
        String text = header() + "\n#line 1 \"" + file + "\"\n" + source;
        Path library = CACHE.resolve(file.replaceAll("\\W", "_") + "-" + hash(Compiler.VERSION + String.join(" ", FLAGS) + text) + ".so");
        try {
            if (!Files.exists(library)) {
                build(text, library);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return library.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static synchronized void build(String text, Path library) throws IOException {
        Files.createDirectories(CACHE);
        Path scratch = Files.createTempDirectory(CACHE, "build");
        try {
            Path source = Files.writeString(scratch.resolve("kernels.cc"), text);
            String plain = run(scratch, command("-E", source.toString()));
            Set<String> names = new LinkedHashSet<>();
            Matcher m = KERNEL.matcher(plain);
            while (m.find()) {
                names.add(m.group(1));
            }
            StringBuilder out = new StringBuilder(DYNAMIC_SHARED.matcher(plain).replaceAll("$1* $2 = simulate::dynamicShared<$1>();")
                    .replace("__shared__", "static").replace("__global__", ""));
            for (String name : names) {
                out.append("\nextern \"C\" __attribute__((visibility(\"default\"))) void simulate_").append(name)
                        .append("(void** a) { simulate::apply(&").append(name).append(", a); }");
            }
            Path expanded = Files.writeString(scratch.resolve("kernels.ii"), out.append('\n'));
            Path built = scratch.resolve("kernels.so");
            run(scratch, command("-shared", "-fvisibility=hidden", "-fpreprocessed", "-x", "c++", expanded.toString(), "-o", built.toString()));
            Files.move(built, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            for (String name : new String[] {"kernels.cc", "kernels.ii", "kernels.so", "log"}) {
                Files.deleteIfExists(scratch.resolve(name));
            }
            Files.delete(scratch);
        }
    }

    private static String[] command(String... more) {
        String[] all = new String[1 + FLAGS.length + more.length];
        all[0] = "g++";
        System.arraycopy(FLAGS, 0, all, 1, FLAGS.length);
        System.arraycopy(more, 0, all, 1 + FLAGS.length, more.length);
        return all;
    }

    /** What a program writes; its errors are the message if it fails. */
    private static String run(Path folder, String... command) {
        try {
            Path log = folder == null ? null : folder.resolve("log");
            Process p = new ProcessBuilder(command)
                    .redirectError(log == null ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.to(log.toFile())).start();
            p.getOutputStream().close();
            String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (p.waitFor() != 0) {
                throw new CudaCompileException("%s failed:%n%s", String.join(" ", command), log == null ? "" : Files.readString(log));
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CudaException("g++: interrupted");
        }
    }

    private static String header() {
        try (InputStream in = HostKernels.class.getResourceAsStream("simulate.h")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** What {@link #compile} returned, ready to run. */
    public static Module load(byte[] image) {
        return new Module(NativeLibrary.getInstance(new String(image, StandardCharsets.UTF_8)));
    }

    /** The kernels of one file. */
    public static final class Module {
        private final NativeLibrary library;
        private final Function launch;
        private final Map<String, Kernel> kernels = new ConcurrentHashMap<>();

        private Module(NativeLibrary library) {
            this.library = library;
            this.launch = library.getFunction("simulate_launch");
        }

        /**
         * The kernel of a name.
         *
         * @throws CudaException if there is none
         */
        public Kernel kernel(String name) {
            return kernels.computeIfAbsent(name, n -> {
                try {
                    return new Kernel(this, n, library.getFunction("simulate_" + n));
                } catch (UnsatisfiedLinkError e) {
                    throw new CudaException("%s: there is no kernel of this name in %s", n, library.getName());
                }
            });
        }
    }

    /** One kernel. */
    public static final class Kernel {
        private final Module module;
        private final String name;
        private final Function body;

        private Kernel(Module module, String name, Function body) {
            this.module = module;
            this.name = name;
            this.body = body;
        }

        /** Its name in the source. */
        public String name() {
            return name;
        }

        /**
         * Runs it over a grid, and returns when that is done.
         *
         * @param arguments address of an array of pointers to the arguments
         * @throws CudaException if a thread traps, a barrier is not reached by all, or the like
         */
        public void launch(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes, long arguments) {
            synchronized (module.library) { // threadIdx and its like are variables of the library, which several modules may share
                String failure = module.launch.invokeString(
                        new Object[] {body, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, new Pointer(arguments)}, false);
                if (failure != null) {
                    throw new CudaException("%s: %s", name, failure);
                }
            }
        }
    }
}
