package io.candela.examples;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.candela.io.TensorFile;
import io.candela.io.TensorInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what is in a model file without reading its payload. */
@Command(name = "inspect", sortOptions = false, description = {
    "Shows the tensors of a file (name, shape, type, size, ties) and what else is in it.",
    "Reads PyTorch's files, TorchScript, safetensors and sets of them, .npy and .npz; nothing in them is executed."})
final class Inspect implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The file to look into.")
    private Path path;

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private Inspect() {}

    @Override
    public Integer call() throws InputException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (TensorFile file = ModelFiles.open(path)) {
            if (json) {
                printJson(file, out);
            } else {
                print(file, out);
            }
        }
        out.flush();
        return 0;
    }

    /** What the tensors take together, shared memory counted once. */
    private static long bytes(TensorFile file) {
        return file.tensors().stream().filter(tensor -> tensor.tiedTo() == null).mapToLong(TensorInfo::bytes).sum();
    }

    private void print(TensorFile file, PrintWriter out) {
        int count = file.tensors().size();
        out.println("%s: %s, %d tensor%s, %s".formatted(path, file.format(), count, count == 1 ? "" : "s", ModelFiles.size(bytes(file))));
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"name", "shape", "type", "size", ""});
        for (TensorInfo tensor : file.tensors()) {
            String note = tensor.tiedTo() != null ? "shares memory with " + tensor.tiedTo() : tensor.device().equals("cpu") ? "" : tensor.device();
            rows.add(new String[] {ModelFiles.text(tensor.name()), ModelFiles.shape(tensor), tensor.type().torchName(), ModelFiles.size(tensor.bytes()),
                note});
        }
        int[] widths = new int[rows.get(0).length];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        });
        for (String[] row : count == 0 ? List.<String[]>of() : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - row[i].length());
                line.append(i == 3 ? padding + row[i] : row[i] + padding).append("  "); // sizes to the right
            }
            out.println(line.toString().stripTrailing());
        }
        Map<String, Object> values = ModelFiles.values(file);
        if (values.containsKey("candela_model") && values.get("printed") instanceof String structure) {
            structure.lines().map(line -> line.replaceAll("\\p{Cntrl}", " ")).forEach(out::println);
            return; // the other values say the same for programs
        }
        values.forEach((name, value) -> out.println((name.isEmpty() ? "value" : name) + " = " + ModelFiles.text(value)));
    }

    private void printJson(TensorFile file, PrintWriter out) throws IOException {
        try (JsonGenerator generator = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET).createGenerator(out)) {
            generator.writeStartObject();
            generator.writeStringField("file", path.toString());
            generator.writeStringField("format", file.format());
            generator.writeNumberField("bytes", bytes(file));
            generator.writeArrayFieldStart("tensors");
            for (TensorInfo tensor : file.tensors()) {
                generator.writeStartObject();
                generator.writeStringField("name", tensor.name());
                generator.writeStringField("type", tensor.type().torchName());
                generator.writeFieldName("shape");
                generator.writeArray(tensor.shape().toLongs(), 0, tensor.shape().size());
                generator.writeNumberField("bytes", tensor.bytes());
                generator.writeStringField("device", tensor.device());
                if (tensor.tiedTo() != null) {
                    generator.writeStringField("tied_to", tensor.tiedTo());
                }
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeObjectFieldStart("values");
            for (Map.Entry<String, Object> value : ModelFiles.values(file).entrySet()) {
                generator.writeFieldName(value.getKey());
                Object known = value.getValue();
                boolean plain = known == null || known instanceof Number || known instanceof Boolean;
                generator.writePOJO(plain ? known : known instanceof String ? known : ModelFiles.text(known));
            }
            generator.writeEndObject();
            generator.writeEndObject();
        }
        out.println();
    }
}
