package io.candela.examples;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.candela.backend.BackendProvider;
import io.candela.backend.Backends;
import io.candela.backend.cpu.CpuBackend;
import io.candela.tensor.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells what there is to compute on, and what is missing to use a GPU. */
@Command(name = "devices", sortOptions = false, description = {
    "Lists the processor and the GPUs, with the versions of the libraries behind them, and says what is missing to use a GPU."})
final class Devices implements Callable<Integer> {
    private static final String ABSENT = "framework-cuda is not on the class path; CANDELA_CUDA=1 in the environment lets ./candela build and run with it";

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private Devices() {}

    @Override
    public Integer call() throws IOException {
        Report report = Report.of(CpuBackend.about(), Backends.provider(Device.Type.CUDA));
        if (json) {
            report.printJson(spec.commandLine().getOut());
        } else {
            report.print(spec.commandLine().getOut());
        }
        return 0;
    }

    /**
     * What there is.
     *
     * @param cpu       about the processor
     * @param gpus      about each GPU, by number; empty if none can be used
     * @param problem   why none can be used; null if one can
     * @param libraries versions of CUDA's libraries, or what to do about one that is missing
     */
    record Report(Map<String, Object> cpu, List<Map<String, Object>> gpus, String problem, Map<String, String> libraries) {
        /** @param cuda null if there is none on the class path */
        static Report of(Map<String, Object> cpu, BackendProvider cuda) {
            if (cuda == null) {
                return new Report(cpu, List.of(), ABSENT, Map.of());
            }
            List<Map<String, Object>> gpus = new ArrayList<>();
            for (int i = 0; i < cuda.deviceCount(); i++) {
                gpus.add(cuda.about(i));
            }
            return new Report(cpu, gpus, cuda.unusableBecause(), cuda.libraries());
        }

        /** Name by name, for people. */
        void print(PrintWriter out) {
            Map<String, Map<String, ?>> parts = new LinkedHashMap<>();
            parts.put("cpu", cpu);
            for (int i = 0; i < gpus.size(); i++) {
                parts.put(Device.cuda(i).toString(), gpus.get(i));
            }
            if (problem != null) {
                parts.put("cuda cannot be used: " + problem, Map.of());
            }
            if (!libraries.isEmpty()) {
                parts.put("libraries of CUDA", libraries);
            }
            int width = parts.values().stream().flatMap(part -> part.keySet().stream()).mapToInt(String::length).max().orElse(0);
            parts.forEach((title, part) -> {
                out.println(title);
                part.forEach((name, value) -> out.println("  " + name + " ".repeat(width - name.length()) + "  "
                        + (value instanceof Long bytes ? ModelFiles.size(bytes) : value)));
            });
            out.flush();
        }

        /** All in one JSON object on one line. */
        void printJson(PrintWriter out) throws IOException {
            try (JsonGenerator to = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET).createGenerator(out)) {
                to.writeStartObject();
                to.writeFieldName("cpu");
                write(cpu, to);
                to.writeArrayFieldStart("cuda");
                for (Map<String, Object> gpu : gpus) {
                    write(gpu, to);
                }
                to.writeEndArray();
                if (problem != null) {
                    to.writeStringField("problem", problem);
                }
                to.writeFieldName("libraries");
                write(libraries, to);
                to.writeEndObject();
            }
            out.println();
            out.flush();
        }

        private static void write(Map<String, ?> part, JsonGenerator to) throws IOException {
            to.writeStartObject();
            for (Map.Entry<String, ?> entry : part.entrySet()) {
                to.writeFieldName(entry.getKey());
                to.writePOJO(entry.getValue());
            }
            to.writeEndObject();
        }
    }
}
