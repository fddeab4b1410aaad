package io.candela.examples;

import io.candela.io.FormatException;
import io.candela.io.data.Csv;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** CSV files of users and of the program; what is wrong with them becomes an {@link InputException} with the file as the user named it. */
final class CsvFiles {
    private CsvFiles() {}

    /** A file of the user's, which must have this header. */
    static Csv read(Path path, String... header) throws InputException {
        try {
            return Csv.parse(path.toString(), Files.readString(path), header);
        } catch (FormatException e) {
            throw new InputException(e.getMessage(), e);
        } catch (IOException e) {
            throw InputException.unreadable(path.toString(), e);
        }
    }

    /** A file that comes with the program. */
    static Csv bundled(String name, String... header) throws InputException {
        try (InputStream in = CsvFiles.class.getResourceAsStream(name)) {
            return Csv.parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8), header);
        } catch (IOException e) {
            throw InputException.unreadable(name, e);
        }
    }

    /** All columns as numbers. */
    static Tensor floats(Csv csv) throws InputException {
        try {
            return csv.floats();
        } catch (FormatException e) {
            throw new InputException(e.getMessage(), e);
        }
    }
}
