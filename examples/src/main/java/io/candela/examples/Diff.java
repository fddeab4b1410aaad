package io.candela.examples;

import io.candela.io.TensorFile;
import io.candela.io.TensorInfo;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two model files, tensor by tensor. */
@Command(name = "diff", sortOptions = false, description = {
    "Tells in what two files differ: tensors that one of them lacks, shapes, types, and how far elements are apart.",
    "The formats may differ. The exit code is 0 if the files agree, 1 if they differ, and 2 if one cannot be read."})
final class Diff implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "A", description = "One file.")
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "The other file.")
    private Path second;

    @Option(names = "--tolerance", paramLabel = "T", defaultValue = "0", description = "Differences of elements up to this one do not count"
            + " (${DEFAULT-VALUE}).")
    private double tolerance;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private int differences;

    private Diff() {}

    @Override
    public Integer call() throws InputException, IOException {
        if (!(tolerance >= 0)) {
            throw new ParameterException(spec.commandLine(), "--tolerance must be 0 or more, got " + tolerance);
        }
        try (TensorFile a = ModelFiles.open(first); TensorFile b = ModelFiles.open(second)) {
            Map<String, TensorInfo> ofA = byName(a);
            Map<String, TensorInfo> ofB = byName(b);
            int both = 0;
            for (String name : union(ofA, ofB)) {
                if (!ofB.containsKey(name) || !ofA.containsKey(name)) {
                    TensorInfo only = ofA.getOrDefault(name, ofB.get(name));
                    tell("only in %s: %s %s".formatted(ofA.containsKey(name) ? first : second, name, ModelFiles.shape(only)));
                } else {
                    both++;
                    compare(a, b, ofA.get(name), ofB.get(name));
                }
            }
            Map<String, Object> valuesOfA = ModelFiles.values(a);
            Map<String, Object> valuesOfB = ModelFiles.values(b);
            for (String name : union(valuesOfA, valuesOfB)) {
                Object left = valuesOfA.get(name);
                Object right = valuesOfB.get(name);
                if (!Objects.deepEquals(left, right)) {
                    tell("value %s: %s, %s".formatted(name, ModelFiles.text(left), ModelFiles.text(right)));
                }
            }
            print("%s: %d tensors in both".formatted(differences == 0 ? "no difference" : differences == 1 ? "1 difference" : differences
                    + " differences", both));
        }
        return differences == 0 ? 0 : 1;
    }

    private static Map<String, TensorInfo> byName(TensorFile file) {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        file.tensors().forEach(tensor -> infos.put(tensor.name(), tensor));
        return infos;
    }

    private static Iterable<String> union(Map<String, ?> a, Map<String, ?> b) {
        TreeSet<String> names = new TreeSet<>(a.keySet());
        names.addAll(b.keySet());
        return names;
    }

    private void compare(TensorFile a, TensorFile b, TensorInfo left, TensorInfo right) throws InputException, IOException {
        if (!left.shape().equals(right.shape())) {
            tell("shape %s: %s, %s".formatted(left.name(), ModelFiles.shape(left), ModelFiles.shape(right)));
            return;
        }
        if (left.type() != right.type()) {
            tell("type %s: %s, %s".formatted(left.name(), left.type(), right.type()));
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = ModelFiles.with(first, () -> a.read(left.name()));
            Tensor y = ModelFiles.with(second, () -> b.read(right.name()));
            double distance = distance(x, y);
            if (!(distance <= tolerance)) {
                tell("values %s: max abs difference %s".formatted(left.name(), distance));
            }
        }
    }

    /** The largest absolute difference; equal infinities are 0 apart, as are two NaN; NaN and a number are NaN apart. */
    private static double distance(Tensor x, Tensor y) {
        Tensor a = x.to(DType.FLOAT64);
        Tensor b = y.to(DType.FLOAT64);
        if (a.numel() == 0) {
            return 0;
        }
        Tensor same = a.eq(b).logicalOr(a.isNan().logicalAnd(b.isNan()));
        double distance = Tensor.where(same, a.zerosLike(), a.sub(b).abs()).max().item();
        // beyond 2^53 doubles do not tell all integers apart
        return distance == 0 && x.dtype() == DType.INT64 && y.dtype() == DType.INT64 && !x.equal(y) ? 1 : distance;
    }

    private void tell(String difference) {
        differences++;
        print(difference);
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
