package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every line of {@code docs/semantics.md} names tests that exist. */
class SemanticsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:#(\\w+))?`");

    @Test
    void everyLineNamesTestsThatExist() throws IOException {
        Map<String, String> sources = sources();
        List<String> problems = new ArrayList<>();
        int lines = 0;
        for (String line : Files.readAllLines(ROOT.resolve("docs/semantics.md"))) {
            if (!line.startsWith("|") || line.startsWith("|---") || line.endsWith("| tests |")) {
                continue;
            }
            lines++;
            var names = TEST.matcher(line);
            boolean any = false;
            while (names.find()) {
                any = true;
                String source = sources.getOrDefault(names.group(1), "");
                if (source.isEmpty() || names.group(2) != null && !source.contains(" " + names.group(2) + "(")) {
                    problems.add(names.group() + " does not exist: " + line);
                }
            }
            if (!any) {
                problems.add("no test: " + line);
            }
        }
        assertEquals(List.of(), problems);
        assertTrue(lines > 55, "only " + lines + " lines were found");
    }

    /** The text of all test classes by name; of several with one name, together. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> out = new HashMap<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests : modules.map(m -> m.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
                        out.merge(file.getFileName().toString().replace(".java", ""), Files.readString(file), String::concat);
                    }
                }
            }
        }
        return out;
    }
}
