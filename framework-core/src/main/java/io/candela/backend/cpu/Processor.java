package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_version;
import static org.bytedeco.dnnl.global.dnnl.get_effective_cpu_isa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.dnnl.dnnl_version_t;

/** What the CPU is, for people. */
final class Processor {
    private Processor() {}

    static Map<String, Object> about() {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("name", name());
        about.put("processors", Runtime.getRuntime().availableProcessors());
        about.put("threads", Workers.threads());
        try {
            Dnn.liftMemoryLimit();
            dnnl_version_t version = dnnl_version();
            about.put("instructions", get_effective_cpu_isa().toString());
            about.put("oneDNN", version.major() + "." + version.minor() + "." + version.patch());
        } catch (LinkageError e) {
            about.put("oneDNN", "cannot be loaded; add org.bytedeco:dnnl and org.bytedeco:opencl of this platform to the class path");
        }
        return about;
    }

    /** As Linux tells it; elsewhere the architecture alone. */
    private static String name() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name")).map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst()
                    .orElseGet(() -> System.getProperty("os.arch"));
        } catch (IOException | java.io.UncheckedIOException e) {
            return System.getProperty("os.arch");
        }
    }
}
