package io.candela.examples;

import io.candela.io.TensorFile;
import io.candela.io.TensorIO;
import io.candela.io.WriteOptions;
import io.candela.tensor.StateDict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a model file anew in another format. */
@Command(name = "convert", sortOptions = false, description = {
    "Writes the tensors of IN to OUT in the format that OUT's ending names: .pt, .pth, .safetensors, .npz or .npy.",
    "From one PyTorch file to another everything is kept; else tensors get names with dots, and what is left out is said on the error stream."})
final class Convert implements Callable<Integer> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(kB|KB|MB|GB)?");
    private static final List<String> PYTORCH = List.of(".pt", ".pth");

    @Parameters(index = "0", paramLabel = "IN", description = "The file to read.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write; replaced as a whole if it exists.")
    private Path out;

    @Option(names = "--max-shard-size", paramLabel = "SIZE", description = "For .safetensors: the most bytes per file, such as 5GB; what is larger becomes a"
            + " set with an index.")
    private String maxShardSize;

    @Option(names = "--compress", description = "For .npz: deflate the arrays.")
    private boolean compress;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private Convert() {}

    @Override
    public Integer call() throws InputException, IOException {
        String ending = ending(out);
        WriteOptions options = WriteOptions.defaults().compress(compress);
        if (maxShardSize != null) {
            options = options.maxShardSize(bytes(maxShardSize));
        }
        try (TensorFile file = ModelFiles.open(in)) {
            Object value;
            if (PYTORCH.contains(ending) && file.format().startsWith("PyTorch")) {
                value = ModelFiles.with(in, () -> TensorIO.load(in).value());
            } else {
                StateDict tensors = ModelFiles.with(in, file::readAll);
                value = ending.equals(".npy") ? onlyOne(tensors) : tensors;
                options = withValues(file, ending, options);
            }
            save(value, options);
            PrintWriter printer = spec.commandLine().getOut();
            int count = file.tensors().size();
            printer.println("saved %s: %d tensor%s".formatted(out, count, count == 1 ? "" : "s"));
            printer.flush();
        }
        return 0;
    }

    private void save(Object value, WriteOptions options) throws InputException, IOException {
        Path folder = out.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new InputException(out + ": cannot be saved, there is no folder " + folder);
        }
        try {
            TensorIO.save(value, out, options);
        } catch (IllegalArgumentException e) {
            throw new InputException(out + ": " + e.getMessage(), e);
        }
    }

    private String ending(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        for (String ending : List.of(".safetensors", ".npz", ".npy", ".pth", ".pt")) {
            if (name.endsWith(ending)) {
                return ending;
            }
        }
        throw usage(path + " ends with none of .pt, .pth, .safetensors, .npz, .npy");
    }

    private Object onlyOne(StateDict tensors) throws InputException {
        if (tensors.size() != 1) {
            throw new InputException("%s: holds %d tensors, a .npy file holds one; .npz holds them all".formatted(in, tensors.size()));
        }
        return tensors.values().iterator().next();
    }

    /** Strings, numbers and flags become metadata where the format has it; the rest is said to be left out. */
    private WriteOptions withValues(TensorFile file, String ending, WriteOptions options) {
        Map<String, String> metadata = new LinkedHashMap<>();
        List<String> left = new ArrayList<>();
        ModelFiles.values(file).forEach((name, value) -> {
            boolean plain = value instanceof String || value instanceof Number || value instanceof Boolean;
            if (ending.equals(".safetensors") && plain) {
                metadata.put(name, value.toString());
            } else {
                left.add(name);
            }
        });
        if (!left.isEmpty()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("candela: left out, because %s files hold no such values: %s".formatted(ending, ModelFiles.text(String.join(", ", left))));
            err.flush();
        }
        return metadata.isEmpty() ? options : options.metadata(metadata);
    }

    private long bytes(String size) {
        Matcher matcher = SIZE.matcher(size);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw usage("--max-shard-size must be a size such as 500MB or 5GB, got " + size);
        }
        String unit = matcher.group(2) == null ? "" : matcher.group(2).toUpperCase(Locale.ROOT);
        long factor = switch (unit) {
            case "KB" -> 1_000;
            case "MB" -> 1_000_000;
            case "GB" -> 1_000_000_000;
            default -> 1;
        };
        return Long.parseLong(matcher.group(1)) * factor;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
