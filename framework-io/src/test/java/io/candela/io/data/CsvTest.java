package io.candela.io.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.FormatException;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
    private static final String GOOD = "\uFEFFname, x,\"y, z\"\r\nä,1,2.5\n\n\"b\"\"\",-3e2, 4 \n";

    @TempDir
    private Path folder;

    @Test
    void readsNumbersAndLabels() throws IOException {
        Csv csv = Csv.read(Files.writeString(folder.resolve("good.csv"), GOOD));
        assertEquals(List.of("name", "x", "y, z"), csv.columns());
        assertEquals(2, csv.rows());
        assertEquals("b\"", csv.cell(1, "name"));
        assertTrue(csv.floats("y, z", "x").equal(Tensor.of(new float[][] {{2.5f, 1}, {4, -300}})));
        assertTrue(csv.labels("name", List.of("b\"", "ä")).equal(Tensor.of(new long[] {1, 0})));
        assertTrue(Csv.parse("n", "a,b\n7,12").floats().equal(Tensor.of(new float[][] {{7, 12}})));
        assertEquals("good.csv has no column w, only name, x, y, z", assertThrows(IllegalArgumentException.class, () -> csv.floats("w")).getMessage());
    }

    @Test
    void refusalsNameThePlace() throws IOException {
        Csv csv = Csv.parse("bad.csv", GOOD);
        assertRefused(19, "bad.csv, line 2, column name: \"ä\" is not one of b", () -> csv.labels("name", List.of("b")));
        assertRefused(19, "bad.csv, line 2, column name: \"ä\" is not a number", csv::floats);
        for (String number : List.of("", "NaN", "1f", "0x1", "1e99", "1 2")) {
            FormatException e = assertThrows(FormatException.class, () -> Csv.parse("bad.csv", "é\n1\n\"" + number + "\"\n").floats());
            assertTrue(e.getMessage().startsWith("bad.csv, line 3, column é: \"" + number + "\" is not a number"), e.getMessage());
            assertEquals(5, e.offset(), "bytes, not characters");
        }
        assertRefused(4, "bad.csv, line 2, column b: the cell is missing; the line has 1 of 2 cells: \"1\"", () -> Csv.parse("bad.csv", "a,b\n1"));
        assertRefused(4, "bad.csv, line 2, column 3: \"3\" is too much; a line has 2 cells", () -> Csv.parse("bad.csv", "a,b\n1,2,3"));
        assertRefused(0, "bad.csv, line 1, column 1: there are no rows", () -> Csv.parse("bad.csv", "a,b\n"));
        assertRefused(0, "bad.csv, line 1, column 1: there are no rows; expected the header a,b and a line per row", () -> Csv.parse("bad.csv", "", "a", "b"));
        assertRefused(0, "bad.csv, line 1, column 2: \"c\" is not the header b; the file must start with a,b", () -> Csv.parse("bad.csv", "a,c\n1,2", "a", "b"));
        assertThrows(FormatException.class, () -> Csv.parse("bad.csv", "a,b\n1,\"2\n"));
        Path latin = Files.write(folder.resolve("latin.csv"), "ä\n1".getBytes(StandardCharsets.ISO_8859_1));
        assertThrows(CharacterCodingException.class, () -> Csv.read(latin));
    }

    private static void assertRefused(long offset, String message, Executable read) {
        FormatException e = assertThrows(FormatException.class, read);
        assertEquals(message, e.getMessage());
        assertEquals("bad.csv", e.file());
        assertEquals(offset, e.offset());
    }
}
