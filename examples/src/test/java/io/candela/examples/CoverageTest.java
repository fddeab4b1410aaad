package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/coverage.md} says what of PyTorch is there, no more and no less, and every name is accounted for; {@code -Dcandela.coverage=write}
 * writes the document anew.
 */
class CoverageTest {
    private static final Path DATA = Path.of("src/test/resources/coverage");
    private static final Path DOCUMENT = Path.of("../docs/coverage.md");
    private static final String REFRESH = "mvn -o -q -B -pl examples -am test -Dtest=CoverageTest "
            + "-Dsurefire.failIfNoSpecifiedTests=false -Dcandela.coverage=write";

    @Test
    void theDocumentSaysWhatThereIs() throws IOException {
        var coverage = new Coverage(DATA);
        assertTrue(coverage.problems().isEmpty(), () -> "in examples/" + DATA + ":\n" + String.join("\n", coverage.problems()));
        String table = coverage.table();
        Files.writeString(Files.createDirectories(Path.of("target")).resolve("coverage.md"), table);
        if (System.getProperty("candela.coverage", "").equals("write")) {
            Files.writeString(DOCUMENT, table);
            Files.writeString(DATA.resolve("absent.txt"), coverage.neededReasons());
        }
        String document = Files.readString(DOCUMENT);
        Set<String> claims = Coverage.claims(document.lines().toList());
        String remedy = ". Run, then commit:\n    " + REFRESH;
        assertEquals(Set.of(), without(claims, coverage.there()), () -> "docs/coverage.md says that these are there. Bring them back, or say in other.txt or absent.txt "
                + "what became of them" + remedy);
        assertEquals(Set.of(), without(coverage.there(), claims), () -> "docs/coverage.md does not know these yet" + remedy);
        assertEquals(table, document, "docs/coverage.md is out of date" + remedy);
    }

    @Test
    void theDocumentIsReadAsItIsWritten() throws IOException {
        var coverage = new Coverage(DATA);
        assertEquals(coverage.there(), Coverage.claims(coverage.table().lines().toList()));
        assertEquals(Set.of("torch.a.b", "torch.a.c"), Coverage.claims(List.of("`x`", "## `torch.a`", "`b`", "| `c` | `D` |", "| `e`, `f` | not yet |", "| `g` | not yet |")));
    }

    private static Set<String> without(Set<String> all, Set<String> these) {
        Set<String> out = new TreeSet<>(all);
        out.removeAll(these);
        return out;
    }
}
