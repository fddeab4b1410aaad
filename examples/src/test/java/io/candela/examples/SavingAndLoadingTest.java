package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every recipe of docs/saving-and-loading.md compiles without a warning, runs, and prints what its comments promise. */
class SavingAndLoadingTest {
    private static final Path PAGE = Path.of("..", "docs", "saving-and-loading.md");
    private static final Pattern PART = Pattern.compile("^## (.*?)$|^```java\\R(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern PRINTED = Pattern.compile("System\\.out\\.println\\(.*\\); // ([^\n]+)");
    private static final String IMPORTS = Stream.of("io.candela.export.*", "io.candela.io.*", "io.candela.nn.*", "io.candela.optim.*",
            "io.candela.tensor.*", "java.nio.file.*", "java.util.*", "java.util.regex.Pattern").map(name -> "import " + name + ";\n")
            .collect(Collectors.joining());
    private static final String MARK = "-- recipe ";

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> recipes() throws IOException, InterruptedException {
        List<String> preamble = new ArrayList<>();
        Map<String, String> recipes = new LinkedHashMap<>();
        String heading = null;
        for (MatchResult part : PART.matcher(Files.readString(PAGE)).results().toList()) {
            if (part.group(1) != null) {
                heading = part.group(1);
            } else if (heading == null) {
                preamble.add(part.group(2));
            } else {
                recipes.put(heading, part.group(2));
            }
        }
        assertTrue(recipes.size() >= 11, PAGE + " has only " + recipes.keySet());
        Map<String, List<String>> printed = run(preamble.get(0), preamble.get(1), recipes);
        return recipes.entrySet().stream().map(recipe -> DynamicTest.dynamicTest(recipe.getKey(), () -> {
            List<String> expected = PRINTED.matcher(recipe.getValue()).results().map(line -> line.group(1).strip()).toList();
            assertTrue(!expected.isEmpty(), "the recipe promises nothing");
            assertEquals(expected, printed.get(recipe.getKey()));
        }));
    }

    /** All recipes in one JVM; what each of them printed. */
    private Map<String, List<String>> run(String network, String setup, Map<String, String> recipes) throws IOException, InterruptedException {
        StringBuilder program = new StringBuilder(IMPORTS).append(network).append("public final class Recipes {\n");
        StringBuilder main = new StringBuilder("public static void main(String[] args) throws Exception {\n");
        int number = 0;
        for (Map.Entry<String, String> recipe : recipes.entrySet()) {
            String method = "recipe" + ++number;
            program.append("static void ").append(method).append("() throws Exception {\n").append(setup).append(recipe.getValue()).append("}\n");
            main.append("System.out.println(\"").append(MARK).append(recipe.getKey()).append("\");\n").append(method).append("();\n");
        }
        Path source = Files.writeString(folder.resolve("Recipes.java"), program.append(main).append("}\n}\n"));
        JavaSource.compile(source, folder, PAGE.toString());
        Java run = Java.run(folder, List.of(), folder + File.pathSeparator + System.getProperty("java.class.path"), "Recipes");
        assertEquals(0, run.exitCode(), run.output());
        Map<String, List<String>> printed = new LinkedHashMap<>();
        List<String> lines = null;
        for (String line : run.output().lines().toList()) {
            if (line.startsWith(MARK)) {
                lines = new ArrayList<>();
                printed.put(line.substring(MARK.length()), lines);
            } else {
                lines.add(line);
            }
        }
        return printed;
    }
}
