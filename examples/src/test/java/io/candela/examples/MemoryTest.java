package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The plain training loop keeps memory flat. Each test runs {@link MemoryCheck} in a JVM of its own. */
@EnabledOnOs(OS.LINUX)
class MemoryTest {
    private static final Pattern RESIDENT = Pattern.compile("step \\d+: ([0-9.]+) MiB resident");

    @TempDir
    private Path folder;

    /** With a small heap, so that its growth does not hide that of native memory. If only every step's input leaked, it would be 190 MiB more. */
    @Test
    void nativeMemoryIsFlat() throws IOException, InterruptedException {
        List<Double> resident = resident("800", "-Xms64m", "-Xmx64m", "-XX:MaxDirectMemorySize=4g");
        assertTrue(resident.get(9) < 1.25 * resident.get(3), "MiB after each tenth: " + resident);
    }

    /** As users run it. {@code mvn verify -Dcandela.long=true}. */
    @Test
    @EnabledIfSystemProperty(named = "candela.long", matches = "true")
    void memoryIsFlatOver10000Steps() throws IOException, InterruptedException {
        List<Double> resident = resident("10000");
        assertTrue(resident.get(9) < 1.1 * resident.get(0), "MiB after each tenth: " + resident);
    }

    private List<Double> resident(String steps, String... jvmFlags) throws IOException, InterruptedException {
        Java run = Java.run(folder, List.of(jvmFlags), System.getProperty("java.class.path"), MemoryCheck.class.getName(), steps);
        assertEquals(0, run.exitCode(), run.output());
        System.out.print(run.output());
        List<Double> resident = new ArrayList<>();
        for (MatchResult line : RESIDENT.matcher(run.output()).results().toList()) {
            resident.add(Double.valueOf(line.group(1)));
        }
        assertEquals(10, resident.size(), run.output());
        return resident;
    }
}
