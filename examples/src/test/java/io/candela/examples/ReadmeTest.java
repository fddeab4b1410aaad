package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's Java programs compile without a warning, run, and print what their comments promise: {@code // expected} behind a
 * {@code println}, up to a colon.
 */
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern BLOCK = Pattern.compile("^```java\\R(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern CLASS = Pattern.compile("public final class (\\w+)");
    private static final Pattern PRINTED = Pattern.compile("System\\.out\\.println\\(.*\\); // ([^:\n]+)");

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> programs() throws IOException {
        List<String> programs = BLOCK.matcher(Files.readString(README)).results().map(block -> block.group(1)).toList();
        assertFalse(programs.isEmpty(), README + " has no java block");
        return programs.stream().map(program -> DynamicTest.dynamicTest(className(program), () -> compileAndRun(program)));
    }

    private static String className(String program) {
        Matcher matcher = CLASS.matcher(program);
        assertTrue(matcher.find(), () -> "a java block of README.md is no whole program, it has no \"public final class\":\n" + program);
        return matcher.group(1);
    }

    private void compileAndRun(String program) throws IOException, InterruptedException {
        String name = className(program);
        Path source = Files.writeString(folder.resolve(name + ".java"), program);
        JavaSource.compile(source, folder, "README.md");
        String classPath = folder + File.pathSeparator + System.getProperty("java.class.path");
        Java run = Java.run(folder, List.of(), classPath, name);
        assertEquals(0, run.exitCode(), () -> "README.md, " + name + " fails:\n" + run.output());
        List<String> expected = new ArrayList<>();
        for (MatchResult printed : PRINTED.matcher(program).results().toList()) {
            expected.add(printed.group(1).strip());
        }
        assertEquals(expected, run.output().lines().toList(), () -> "README.md, " + name + " prints something else than its comments say");
    }
}
