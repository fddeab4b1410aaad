package io.candela.backend.cuda;

import io.candela.backend.cuda.driver.KernelCompiler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kernels of one device. They are written in the {@code .cu} files beside this class; a file is compiled, or taken from the cache of compiled
 * files, when the first of its kernels is launched. Of a file with very many kernels only those are compiled that are asked for, by lines before
 * its first.
 */
final class Kernels {
    private final CudaDevice device;
    private final KernelCompiler compiler;
    private final Map<String, Long> modules = new ConcurrentHashMap<>();
    private final Map<String, Kernel> kernels = new ConcurrentHashMap<>();

    /** One kernel, by file and name. */
    static final class Kernel {
        final CudaDevice device;
        private final String file;
        private final String prefix;
        private final String name;
        private volatile long function; // 0 until the first launch

        private Kernel(CudaDevice device, String file, String prefix, String name) {
            this.device = device;
            this.file = file;
            this.prefix = prefix;
            this.name = name;
        }

        /** The driver's handle. */
        long function() {
            long f = function;
            return f != 0 ? f : (function = device.driver.function(device.kernels.module(file, prefix), name));
        }

        @Override
        public String toString() {
            return name + " in " + file;
        }
    }

    Kernels(CudaDevice device, KernelCompiler compiler) {
        this.device = device;
        this.compiler = compiler;
    }

    /** A kernel; the same object each time. Nothing is compiled yet. */
    Kernel get(String file, String name) {
        return get(file, "", name);
    }

    /** A kernel of what remains of a file when {@code prefix} is put before it; always the same prefix for a name. */
    Kernel get(String file, String prefix, String name) {
        return kernels.computeIfAbsent(file + ' ' + name, k -> new Kernel(device, file, prefix, name));
    }

    private long module(String file, String prefix) {
        String lines = compiler.prefersWholeFiles() ? "" : prefix;
        return modules.computeIfAbsent(lines + file, f -> {
            device.enter();
            return device.driver.loadModule(compiler.compile(file, lines + source(file), device.properties.arch()));
        });
    }

    /** The text of a file, with the files that it includes in the places of its {@code #include "…"} lines; each once. */
    static String source(String file) {
        StringBuilder out = new StringBuilder();
        append(file, new LinkedHashSet<>(), out);
        return out.toString();
    }

    private static void append(String file, Set<String> seen, StringBuilder out) {
        if (!seen.add(file)) {
            return;
        }
        for (String line : read(file).split("\n", -1)) {
            if (line.startsWith("#include \"")) {
                append(line.substring(10, line.lastIndexOf('"')), seen, out);
            } else {
                out.append(line).append('\n');
            }
        }
    }

    private static String read(String file) {
        try (InputStream in = Kernels.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new CudaException("cuda: there is no file of kernels named %s on the class path", file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
