package io.candela.examples;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which of PyTorch's public names Candela has. {@code names.txt} has the names; a name is present if a class or method of the same name is found, in
 * Java's spelling; {@code other.txt} says what else stands for a name, {@code absent.txt} why a name, or a pattern of names, is missing.
 */
final class Coverage {
    /** Where the names of a namespace are looked for: classes whose methods count, or packages whose classes do. */
    private static final Map<String, List<String>> PLACES = new LinkedHashMap<>();

    static {
        PLACES.put("torch.Tensor", List.of("io.candela.tensor.Tensor"));
        PLACES.put("torch", List.of("io.candela.tensor.Tensor", "io.candela.autograd.Autograd"));
        PLACES.put("torch.linalg", List.of("io.candela.tensor.Linalg"));
        PLACES.put("torch.special", List.of("io.candela.tensor.Special"));
        PLACES.put("torch.fft", List.of());
        PLACES.put("torch.autograd", List.of("io.candela.autograd.Autograd", "io.candela.autograd.GradCheck", "io.candela.autograd."));
        PLACES.put("torch.autograd.functional", List.of("io.candela.autograd.Functional"));
        PLACES.put("torch.nn", List.of("io.candela.nn."));
        PLACES.put("torch.nn.functional", List.of("io.candela.nn.F"));
        PLACES.put("torch.nn.init", List.of("io.candela.nn.Init"));
        PLACES.put("torch.nn.utils", List.of("io.candela.nn.Parameters", "io.candela.nn.Fusion"));
        PLACES.put("torch.nn.utils.parametrize", List.of("io.candela.nn.Parametrize", "io.candela.nn."));
        PLACES.put("torch.nn.utils.parametrizations", List.of("io.candela.nn.Parametrizations"));
        PLACES.put("torch.nn.utils.rnn", List.of("io.candela.nn.", "io.candela.nn.PackedSequence", "io.candela.nn.Sequences"));
        PLACES.put("torch.optim", List.of("io.candela.optim."));
        PLACES.put("torch.optim.lr_scheduler", List.of("io.candela.optim.", "io.candela.optim.lr."));
        PLACES.put("torch.optim.swa_utils", List.of("io.candela.nn.", "io.candela.optim.lr."));
    }

    /** Where the classes that other.txt names are. */
    private static final List<String> PACKAGES = List.of("io.candela.tensor.", "io.candela.autograd.", "io.candela.nn.", "io.candela.optim.",
            "io.candela.optim.lr.", "io.candela.io.", "io.candela.backend.cpu.");

    private final Path data;
    private final String stamp; // which PyTorch
    private final Map<String, Set<String>> present = new LinkedHashMap<>(); // by namespace
    private final Map<String, Map<String, String>> other = new LinkedHashMap<>(); // what stands for a name
    private final Map<String, Map<String, Set<String>>> absent = new LinkedHashMap<>(); // names by reason
    private final List<String> problems = new ArrayList<>();
    private final Set<String> neededReasons = new LinkedHashSet<>(); // the lines of absent.txt that explain something
    private final Map<String, Set<String>> methods = new LinkedHashMap<>();

    /** @param data the folder of the three lists */
    Coverage(Path data) throws IOException {
        this.data = data;
        Map<String, String> others = pairs("other.txt");
        Map<String, String> reasons = pairs("absent.txt");
        String stamp = Files.readAllLines(data.resolve("names.txt")).get(0);
        this.stamp = stamp.substring(2, stamp.indexOf(';'));
        Set<String> unusedOthers = new LinkedHashSet<>(others.keySet());
        for (String line : lines("names.txt")) {
            String space = PLACES.keySet().stream().filter(p -> line.startsWith(p + ".") && line.indexOf('.', p.length() + 1) < 0).findFirst().orElseThrow();
            sort(space, line.substring(space.length() + 1), others, reasons);
            unusedOthers.remove(line);
        }
        unusedOthers.forEach(name -> problems.add("other.txt: PyTorch has no name " + name));
    }

    private void sort(String space, String name, Map<String, String> others, Map<String, String> reasons) {
        String whole = space + "." + name;
        present.computeIfAbsent(space, s -> new TreeSet<>());
        other.computeIfAbsent(space, s -> new TreeMap<>());
        absent.computeIfAbsent(space, s -> new TreeMap<>());
        if (isPresent(space, name)) {
            present.get(space).add(name);
            return;
        }
        String stands = others.get(whole);
        boolean hasReason = reasons.keySet().stream().anyMatch(pattern -> matches(pattern, whole));
        if (stands != null && (exists(stands) || !hasReason)) { // what is only planned may stand in both lists
            if (!exists(stands)) {
                problems.add("other.txt: %s = %s, which does not exist".formatted(whole, stands));
            }
            other.get(space).put(name, stands);
            return;
        }
        String elsewhere = elsewhere(space, name);
        if (elsewhere != null) {
            other.get(space).put(name, elsewhere);
            return;
        }
        for (Map.Entry<String, String> reason : reasons.entrySet()) {
            if (matches(reason.getKey(), whole)) {
                neededReasons.add(reason.getKey());
                absent.get(space).computeIfAbsent(reason.getValue(), r -> new TreeSet<>()).add(name);
                return;
            }
        }
        problems.add("%s is not there, and in no list: add \"%s = Class.method\" to other.txt or \"%s = why\" to absent.txt".formatted(whole, whole, whole));
    }

    private static boolean matches(String pattern, String name) {
        return pattern.equals(name) || (pattern.contains("*") || pattern.contains("{"))
                && FileSystems.getDefault().getPathMatcher("glob:" + pattern).matches(Path.of(name));
    }

    // ---- what there is ----

    private boolean isPresent(String space, String name) {
        for (String place : PLACES.get(space)) {
            boolean found = place.endsWith(".") ? isPublicClass(place + name) : method(place, name) != null;
            if (found) {
                return true;
            }
        }
        return false;
    }

    /** The method that has a name of PyTorch's in Java's spelling; null if there is none. Upper and lower case are the same, for isNan and isnan. */
    private String method(String className, String name) {
        String wanted = spelled(name);
        return methods.computeIfAbsent(className, Coverage::methodsOf).stream().filter(m -> m.equalsIgnoreCase(wanted)).findFirst().orElse(null);
    }

    /** Functions that PyTorch has in two namespaces are in one here. */
    private String elsewhere(String space, String name) {
        String place = switch (space) {
            case "torch" -> "io.candela.nn.F";
            case "torch.nn.functional", "torch.linalg", "torch.special" -> "io.candela.tensor.Tensor";
            default -> null;
        };
        String found = place == null ? null : method(place, name);
        return found == null ? null : place.substring(place.lastIndexOf('.') + 1) + "." + found;
    }

    private static String spelled(String name) {
        boolean inPlace = name.endsWith("_");
        String joined = name.replace("_", "");
        return inPlace ? joined + "InPlace" : joined;
    }

    private static Set<String> methodsOf(String className) {
        try {
            Class<?> type = Class.forName(className, false, Coverage.class.getClassLoader());
            // Initializers change their argument anyway: they go without InPlace
            return Arrays.stream(type.getMethods()).filter(m -> m.getDeclaringClass() != Object.class || m.getName().equals("clone"))
                    .map(Method::getName).flatMap(m -> type.getSimpleName().matches("Init|Parameters") ? Stream.of(m, m + "InPlace")
                            : Stream.of(m)).collect(Collectors.toCollection(TreeSet::new));
        } catch (ClassNotFoundException e) {
            return Set.of();
        }
    }

    private static boolean isPublicClass(String name) {
        try {
            return Modifier.isPublic(Class.forName(name, false, Coverage.class.getClassLoader()).getModifiers());
        } catch (ClassNotFoundException | LinkageError e) { // LinkageError: on a file system that ignores case
            return false;
        }
    }

    /** Whether "Class", or "Class.method" with a type or constant in parentheses, exists; several are joined with "and" or ",". */
    private boolean exists(String stands) {
        for (String one : stands.split(", | and |\\(")) {
            String[] parts = one.replace(")", "").split("\\.");
            String type = PACKAGES.stream().map(p -> p + parts[0]).filter(Coverage::isPublicClass).findFirst().orElse(null);
            boolean found = type != null && (parts.length == 1 || methodsOf(type).contains(parts[1]) || isProtected(type, parts[1]) || isConstant(type, parts[1])
                    || isPublicClass(type + "$" + parts[1]));
            if (!found) {
                return false;
            }
        }
        return true;
    }

    /** Whether subclasses, such as modules, have this method. */
    private static boolean isProtected(String type, String name) {
        try {
            return Arrays.stream(Class.forName(type, false, Coverage.class.getClassLoader()).getDeclaredMethods())
                    .anyMatch(m -> m.getName().equals(name) && Modifier.isProtected(m.getModifiers()));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static boolean isConstant(String type, String name) {
        try {
            Class.forName(type, false, Coverage.class.getClassLoader()).getField(name);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    // ---- files ----

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(data.resolve(file)).stream().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    }

    private Map<String, String> pairs(String file) throws IOException {
        Map<String, String> out = new LinkedHashMap<>();
        for (String line : lines(file)) {
            int equals = line.indexOf(" = ");
            out.putIfAbsent(line.substring(0, equals), line.substring(equals + 3));
        }
        return out;
    }

    /** What is wrong with the lists, one sentence each. */
    List<String> problems() {
        return problems;
    }

    /** absent.txt without the lines that explain nothing any more. */
    String neededReasons() throws IOException {
        return Files.readAllLines(data.resolve("absent.txt")).stream()
                .filter(line -> !line.contains(" = ") || neededReasons.contains(line.substring(0, line.indexOf(" = ")))).collect(Collectors.joining("\n", "", "\n"));
    }

    /** All that is there, present or under another name: names with their namespaces. */
    Set<String> there() {
        Set<String> out = new TreeSet<>();
        present.forEach((space, names) -> names.forEach(name -> out.add(space + "." + name)));
        other.forEach((space, names) -> names.keySet().forEach(name -> out.add(space + "." + name)));
        return out;
    }

    /** What a document that {@link #table} made says is there. */
    static Set<String> claims(List<String> document) {
        Set<String> out = new TreeSet<>();
        String space = null;
        for (String line : document) {
            if (line.startsWith("## `")) {
                space = line.substring(4, line.length() - 1);
            } else if (space != null && line.startsWith("`")) {
                for (String name : line.split(", ")) {
                    out.add(space + "." + name.replace("`", ""));
                }
            } else if (space != null && line.matches("\\| `\\w+` \\| `.*")) {
                out.add(space + "." + line.split("`")[1]);
            }
        }
        return out;
    }

    // ---- the table ----

    String table() {
        StringBuilder out = new StringBuilder("""
                # What of PyTorch there is

                Made by CoverageTest in `examples` from the code itself and from PyTorch's public names (%s). "Present" means under the same name in
                Java's spelling: `index_add_` is `indexAddInPlace`. It says nothing about single options.

                | namespace | names | present | other name | absent | there |
                |---|---|---|---|---|---|
                """.formatted(stamp));
        int[] all = new int[3];
        present.keySet().forEach(space -> {
            int[] counts = {present.get(space).size(), other.get(space).size(), absent.get(space).values().stream().mapToInt(Set::size).sum()};
            Arrays.setAll(all, i -> all[i] + counts[i]);
            out.append(row("`" + space + "`", counts));
        });
        out.append(row("all", all));
        present.keySet().forEach(space -> describe(space, out));
        return out.toString();
    }

    private static String row(String title, int... counts) {
        int sum = Arrays.stream(counts).sum();
        return "| %s | %d | %d | %d | %d | %d %% |%n".formatted(title, sum, counts[0], counts[1], counts[2], 100 * (counts[0] + counts[1]) / Math.max(sum, 1))
                .replace(System.lineSeparator(), "\n");
    }

    private void describe(String space, StringBuilder out) {
        out.append("\n## `").append(space).append("`\n");
        if (!present.get(space).isEmpty()) {
            out.append("\nPresent:\n");
            byLetter(present.get(space)).forEach(names -> out.append(listed(names)).append('\n'));
        }
        if (!other.get(space).isEmpty()) {
            out.append("\n| PyTorch | Candela |\n|---|---|\n");
            other.get(space).forEach((name, stands) -> out.append("| `").append(name).append("` | `").append(stands).append("` |\n"));
        }
        if (!absent.get(space).isEmpty()) {
            out.append("\n| absent | because |\n|---|---|\n");
            absent.get(space).forEach((reason, names) -> out.append("| ").append(listed(names)).append(" | ").append(reason).append(" |\n"));
        }
    }

    /** A line per first letter, so that a new name changes one short line. */
    private static List<Set<String>> byLetter(Set<String> names) {
        return List.copyOf(names.stream().collect(Collectors.groupingBy(name -> name.substring(0, 1).toLowerCase(Locale.ROOT), TreeMap::new,
                Collectors.toCollection(TreeSet::new))).values());
    }

    private static String listed(Set<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }
}
