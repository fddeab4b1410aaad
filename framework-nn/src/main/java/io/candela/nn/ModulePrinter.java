package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.PythonText;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** PyTorch's printed form of modules, independent of the default locale. */
final class ModulePrinter {
    private ModulePrinter() {}

    static String print(Module module) {
        List<String> own = module.describe().isEmpty() ? List.of() : List.of(module.describe().split("\n"));
        List<String> children = module instanceof ModuleList<?> ? repeated(module) : children(module);
        if (children.isEmpty() && own.size() <= 1) {
            return module.typeName() + "(" + String.join("", own) + ")";
        }
        List<String> lines = new ArrayList<>(own);
        lines.addAll(children);
        return module.typeName() + "(\n  " + String.join("\n  ", lines) + "\n)";
    }

    private static List<String> children(Module module) {
        List<String> lines = new ArrayList<>();
        module.ownChildren().forEach((name, child) -> lines.add(line(name, indented(child))));
        return lines;
    }

    /** A list's children, with runs of equal ones on one line: {@code (0-2): 3 x Linear(...)}. */
    private static List<String> repeated(Module module) {
        List<String> lines = new ArrayList<>();
        List<Map.Entry<String, Module>> entries = new ArrayList<>(module.ownChildren().entrySet());
        for (int first = 0, next; first < entries.size(); first = next) {
            String text = indented(entries.get(first).getValue());
            next = first + 1;
            while (next < entries.size() && indented(entries.get(next).getValue()).equals(text)) {
                next++;
            }
            boolean single = next - first == 1;
            lines.add(single ? line(entries.get(first).getKey(), text)
                    : line(entries.get(first).getKey() + "-" + entries.get(next - 1).getKey(), (next - first) + " x " + text));
        }
        return lines;
    }

    /** Lines for parameters that are a module's contents: name, type and sizes. */
    static String parameters(Map<String, Tensor> parameters, Function<DType, String> type) {
        return parameters.entrySet().stream().map(entry -> "  " + line(entry.getKey(), "Parameter containing: [torch."
                + type.apply(entry.getValue().dtype()) + " of size "
                + Arrays.stream(entry.getValue().shape().toArray()).mapToObj(Integer::toString).collect(Collectors.joining("x")) + "]"))
                .collect(Collectors.joining("\n"));
    }

    private static String line(String name, String text) {
        return "(" + name + "): " + text;
    }

    private static String indented(Module child) {
        return child == null ? "None" : child.toString().replace("\n", "\n  ");
    }

    /** Python's spelling of a truth value. */
    static String number(boolean value) {
        return value ? "True" : "False";
    }

    /** Python's spelling of a tuple of numbers. */
    static String tuple(int... values) {
        String text = Arrays.stream(values).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        return values.length == 1 ? "(" + text + ",)" : "(" + text + ")";
    }

    /** A number for all dimensions, or a tuple of one for each. */
    static String sizes(int... values) {
        return values.length == 1 ? Integer.toString(values[0]) : tuple(values);
    }

    /** As {@link #sizes(int...)}; null is Python's None. */
    static String sizes(Integer... values) {
        String text = Arrays.stream(values).map(v -> v == null ? "None" : v.toString()).collect(Collectors.joining(", "));
        return values.length == 1 ? text : "(" + text + ")";
    }

    /** Python's spelling of a float: {@code 0.1}, {@code 1e-05}, {@code 1.0}, {@code nan}. */
    static String number(double value) {
        return PythonText.number(value);
    }
}
